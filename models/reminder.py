"""Reminders: what is due is a row; the clock only wakes the sweep.

A row is unique by kind, subject and due time, and ends once: sent, skipped or failed.
"""

from collections.abc import Iterable
from datetime import datetime
from functools import cache
from itertools import groupby
from operator import itemgetter
from typing import Any

from sqlalchemy import (
    CompoundSelect,
    Index,
    Integer,
    UniqueConstraint,
    bindparam,
    text,
    union_all,
    update,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Field, Session, SQLModel, col, select

from models.columns import BigId, Utc, add_once, new_id, one_of
from models.message import Fate


def _at_once(context: Any) -> datetime:
    """Return when a new reminder is first looked at: when it is due."""
    due: datetime = context.get_current_parameters()["due"]
    return due


class Reminder(SQLModel, table=True):
    """Something to be said at a time; `next_at` is later where quiet hours hold it.

    What was sent is a message, by chat and number; one that did not arrive ends so.
    """

    __table_args__ = (
        UniqueConstraint("kind", "subject", "due"),
        Index(
            "reminder_waiting",
            "kind",
            "next_at",
            sqlite_where=text("fate = 'waiting'"),
            postgresql_where=text("fate = 'waiting'"),
        ),
        Index("reminder_message", "chat_id", "number"),
    )

    id: int = Field(primary_key=True, sa_type=BigId)
    kind: str
    subject: str = Field(index=True)
    due: datetime = Field(sa_type=Utc, index=True)
    next_at: datetime = Field(
        default=None, sa_type=Utc, sa_column_kwargs={"default": _at_once}
    )
    zone: str = "Asia/Shanghai"
    fate: Fate = Field(default=Fate.WAITING, sa_type=one_of(Fate))
    reason: str = ""
    chat_id: int | None = Field(default=None, sa_type=BigId)
    number: int | None = None
    ended_at: datetime | None = Field(default=None, sa_type=Utc)

    @property
    def parts(self) -> tuple[int, str]:
        """The row it is about, and for whom it is or of which step."""
        number, _, rest = self.subject.partition(".")
        return int(number), rest


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


def due(session: Session, now: datetime, kinds: Iterable[str], limit: int) -> list[int]:
    """Return the ids of reminders of these kinds whose time has come.

    The kinds take turns, each with what waits longest: many of one hide no other.
    """
    given = {"now": now, "most": limit}
    rows = session.connection().execute(_first_of_each(tuple(kinds)), given)
    turns = [
        (turn, next_at, number)
        for _, same in groupby(sorted(map(tuple, rows)), key=itemgetter(0))
        for turn, (_, next_at, number) in enumerate(same)
    ]
    return [number for *_, number in sorted(turns)[:limit]]


@cache
def _first_of_each(kinds: tuple[str, ...]) -> CompoundSelect[Any]:
    """Ask for the first of each kind; every part is one look into the index."""
    first = [
        select(Reminder.kind, Reminder.next_at, Reminder.id)
        .where(
            Reminder.kind == kind,
            text("fate = 'waiting'"),
            col(Reminder.next_at) <= bindparam("now", type_=Utc),
        )
        .order_by(col(Reminder.next_at))
        .limit(bindparam("most", type_=Integer))
        .subquery()
        for kind in kinds
    ]
    return union_all(*(select(part) for part in first))


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


def follow(session: Session, fates: Iterable[tuple[int, int, Fate, str]]) -> None:
    """End reminders as their messages did: (chat, number, fate, reason) of each."""
    for chat_id, number, fate, reason in fates:
        said = update(Reminder).where(
            col(Reminder.chat_id) == chat_id,
            col(Reminder.number) == number,
            col(Reminder.fate) == Fate.SENT,
        )
        session.exec(said.values(fate=fate, reason=reason))
