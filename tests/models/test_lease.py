"""Leases: one holder at a time, and another soon after it is gone."""

from __future__ import annotations

from datetime import timedelta

from sqlmodel import Session

from bot.database import Database
from models.columns import new_id
from models.lease import LEADER, LEADER_SECONDS, Lease, give_back, take
from tests.models.cast import NOW, Meet, race

AFTER = NOW + timedelta(seconds=LEADER_SECONDS)


def lead(session: Session, holder: str, at: timedelta = timedelta(0)) -> bool:
    return take(session, LEADER, holder, NOW + at, LEADER_SECONDS)


def test_the_first_to_ask_leads(session: Session) -> None:
    assert lead(session, "one")
    assert not lead(session, "other")


def test_a_leader_renews_its_lease(session: Session) -> None:
    assert lead(session, "one")
    assert lead(session, "one", timedelta(seconds=8))
    assert not lead(session, "other", timedelta(seconds=LEADER_SECONDS))
    assert lead(session, "other", timedelta(seconds=8 + LEADER_SECONDS))


def test_a_silent_leader_is_followed_at_the_second_its_lease_ends(
    session: Session,
) -> None:
    assert lead(session, "one")
    assert not lead(session, "other", AFTER - NOW - timedelta(microseconds=1))
    assert lead(session, "other", AFTER - NOW)
    assert not lead(session, "one", AFTER - NOW)


def test_who_stops_gives_back_all_its_duties_and_nobody_elses(
    session: Session,
) -> None:
    assert lead(session, "one")
    assert take(session, "export", "one", NOW, 60)
    assert take(session, "import", "other", NOW, 60)
    give_back(session, "one", NOW)
    assert lead(session, "other")
    assert take(session, "export", "other", NOW, 60)
    assert not take(session, "import", "one", NOW, 60)


def test_of_eight_who_ask_at_once_one_leads(database: Database) -> None:
    def ask(session: Session, meet: Meet) -> bool:
        session.get(Lease, LEADER)
        meet()
        return lead(session, f"{new_id()}")

    assert sorted(race(database, *[ask] * 8)) == [False] * 7 + [True]


def test_of_eight_who_follow_at_once_one_leads(database: Database) -> None:
    with Session(database.writing) as session:
        assert lead(session, "before")
        session.commit()

    def follow(session: Session, meet: Meet) -> bool:
        session.get(Lease, LEADER)
        meet()
        return lead(session, f"{new_id()}", AFTER - NOW)

    assert sorted(race(database, *[follow] * 8)) == [False] * 7 + [True]
