"""The report of messages: all that was written is accounted for, or it says not."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from sqlalchemy import text
from sqlmodel import Session

from handlers.reports import Period, Table
from handlers.reports.messages import messages
from handlers.reports.reminders import COLUMNS
from models.message import Fate, Kind, Message
from models.place import Atlas
from tests.models.cast import NOW, meet

DAY = timedelta(days=1)
PERIOD = Period(NOW - DAY, NOW + DAY)

Row = tuple[Kind, Fate, str, datetime]


def write(session: Session, *rows: Row) -> None:
    worker, chat = meet(session, "reported")
    for number, (kind, fate, reason, at) in enumerate(rows, start=1):
        row = Message(
            chat_id=chat.id,
            number=number,
            about_id=worker.id,
            side="bot",
            kind=kind,
            fate=fate,
            reason=reason,
            body=b"",
            at=at,
        )
        session.add(row)
    session.flush()


def table(session: Session) -> Table:
    return messages(session, Atlas(), PERIOD, "zh-CN")


def test_it_counts_by_day_kind_and_fate(session: Session) -> None:
    write(
        session,
        (Kind.REPLY, Fate.SENT, "", NOW),
        (Kind.REPLY, Fate.KEPT, "", NOW),
        (Kind.REPLY, Fate.RECEIVED, "", NOW),
        (Kind.REPLY, Fate.WAITING, "", NOW),
        (Kind.REPLY, Fate.FAILED, "refused", NOW),
        (Kind.REPLY, Fate.FAILED, "error", NOW),
        (Kind.REMINDER, Fate.UNCERTAIN, "no_answer", NOW),
        (Kind.REMINDER, Fate.SKIPPED, "stopped", NOW - 0.9 * DAY),
        (Kind.REMINDER, Fate.SENT, "", NOW - 2 * DAY),
    )
    made = table(session)
    assert made.adds_up
    first, second, third = made.rows
    assert first[:3] == ("2026-11-19", "reminder", 1)
    assert second[:3] == ("2026-11-20", "reminder", 1)
    found = dict(zip(COLUMNS, third[3:-1], strict=True))
    assert third[:3] == ("2026-11-20", "reply", 5)
    assert found == {
        "sent": 1,
        "skipped": 0,
        "failed": 2,
        "uncertain": 0,
        "kept": 1,
        "waiting": 1,
        "unexplained": 0,
    }
    assert third[-1] == "error 1 refused 1"


@pytest.mark.parametrize("fate", [Fate.FAILED, Fate.SKIPPED, Fate.UNCERTAIN])
def test_what_does_not_say_why_does_not_add_up(session: Session, fate: Fate) -> None:
    write(session, (Kind.REPLY, fate, "", NOW))
    made = table(session)
    assert not made.adds_up
    assert made.rows[0][-2] == 1


def test_a_fate_outside_the_vocabulary_does_not_add_up(session: Session) -> None:
    write(session, (Kind.REPLY, Fate.SENT, "", NOW))
    session.execute(text("UPDATE message SET fate = 'vanished'"))
    made = table(session)
    assert not made.adds_up
    assert made.rows[0][2] == 1
