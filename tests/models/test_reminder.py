"""Reminders: each once, each ended once."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlmodel import Session, select

from bot.database import Database
from models import reminder
from models.message import Fate
from models.reminder import Reminder
from tests.models.cast import NOW, Meet, race

LATER = NOW + timedelta(minutes=1)


def test_the_same_reminder_is_made_once(session: Session) -> None:
    for due in (NOW, NOW, LATER):
        reminder.schedule(session, "unfinished", "7", due)
    assert len(session.exec(select(Reminder)).all()) == 2


def ready(session: Session, now: datetime, limit: int = 50) -> list[Reminder]:
    kinds = ("decision", "expired", "unfinished")
    ids = reminder.due(session, now, kinds, limit)
    return [session.get_one(Reminder, number) for number in ids]


def due(session: Session, now: datetime, limit: int = 50) -> list[str]:
    return [row.subject for row in ready(session, now, limit)]


def test_what_is_due_comes_the_longest_due_first(session: Session) -> None:
    reminder.schedule(session, "unfinished", "7", NOW)
    reminder.schedule(session, "decision", "8", NOW - timedelta(days=1))
    reminder.schedule(session, "decision", "9", LATER)
    reminder.schedule(session, "expired", "5", NOW - timedelta(days=2))
    reminder.skip(session, "expired", "5", "finished", NOW)
    assert due(session, NOW) == ["8", "7"]
    assert due(session, NOW, limit=1) == ["8"]


def test_a_reminder_waits_until_it_has_ended(session: Session) -> None:
    assert not reminder.exists(session, "decision", "7")
    assert not reminder.waits(session, "decision", "7")
    reminder.schedule(session, "decision", "7", NOW)
    assert reminder.waits(session, "decision", "7")
    (row,) = ready(session, NOW)
    reminder.end(row, Fate.SENT, "", LATER)
    assert (row.fate, row.reason, row.ended_at) == (Fate.SENT, "", LATER)
    assert not reminder.waits(session, "decision", "7")
    assert reminder.exists(session, "decision", "7")
    assert due(session, LATER) == []


def test_a_reminder_is_skipped_once_and_never_after_it_was_sent(
    session: Session,
) -> None:
    for subject in ("7", "8"):
        reminder.schedule(session, "decision", subject, NOW)
    assert reminder.skip(session, "decision", "7", "undone", LATER)
    assert not reminder.skip(session, "decision", "7", "undone", LATER)
    (row,) = ready(session, NOW)
    reminder.end(row, Fate.SENT, "", NOW)
    assert not reminder.skip(session, "decision", "8", "undone", LATER)
    assert row.fate is Fate.SENT
    skipped = session.exec(select(Reminder).where(Reminder.subject == "7")).one()
    session.refresh(skipped)
    assert (skipped.fate, skipped.reason) == (Fate.SKIPPED, "undone")
    assert skipped.ended_at == LATER


def test_two_who_find_the_same_make_one(database: Database) -> None:
    def find(session: Session, meet: Meet) -> None:
        meet()
        reminder.schedule(session, "unfinished", "7", NOW)

    assert race(database, find, find) == [None, None]
    with Session(database.reading) as session:
        assert len(session.exec(select(Reminder)).all()) == 1


def test_two_who_skip_at_once_skip_it_once(database: Database) -> None:
    with Session(database.writing) as session:
        reminder.schedule(session, "decision", "7", NOW)
        session.commit()

    def skip(session: Session, meet: Meet) -> bool:
        meet()
        return reminder.skip(session, "decision", "7", "undone", NOW)

    assert sorted(race(database, skip, skip)) == [False, True]


def test_a_reminder_whose_message_was_lost_ends_as_that_did(session: Session) -> None:
    for subject in ("7", "8"):
        reminder.schedule(session, "decision", subject, NOW)
    for number, row in enumerate(ready(session, NOW)):
        row.chat_id, row.number = 1, number
        reminder.end(row, Fate.SENT, "", NOW)
    session.flush()
    lost = [(1, 0, Fate.UNCERTAIN, "no_answer"), (2, 1, Fate.FAILED, "refused")]
    reminder.follow(session, lost)
    session.expire_all()
    rows = session.exec(select(Reminder)).all()
    found = {(row.number, row.fate, row.reason) for row in rows}
    assert found == {(0, Fate.UNCERTAIN, "no_answer"), (1, Fate.SENT, "")}


def test_many_of_one_kind_hide_no_other(session: Session) -> None:
    early = NOW - timedelta(days=1)
    reminder.schedule_all(session, "unfinished", early, map(str, range(100)))
    for subject in ("a", "b"):
        reminder.schedule(session, "decision", subject, NOW)
    assert {"a", "b"} < {*due(session, NOW, limit=4)}
