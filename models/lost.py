"""Lost: messages that did not arrive or may not have, and updates nobody could handle.

Staff send a message again only while nothing was said in its chat since: later it would
answer a question nobody asked.
"""

from collections.abc import Collection
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, exists, or_, select, update
from sqlmodel import Session, col

from models import audit
from models.application import Application
from models.arrival import TRIES, Poison
from models.chat import Chat
from models.errors import Failure
from models.message import Fate, Message
from models.reminder import Reminder
from models.staff import Staff
from models.worker import Worker

LOST = (Fate.FAILED, Fate.UNCERTAIN)
"""What became of messages that a person looks after."""

OPEN, GIVEN_UP, LET_GO = "", "given_up", "let_go"
"""Where an update stands that nobody could handle."""

UNSETTLED = (OPEN, GIVEN_UP)


class WentOn(Failure):
    """Its person went on in the meantime, or cannot be reached any more (permanent)."""


def of_people(
    worker_id: Any, unions: Collection[str], with_strangers: bool
) -> ColumnElement[bool]:
    """Hold for what is of members of these unions, or of who applied to them.

    People no union knows are strangers.
    """
    member = _some(Worker.id == worker_id, col(Worker.union_code).in_(unions))
    unplaced = _some(Worker.id == worker_id, col(Worker.union_code).is_(None))
    applied = col(Application.worker_id) == worker_id
    here = _some(applied, col(Application.union_code).in_(unions))
    theirs = or_(member, and_(unplaced, here))
    if not with_strangers:
        return theirs
    return or_(theirs, and_(unplaced, ~_some(applied)))


def _some(*conditions: Any) -> ColumnElement[bool]:
    return exists().where(*conditions)


def can_send_again(session: Session, row: Message) -> bool:
    """Tell whether a message may honestly be sent again."""
    chat = session.get_one(Chat, row.chat_id)
    newest = chat.last_number == row.number and chat.stopped_at is None
    return newest and row.fate in LOST


def send_again(session: Session, staff: Staff, row: Message, now: datetime) -> None:
    """Put a lost message in line once more; raises WentOn.

    The chat is held, so that nothing is said there in between.
    """
    held = select(Chat).where(col(Chat.id) == row.chat_id).with_for_update()
    session.scalars(held).one()
    if not can_send_again(session, row):
        raise WentOn
    its = (col(Message.chat_id) == row.chat_id, col(Message.number) == row.number)
    waits = update(Message).where(*its, col(Message.fate).in_(LOST))
    again = {"fate": Fate.WAITING, "reason": "", "holder": "", "attempt": 0}
    if session.execute(waits.values(lease_until=now, **again)).rowcount != 1:  # type: ignore[attr-defined]
        raise WentOn
    said = update(Reminder).where(
        col(Reminder.chat_id) == row.chat_id, col(Reminder.number) == row.number
    )
    session.execute(said.values(fate=Fate.SENT, reason=""))
    audit.record(session, now, staff.id, "message.sent_again", row.about_id)


def can_retry(session: Session, row: Poison) -> bool:
    """Tell whether an update can be tried again: its person said nothing since."""
    chat = session.get_one(Chat, row.chat_id)
    return row.settled in UNSETTLED and chat.last_number == row.after_number


def retry(session: Session, staff: Staff, row: Poison, now: datetime) -> None:
    """Let an update be tried once more, within a minute; raises WentOn."""
    if not can_retry(session, row):
        raise WentOn
    row.settled, row.attempts = OPEN, min(row.attempts, TRIES - 1)
    session.add(row)
    audit.record(session, now, staff.id, "poison.retried", row.worker_id)


def let_go(session: Session, staff: Staff, row: Poison, now: datetime) -> None:
    """Give an update up for good; what it said goes at once.  Raises WentOn."""
    if row.settled not in UNSETTLED:
        raise WentOn
    row.settled, row.update = LET_GO, b""
    session.add(row)
    audit.record(session, now, staff.id, "poison.let_go", row.worker_id)
