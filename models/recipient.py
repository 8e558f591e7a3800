"""Recipients: who gets a notice, when, and why not; each ends once.

    waiting → sent, kept, uncertain, skipped(reason), failed(reason)
    kept → sent, when the page has shown it

A row is narrow and holds no words.  Rows that go, with their person or for their age,
are counted first, so that a notice's sums always add up.  They name notice and worker
without foreign keys: to check a quarter of a million takes longer than to write them.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Index,
    Row,
    Select,
    and_,
    bindparam,
    delete,
    exists,
    func,
    insert,
    literal,
    select,
    text,
    tuple_,
    update,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Field, Session, SQLModel, col

from models.chat import Chat
from models.columns import BigId, Utc, one_of
from models.message import Fate

LEASE_SECONDS = 60
"""How long a row that was claimed may be on its way: longer than any request takes."""

INTERRUPTED = "interrupted"
"""Why it is uncertain what became of a row whose process was killed."""

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


class NoticeTotal(SQLModel, table=True):
    """How many rows of a notice ended so and are no more."""

    __tablename__ = "notice_total"

    notice_id: int = Field(primary_key=True, foreign_key="notice.id", sa_type=BigId)
    fate: Fate = Field(primary_key=True, sa_type=one_of(Fate))
    reason: str = Field(primary_key=True)
    many: int = 0


@dataclass(frozen=True)
class Outcome:
    """What becomes of one copy; `at` is when, or for one that waits, until when."""

    worker_id: int
    fate: Fate
    at: datetime
    reason: str = ""
    claimed: bool = False
    chat_id: int | None = None
    number: int | None = None
    external_id: str | None = None


Sums = dict[tuple[Fate, str], int]
"""How many copies there are, by fate and reason."""

_COLUMNS = tuple(getattr(Recipient, name) for name in Recipient.model_fields)


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
    found = session.execute(_NEXT, of).all()
    lost = [
        Outcome(worker_id, Fate.UNCERTAIN, now, INTERRUPTED)
        for worker_id, claimed in found
        if claimed
    ]
    settle(session, notice_id, lost)
    return [worker_id for worker_id, claimed in found if not claimed]


def lease_end(now: datetime) -> datetime:
    """Return until when a copy claimed now may be on its way."""
    return now + timedelta(seconds=LEASE_SECONDS)


_SETTLE = (
    update(Recipient)
    .where(
        col(Recipient.notice_id) == bindparam("of_notice"),
        col(Recipient.worker_id) == bindparam("of_worker"),
        (col(Recipient.fate) == Fate.WAITING) | (col(Recipient.reason) == INTERRUPTED),
    )
    .values(
        fate=bindparam("to_fate", type_=one_of(Fate)),
        reason=bindparam("to_reason"),
        at=bindparam("to_at", type_=Utc),
        claimed=bindparam("to_claimed"),
        chat_id=bindparam("to_chat"),
        number=bindparam("to_number"),
        external_id=bindparam("to_external"),
    )
)


def settle(session: Session, notice_id: int, outcomes: Sequence[Outcome]) -> None:
    """Write down what became of copies; what is over stays so.

    Only one given up too early is corrected by who sent it.
    """
    if not outcomes:
        return
    session.connection().execute(
        _SETTLE,
        [
            {
                "of_notice": notice_id,
                "of_worker": one.worker_id,
                "to_fate": one.fate,
                "to_reason": one.reason,
                "to_at": one.at,
                "to_claimed": one.claimed,
                "to_chat": one.chat_id,
                "to_number": one.number,
                "to_external": one.external_id,
            }
            for one in outcomes
        ],
    )


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


def sums_of(session: Session, notice_id: int) -> Sums:
    """Count a notice's copies by fate and reason, those whose rows are gone too."""
    fate, reason = col(Recipient.fate), col(Recipient.reason)
    rows: Any = select(fate, reason, func.count()).group_by(fate, reason)
    rows = rows.where(col(Recipient.notice_id) == notice_id)
    gone = select(
        col(NoticeTotal.fate), col(NoticeTotal.reason), col(NoticeTotal.many)
    ).where(col(NoticeTotal.notice_id) == notice_id)
    sums: Sums = {}
    for fate, reason, many in [*session.execute(rows), *session.execute(gone)]:
        sums[fate, reason] = sums.get((fate, reason), 0) + many
    return sums


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


def uncertain(session: Session, notice_id: int, after: int, limit: int) -> list[int]:
    """Return some of those who may have got a notice or not, by id, after one."""
    found = select(col(Recipient.worker_id)).where(
        col(Recipient.notice_id) == notice_id,
        col(Recipient.worker_id) > after,
        col(Recipient.fate) == Fate.UNCERTAIN,
    )
    return list(session.scalars(found.order_by(col(Recipient.worker_id)).limit(limit)))


def of_worker(
    session: Session,
    worker_id: int,
    fates: Iterable[Fate] = FATES,
    limit: int | None = None,
) -> list[Recipient]:
    """Return one person's copies of notices of some fates, newest first."""
    found = select(Recipient).where(_theirs(worker_id))
    newest = found.where(col(Recipient.fate).in_(fates))
    newest = newest.order_by(col(Recipient.at).desc(), col(Recipient.notice_id))
    return list(session.scalars(newest.limit(limit)))


def _theirs(worker_id: int) -> ColumnElement[bool]:
    """Return the condition that a copy is somebody's, as the primary key finds it."""
    every = select(SQLModel.metadata.tables["notice"].c.id)
    return and_(
        col(Recipient.notice_id).in_(every), col(Recipient.worker_id) == worker_id
    )


# Rows that go are counted first.


def forget(session: Session, worker_id: int) -> None:
    """Let go of the copies of somebody who is erased."""
    theirs = _theirs(worker_id)
    ended = update(Recipient).where(theirs, _WAITING_SQL)
    session.execute(ended.values(fate=Fate.SKIPPED, reason="erased"))
    _drop(session, theirs)


def move(session: Session, stray_id: int, member_id: int) -> None:
    """Give a stray's copies to the member, but for notices the member has too."""
    twice = select(col(Recipient.notice_id)).where(_theirs(member_id))
    stray = _theirs(stray_id)
    doubled = and_(stray, col(Recipient.notice_id).in_(twice))
    ended = update(Recipient).where(doubled, _WAITING_SQL)
    # A condition on the same table in it is read before any row is changed.
    session.execute(
        ended.values(fate=Fate.SKIPPED, reason="same_person"),
        execution_options={"synchronize_session": False},
    )
    _drop(session, doubled)
    theirs = update(Recipient).where(stray)
    session.execute(theirs.values(worker_id=member_id))


def drop(
    session: Session, keys: Iterable[Sequence[int]], *which: ColumnElement[bool]
) -> int:
    """Drop rows, by notice and worker, of which the rest holds; return how many."""
    these = tuple_(col(Recipient.notice_id), col(Recipient.worker_id)).in_(list(keys))
    return _drop(session, and_(these, *which))


def _drop(session: Session, which: Any) -> int:
    end = (col(Recipient.notice_id), col(Recipient.fate), col(Recipient.reason))
    ended = select(*end, func.count()).where(which).group_by(*end)
    found = session.execute(ended).all()
    for notice_id, fate, reason, many in found:
        _count(session, notice_id, fate, reason, many)
    session.execute(
        delete(Recipient).where(which),
        execution_options={"synchronize_session": False},
    )
    return sum(row[3] for row in found)


def _count(
    session: Session, notice_id: int, fate: Fate, reason: str, many: int
) -> None:
    """Add to a total, made where there is none yet."""
    new = _INSERT[session.get_bind().dialect.name](NoticeTotal).values(
        notice_id=notice_id, fate=fate, reason=reason, many=many
    )
    key = [NoticeTotal.notice_id, NoticeTotal.fate, NoticeTotal.reason]
    session.execute(
        new.on_conflict_do_update(
            index_elements=key, set_={"many": col(NoticeTotal.many) + new.excluded.many}
        )
    )


_INSERT: dict[str, Any] = {"sqlite": sqlite.insert, "postgresql": postgresql.insert}
