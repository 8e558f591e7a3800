"""Totals: copies of a notice by what became of them, those whose rows are gone too.

Rows that go, with their person or for their age, are counted first, so that the sums of
a notice always add up.
"""

from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import (
    ColumnElement,
    and_,
    delete,
    func,
    select,
    tuple_,
    update,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Field, Session, SQLModel, col

from models.columns import BigId, one_of
from models.message import Fate
from models.recipient import Recipient, theirs

_WAITS = col(Recipient.fate) == Fate.WAITING


class NoticeTotal(SQLModel, table=True):
    """How many rows of a notice ended so and are no more."""

    __tablename__ = "notice_total"

    notice_id: int = Field(primary_key=True, foreign_key="notice.id", sa_type=BigId)
    fate: Fate = Field(primary_key=True, sa_type=one_of(Fate))
    reason: str = Field(primary_key=True)
    many: int = 0


Sums = dict[tuple[Fate, str], int]
"""How many copies there are, by fate and reason."""


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


def forget(session: Session, worker_id: int) -> None:
    """Let go of the copies of somebody who is erased."""
    which = theirs(worker_id)
    ended = update(Recipient).where(which, _WAITS)
    session.execute(ended.values(fate=Fate.SKIPPED, reason="erased"))
    _drop(session, which)


def move(session: Session, stray_id: int, member_id: int) -> None:
    """Give a stray's copies to the member, but for notices the member has too."""
    twice = select(col(Recipient.notice_id)).where(theirs(member_id))
    strays = theirs(stray_id)
    doubled = and_(strays, col(Recipient.notice_id).in_(twice))
    ended = update(Recipient).where(doubled, _WAITS)
    # A condition on the same table in it is read before any row is changed.
    session.execute(
        ended.values(fate=Fate.SKIPPED, reason="same_person"),
        execution_options={"synchronize_session": False},
    )
    _drop(session, doubled)
    kept = update(Recipient).where(strays)
    session.execute(kept.values(worker_id=member_id))


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
