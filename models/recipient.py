"""Recipients: who gets a notice, when, and why not; each ends once.

    waiting → sent, kept, uncertain, skipped(reason), failed(reason)
    kept → sent, when the page has shown it

A row is narrow and holds no words.  It names notice and worker without foreign keys: to
check a quarter of a million takes longer than to write them.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Index,
    Row,
    Select,
    and_,
    bindparam,
    exists,
    insert,
    literal,
    select,
    text,
    update,
)
from sqlmodel import Field, Session, SQLModel, col

from models.chat import Chat
from models.columns import BigId, Utc, one_of
from models.message import Fate
from models.outcome import INTERRUPTED, Outcome, settle

FATES = (
    *(Fate.WAITING, Fate.KEPT, Fate.SENT),
    *(Fate.UNCERTAIN, Fate.SKIPPED, Fate.FAILED),
)
"""What may become of a copy; a notice's counts add up over these."""

UNREACHABLE = ("stopped", "no_chat")
"""Why somebody can only be told by phone."""

_WAITING_SQL = text("fate = 'waiting'")
_KEPT_SQL = text("fate = 'kept'")


class Recipient(SQLModel, table=True):
    """One person's copy of a notice.

    `at` is when it is looked at next, or since when it is over; one that was `claimed`
    is being sent until then.  `number` is its message in a chat of ours, `external_id`
    its name on a channel that keeps its own.  Whom no channel reaches is phoned,
    and it is written down by which position.
    """

    __tablename__ = "notice_recipient"
    __table_args__ = (
        Index(
            "notice_recipient_waiting",
            "notice_id",
            "at",
            sqlite_where=_WAITING_SQL,
            postgresql_where=_WAITING_SQL,
        ),
        Index(
            "notice_recipient_kept",
            "chat_id",
            sqlite_where=_KEPT_SQL,
            postgresql_where=_KEPT_SQL,
        ),
        {"sqlite_with_rowid": False},
    )

    notice_id: int = Field(primary_key=True, sa_type=BigId)
    worker_id: int = Field(primary_key=True, sa_type=BigId)
    fate: Fate = Field(sa_type=one_of(Fate))
    reason: str = ""
    at: datetime = Field(sa_type=Utc)
    claimed: bool = False
    chat_id: int | None = Field(default=None, sa_type=BigId)
    number: int | None = None
    external_id: str | None = None
    called_at: datetime | None = Field(default=None, sa_type=Utc)
    called_by: int | None = Field(default=None, sa_type=BigId)


def queue(session: Session, notice_id: int, workers: Select[Any], now: datetime) -> int:
    """Make a row for each worker selected; return how many."""
    rows = workers.with_only_columns(
        literal(notice_id),
        *workers.selected_columns,
        literal(Fate.WAITING.value),
        literal(""),
        literal(now, Utc),
        literal(False),
    )
    names = ["notice_id", "worker_id", "fate", "reason", "at", "claimed"]
    made = insert(Recipient).from_select(names, rows, include_defaults=False)
    counted = {"preserve_rowcount": True}
    done = session.connection().execute(made, execution_options=counted)
    return int(done.rowcount)


_NEXT = (
    select(col(Recipient.worker_id), col(Recipient.claimed))
    .where(
        col(Recipient.notice_id) == bindparam("notice_id"),
        _WAITING_SQL,
        col(Recipient.at) <= bindparam("now"),
    )
    .order_by(col(Recipient.at))
    .limit(bindparam("limit"))
    .with_for_update(skip_locked=True)
)


def next_due(session: Session, notice_id: int, now: datetime, limit: int) -> list[int]:
    """Return, locked, some of those whose turn it is.

    What was claimed and whose lease has run out is over: nobody knows whether it went.
    """
    of = {"notice_id": notice_id, "now": now, "limit": limit}
    found = session.connection().execute(_NEXT, of).all()
    lost = [
        Outcome(worker_id, Fate.UNCERTAIN, now, INTERRUPTED)
        for worker_id, claimed in found
        if claimed
    ]
    settle(session, notice_id, lost)
    return [worker_id for worker_id, claimed in found if not claimed]


def follow(session: Session, chat_id: int, number: int) -> None:
    """Mark the copies a page has shown, all up to a number.

    `at` stays: since then it lay in the chat.
    """
    shown = update(Recipient).where(
        col(Recipient.chat_id) == chat_id,
        _KEPT_SQL,
        col(Recipient.number) <= number,
    )
    session.execute(shown.values(fate=Fate.SENT))


def waits(session: Session, notice_id: int) -> bool:
    """Tell whether any copy of a notice has yet to be sent."""
    some = exists().where(col(Recipient.notice_id) == notice_id, _WAITING_SQL)
    return bool(session.scalar(select(some)))


def skip_some(
    session: Session, notice_id: int, reason: str, now: datetime, limit: int = 1000
) -> int:
    """Skip some of what waits and is not being sent; return how many ended.

    What was claimed and whose lease has run out is given up.
    """
    of = (col(Recipient.notice_id) == notice_id, _WAITING_SQL)
    claimed = col(Recipient.claimed)
    open_ = select(col(Recipient.worker_id)).where(*of, claimed.is_(False))
    some = update(Recipient).where(
        *of, col(Recipient.worker_id).in_(open_.limit(limit))
    )
    ended = some.values(fate=Fate.SKIPPED, reason=reason, at=now)
    lost = update(Recipient).where(*of, claimed, col(Recipient.at) <= now)
    given_up = lost.values(fate=Fate.UNCERTAIN, reason=INTERRUPTED, at=now)
    done = [session.execute(one).rowcount for one in (ended, given_up)]  # type: ignore[attr-defined]
    return sum(done)


def retry(session: Session, notice_id: int, now: datetime) -> int:
    """Let what failed wait again, and nothing else; return how many."""
    failed = update(Recipient).where(
        col(Recipient.notice_id) == notice_id, col(Recipient.fate) == Fate.FAILED
    )
    again = failed.values(fate=Fate.WAITING, reason="", at=now, claimed=False)
    return int(session.execute(again).rowcount)  # type: ignore[attr-defined]


_ARRIVED = (Fate.SENT, Fate.KEPT, Fate.UNCERTAIN)
RECALLED, NOT_RECALLED = "recalled", "not_recalled"
"""Beside the fate of a copy that had arrived: what came of taking it back."""


def arrived(
    session: Session, notice_id: int, after: int, limit: int
) -> Sequence[Row[Any]]:
    """Return some of the copies that can be asked back and were not, after one."""
    found = (
        select(
            col(Recipient.worker_id),
            col(Recipient.number),
            col(Recipient.external_id),
            col(Chat.channel),
            col(Chat.address),
        )
        .join(Chat, col(Chat.id) == col(Recipient.chat_id))
        .where(
            col(Recipient.notice_id) == notice_id,
            col(Recipient.worker_id) > after,
            col(Recipient.fate).in_(_ARRIVED),
            col(Recipient.reason).not_in((RECALLED, NOT_RECALLED)),
        )
    )
    return session.execute(found.order_by(col(Recipient.worker_id)).limit(limit)).all()


def in_chats(
    session: Session, notice_id: int, worker_ids: Collection[int]
) -> dict[int, int]:
    """Return the numbers of some copies that lie in chats of ours, by chat."""
    found = select(col(Recipient.chat_id), col(Recipient.number)).where(
        col(Recipient.notice_id) == notice_id,
        col(Recipient.worker_id).in_(worker_ids),
        col(Recipient.number).is_not(None),
    )
    return {row.chat_id: row.number for row in session.execute(found)}


def mark_recalled(session: Session, notice_id: int, taken: Mapping[int, bool]) -> None:
    """Note of copies that had arrived whether they could be taken back."""
    for gone, reason in ((True, RECALLED), (False, NOT_RECALLED)):
        these = [worker_id for worker_id, done in taken.items() if done is gone]
        marked = update(Recipient).where(
            col(Recipient.notice_id) == notice_id,
            col(Recipient.worker_id).in_(these),
            col(Recipient.fate).in_(_ARRIVED),
        )
        session.execute(marked.values(reason=reason))


def of_worker(
    session: Session,
    worker_id: int,
    fates: Iterable[Fate] = FATES,
    limit: int | None = None,
) -> list[Recipient]:
    """Return one person's copies of notices of some fates, newest first."""
    found = select(Recipient).where(theirs(worker_id))
    newest = found.where(col(Recipient.fate).in_(fates))
    newest = newest.order_by(col(Recipient.at).desc(), col(Recipient.notice_id))
    return list(session.scalars(newest.limit(limit)))


def theirs(worker_id: int) -> ColumnElement[bool]:
    """Return the condition that a copy is somebody's, as the primary key finds it."""
    every = select(SQLModel.metadata.tables["notice"].c.id)
    return and_(
        col(Recipient.notice_id).in_(every), col(Recipient.worker_id) == worker_id
    )
