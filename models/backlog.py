"""Backlogs: what the program itself has yet to do, how much of it, and since when."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, select, text
from sqlmodel import Session, col

from models.arrival import Poison
from models.audit import AuditEntry
from models.chain import head
from models.lost import UNSETTLED
from models.message import Message
from models.recipient import Recipient
from models.reminder import Reminder

_WAITING = text("fate = 'waiting'")


@dataclass(frozen=True)
class Backlog:
    """What waits of one kind; `oldest` is since when the first has waited."""

    name: str
    count: int
    oldest: datetime | None

    def age(self, now: datetime) -> float:
        """Return for how many seconds the oldest has waited."""
        return max(0.0, (now - self.oldest).total_seconds()) if self.oldest else 0.0


def backlogs(session: Session, now: datetime) -> list[Backlog]:
    """Return everything that waits; each is one look into an index."""
    sealed = head(session).entry_id
    asked: dict[str, tuple[Any, tuple[Any, ...]]] = {
        "messages": (Message.at, (_WAITING,)),
        "reminders": (Reminder.next_at, (_WAITING, col(Reminder.next_at) <= now)),
        "notices": (Recipient.at, (_WAITING, col(Recipient.at) <= now)),
        "unhandled": (Poison.at, (col(Poison.settled).in_(UNSETTLED),)),
        "audit": (AuditEntry.at, (col(AuditEntry.id) > sealed,)),
    }
    return [_backlog(session, name, *part) for name, part in asked.items()]


def _backlog(
    session: Session, name: str, since: Any, waits: tuple[Any, ...]
) -> Backlog:
    counted = select(func.count(), func.min(since)).where(*waits)
    many, oldest = session.execute(counted).one()
    return Backlog(name, many, oldest)
