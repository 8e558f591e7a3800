"""Audiences: who is chosen, who is left out and why, and who is told later."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from typing import Any

import pytest
from sqlmodel import Session, col, select

from models import audience
from models.application import Standing
from models.audience import Audience
from models.chat import Chat
from models.columns import new_id
from models.conversation import new_conversation
from models.place import Atlas, Enterprise
from models.preference import Preference, Topic
from models.rules import Rules
from models.signup import Signup, SignupState
from tests.models import benefits
from tests.models.cast import NOW, apply
from tests.models.noticing import UNION, chat, member
from tests.models.programme import open_event

NIGHT = datetime(2026, 11, 20, 18, tzinfo=UTC)  # 02:00 in Shanghai


def chosen(session: Session, atlas: Atlas, **filters: Any) -> set[int]:
    session.flush()
    whom = Audience(**{"union_code": "4401", **filters})
    found = set(session.scalars(audience.members(atlas, whom, NOW)))
    assert audience.count(session, atlas, whom, NOW) == len(found)
    parts = [
        set(session.scalars(audience.part(atlas, whom, number, 7, NOW)))
        for number in range(7)
    ]
    assert sum(map(len, parts)) == len(found)
    assert set().union(*parts) == found
    assert set(audience.sample(session, atlas, whom, NOW)) <= found
    return found


def test_members_of_a_union_and_those_below_it_are_chosen(
    session: Session, atlas: Atlas
) -> None:
    here = member(session)
    below = member(session, union_code="440111")
    member(session, union_code="4403")
    member(session, member_no=None)
    assert chosen(session, atlas) == {here.id, below.id}
    assert chosen(session, atlas, union_code="440111") == {below.id}


def test_each_filter_leaves_others_out(session: Session, atlas: Atlas) -> None:
    courier = member(session, group="courier")
    guard = member(session, group="guard", language="en")
    assert chosen(session, atlas, groups=("courier",)) == {courier.id}
    assert chosen(session, atlas, languages=("en",)) == {guard.id}
    assert chosen(session, atlas, groups=("courier",), languages=("en",)) == set()


def test_people_are_chosen_by_the_district_they_applied_in(
    session: Session, atlas: Atlas
) -> None:
    here = member(session)
    for number, (worker, district, standing) in enumerate(
        (
            (here, "440106", Standing.PLACED),
            (member(session), "440111", Standing.PLACED),
            (member(session), "440106", Standing.WITHDRAWN),
        )
    ):
        line = chat(session, worker, f"d{number}", "page", NOW)
        row = apply(session, worker, line, number, district=district)
        row.standing = standing
        session.add(row)
    assert chosen(session, atlas, districts=("440106",)) == {here.id}


def test_people_are_chosen_by_the_union_of_an_enterprise(
    session: Session, atlas: Atlas
) -> None:
    own = session.exec(
        select(Enterprise).where(col(Enterprise.union_code).is_not(None))
    ).first()
    assert own is not None and own.union_code is not None
    top = sorted(atlas.line(own.union_code), key=len)[0]
    there = member(session, union_code=own.union_code)
    member(session, union_code=top)
    found = chosen(session, atlas, union_code=top, enterprises=(own.id,))
    assert found == {there.id}


def test_people_are_chosen_by_an_event_they_signed_up_for(
    session: Session, atlas: Atlas
) -> None:
    event = open_event(session)
    comes, came_not = member(session), member(session)
    for worker, state in (
        (comes, SignupState.WAITING),
        (came_not, SignupState.CANCELLED),
    ):
        row = Signup(
            id=new_id(), event_id=event.id, worker_id=worker.id, state=state, at=NOW
        )
        session.add(row)
    assert chosen(session, atlas, events=(event.id,)) == {comes.id}


def test_people_are_chosen_by_a_benefit_they_used(
    session: Session, atlas: Atlas
) -> None:
    buyer, asker = benefits.member(session, "buyer"), benefits.member(session, "asker")
    given, asked = benefits.take(session, buyer), benefits.ask(session, asker)
    assert chosen(session, atlas, benefits=(given.benefit_code,)) == {buyer.id}
    both = (given.benefit_code, asked.benefit_code)
    assert chosen(session, atlas, benefits=both) == {buyer.id, asker.id}


def test_people_are_chosen_by_channel_and_by_what_they_did(
    session: Session, atlas: Atlas
) -> None:
    here, silent = member(session, "a", "telegram"), member(session, "b", "telegram")
    there = member(session, "c", "page")
    for one in session.exec(select(Chat)):
        if one.worker_id == silent.id:
            one.stopped_at = NOW
    assert chosen(session, atlas, channels=("telegram",)) == {here.id}
    line = chat(session, there, "d", "page", NOW)
    session.add(new_conversation(there.id, line.id, "join", "", NOW))
    assert chosen(session, atlas, active_days=30) == {there.id}


@pytest.mark.parametrize(
    ("name", "filters"),
    [
        ("union", {"union_code": "nowhere"}),
        ("groups", {"groups": ("astronaut",)}),
        ("districts", {"districts": ("nowhere",)}),
        ("active_days", {"active_days": 0}),
        (None, {"groups": ("courier",)}),
    ],
)
def test_a_filter_must_name_what_there_is(
    atlas: Atlas, name: str | None, filters: dict[str, Any]
) -> None:
    whom = Audience(**{"union_code": UNION, **filters})
    assert audience.fault_of(atlas, whom) == name


def survey(
    session: Session, atlas: Atlas, now: datetime, urgent: bool = False
) -> audience.Survey:
    session.flush()
    whom = Audience(union_code=UNION)
    return audience.survey(session, atlas, Rules(), whom, Topic.NOTICES, urgent, now)


def test_who_is_left_out_is_counted_with_the_reason(
    session: Session, atlas: Atlas
) -> None:
    member(session, "told")
    member(session)
    silent, off = member(session, "silent"), member(session, "off")
    for one in session.exec(select(Chat)):
        if one.worker_id == silent.id:
            one.stopped_at = NOW
    session.add(Preference(worker_id=off.id, notices=False))
    found = survey(session, atlas, NOW)
    assert (found.total, found.at_once) == (4, 1)
    assert found.left_out == {"no_chat": 1, "stopped": 1, "opted_out": 1}
    assert not found.delayed


def test_who_is_told_later_is_counted_with_the_time(
    session: Session, atlas: Atlas
) -> None:
    member(session, "asleep")
    awake = member(session, "awake")
    session.add(
        Preference(worker_id=awake.id, quiet_start=time(12), quiet_end=time(13))
    )
    found = survey(session, atlas, NIGHT)
    assert found.delayed == {NIGHT + timedelta(hours=6): 1}
    assert found.at_once == 1
    assert survey(session, atlas, NIGHT, urgent=True).at_once == 2


def test_couriers_are_told_after_their_meals(session: Session, atlas: Atlas) -> None:
    noon = NOW.replace(hour=4)
    member(session, "courier", group="courier")
    eats = member(session, "eats", group="courier")
    session.add(Preference(worker_id=eats.id, meals=False))
    member(session, "guard", group="guard")
    found = survey(session, atlas, noon)
    assert found.delayed == {noon.replace(hour=5, minute=30): 1}
    assert found.at_once == 2
