"""Reminders: what is due is a row; the clock only wakes the sweep.

A row is unique by kind, subject and due time, and ends once: sent, skipped or failed.
"""

from collections.abc import Collection, Iterable
from datetime import datetime

from sqlalchemy import Index, UniqueConstraint, text, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Field, Session, SQLModel, col, select

from models.columns import BigId, Utc, add_once, new_id, one_of
from models.message import Fate


class Reminder(SQLModel, table=True):
    """Something to be said at a time."""

    __table_args__ = (
        UniqueConstraint("kind", "subject", "due"),
        Index(
            "reminder_waiting",
            "due",
            sqlite_where=text("fate = 'waiting'"),
            postgresql_where=text("fate = 'waiting'"),
        ),
    )

    id: int = Field(primary_key=True, sa_type=BigId)
    kind: str
    subject: str = Field(index=True)
    due: datetime = Field(sa_type=Utc)
    zone: str = "Asia/Shanghai"
    fate: Fate = Field(default=Fate.WAITING, sa_type=one_of(Fate))
    reason: str = ""
    chat_id: int | None = Field(default=None, sa_type=BigId)
    number: int | None = None
    ended_at: datetime | None = Field(default=None, sa_type=Utc)


def schedule(session: Session, kind: str, subject: str, due: datetime) -> None:
    """Make a reminder, unless this very one exists."""
    same = select(Reminder.id).where(
        Reminder.kind == kind, Reminder.subject == subject, Reminder.due == due
    )
    if session.exec(same).first() is None:
        add_once(session, Reminder(id=new_id(), kind=kind, subject=subject, due=due))


def schedule_all(
    session: Session, kind: str, due: datetime, subjects: Iterable[str]
) -> None:
    """Make a reminder for each subject that does not have this very one."""
    rows = [
        {"id": new_id(), "kind": kind, "subject": s, "due": due, **_FRESH}
        for s in subjects
    ]
    if rows:
        session.flush()
        session.execute(_NEW[session.get_bind().dialect.name], rows)


_FRESH = {"zone": "Asia/Shanghai", "fate": Fate.WAITING, "reason": ""}
_NEW = {
    dialect: insert(Reminder).on_conflict_do_nothing()
    for dialect, insert in (
        ("sqlite", sqlite.insert),
        ("postgresql", postgresql.insert),
    )
}


def exists(session: Session, kind: str, subject: str) -> bool:
    """Tell whether a subject was ever given a reminder of this kind."""
    found = select(Reminder.id).where(
        Reminder.kind == kind, Reminder.subject == subject
    )
    return session.exec(found).first() is not None


def waits(session: Session, kind: str, subject: str) -> bool:
    """Tell whether a subject's reminder has yet to be said."""
    found = select(Reminder.id).where(
        Reminder.kind == kind,
        Reminder.subject == subject,
        Reminder.fate == Fate.WAITING,
    )
    return session.exec(found).first() is not None


def due(
    session: Session, now: datetime, limit: int = 50, held: Collection[str] = ()
) -> list[Reminder]:
    """Return the reminders whose time has come but of kinds held back; oldest first."""
    return list(
        session.exec(
            select(Reminder)
            .where(
                Reminder.fate == Fate.WAITING,
                Reminder.due <= now,
                col(Reminder.kind).not_in(held),
            )
            .order_by(col(Reminder.due))
            .limit(limit)
        )
    )


def end(reminder: Reminder, fate: Fate, reason: str, now: datetime) -> None:
    """Write down what became of a reminder; the caller holds its lock."""
    reminder.fate, reminder.reason, reminder.ended_at = fate, reason, now


def skip(session: Session, kind: str, subject: str, reason: str, now: datetime) -> bool:
    """Skip a waiting reminder; False when it has already ended."""
    claim = (
        update(Reminder)
        .where(
            col(Reminder.kind) == kind,
            col(Reminder.subject) == subject,
            col(Reminder.fate) == Fate.WAITING,
        )
        .values(fate=Fate.SKIPPED, reason=reason, ended_at=now)
    )
    return session.exec(claim).rowcount == 1
