"""The report of reminders: everything that was due is accounted for, or it says not."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlmodel import Session

from bot.database import Database
from handlers.reports import Period, Table
from handlers.reports.reminders import COLUMNS, reminders
from models.columns import new_id
from models.message import Fate, Kind, Message
from models.place import Atlas
from models.reminder import Reminder
from tests.models.cast import NOW, meet

PERIOD = Period(NOW - timedelta(days=1), NOW + timedelta(days=1))


def made(database: Database, *rows: tuple[Fate, str, Fate | None]) -> Table:
    """Make reminders, each with its fate, reason and its message's fate; report."""
    with Session(database.writing) as session:
        worker, chat = meet(session)
        for number, (fate, reason, message) in enumerate(rows, start=1):
            row = Reminder(id=new_id(), kind="decision", subject=str(number), due=NOW)
            row.fate, row.reason = fate, reason
            session.add(row)
            if message is not None:
                row.chat_id, row.number = chat.id, number
                said = Message(
                    chat_id=chat.id,
                    number=number,
                    about_id=worker.id,
                    side="bot",
                    kind=Kind.REMINDER,
                    fate=message,
                    body=b"",
                    at=NOW,
                )
                session.add(said)
        session.flush()
        return reminders(session, Atlas(), PERIOD, "zh-CN")


def test_what_was_due_is_what_became_of_it(sqlite: Database) -> None:
    table = made(
        sqlite,
        (Fate.SENT, "", Fate.SENT),
        (Fate.SENT, "", Fate.WAITING),
        (Fate.SENT, "", Fate.KEPT),
        (Fate.SKIPPED, "too_late", None),
        (Fate.SKIPPED, "too_late", None),
        (Fate.FAILED, "error", None),
        (Fate.UNCERTAIN, "no_answer", Fate.UNCERTAIN),
        (Fate.WAITING, "", None),
    )
    ((day, kind, due, *counts, reasons),) = table.rows
    assert (day, kind, due) == ("2026-11-20", "decision", 8)
    found = dict(zip(COLUMNS, counts, strict=True))
    assert found == {
        "sent": 1,
        "skipped": 2,
        "failed": 1,
        "uncertain": 1,
        "kept": 1,
        "waiting": 2,
        "unexplained": 0,
    }
    assert reasons == "error 1 no_answer 1 too_late 2"
    assert table.adds_up


@pytest.mark.parametrize(
    ("fate", "reason", "message"),
    [
        (Fate.SENT, "", Fate.FAILED),
        (Fate.SENT, "", Fate.UNCERTAIN),
        (Fate.SENT, "", None),
        (Fate.SKIPPED, "", None),
    ],
)
def test_what_nobody_can_explain_does_not_add_up(
    sqlite: Database, fate: Fate, reason: str, message: Fate | None
) -> None:
    table = made(sqlite, (fate, reason, message), (Fate.SENT, "", Fate.SENT))
    assert not table.adds_up
    assert table.rows[0][-2] == 1


def test_without_reminders_it_adds_up(sqlite: Database) -> None:
    table = made(sqlite)
    assert (table.rows, table.adds_up) == ((), True)
