"""Live talks: a person holds a worker's chat, and what one writes reaches the other.

The chats name the case (`Chat.case_id`); none is in two talks at a time, which one
UPDATE each of a chat that is in none keeps true.
"""

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import update
from sqlmodel import Session, col, select

from models import audit
from models.case import Case, Course
from models.chat import Chat
from models.errors import Failure
from models.staff import Staff


class Busy(Failure):
    """One of the two is in another talk (temporary)."""


def begin(
    session: Session, staff: Staff, row: Case, chats: Collection[int], now: datetime
) -> None:
    """Begin a talk between chats; raises Busy, and then none is in it.

    They are the worker's and that of who has the case, if they are not on a page.
    """
    with session.begin_nested():
        for chat_id in sorted(chats):
            _take(session, row, chat_id)
    for chat_id in chats:
        session.refresh(session.get_one(Chat, chat_id), ["case_id"])
    row.said_at = now
    session.add(row)
    session.flush()
    audit.record(session, now, staff.id, "case.talked", row.id)


def _take(session: Session, row: Case, chat_id: int) -> None:
    free = (col(Chat.case_id).is_(None)) | (col(Chat.case_id) == row.id)
    one = update(Chat).where(col(Chat.id) == chat_id, free)
    done: Any = session.execute(
        one.values(case_id=row.id), execution_options={"synchronize_session": False}
    )
    if done.rowcount != 1:
        raise Busy


def said(session: Session, row: Case, now: datetime) -> None:
    """Note that something was said."""
    row.said_at = now
    session.add(row)


def idle(session: Session, now: datetime, minutes: int) -> list[Case]:
    """Return the cases in whose talks nobody has said anything for so long."""
    before = now - timedelta(minutes=minutes)
    found = select(Case).where(col(Case.said_at) <= before)
    return list(session.exec(found.order_by(col(Case.said_at)).limit(20)))


def is_on(row: Case | None, staff: Staff | None) -> bool:
    """Tell whether a talk about a case goes on: its staff still serves and has it."""
    return (
        row is not None
        and staff is not None
        and staff.active
        and staff.worker_id is not None
        and row.course is Course.TAKEN
        and row.staff_id == staff.id
    )
