"""Tries: how often somebody tried in vain to be let in, counted whoever it was.

A row is of an ID or of a chat, under a keyed hash, and is written alike whether or not
such a member exists.  Five in a day close that way for a day; tries while it is closed
count for nothing, so nobody can be kept out for longer.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import Index, text
from sqlmodel import Field, Session, SQLModel, col, select

from models.columns import BigId, Utc, add_once
from models.sealing import Keyring

MOST = 5
"""How many vain tries close a way, where nothing else is said."""

DAY = timedelta(days=1)
_UNTOLD = text("closed_at IS NOT NULL AND NOT told")


class Tries(SQLModel, table=True):
    """The vain tries of one day; `worker_id` is who was meant, if there is one."""

    __table_args__ = (
        Index(
            "tries_untold",
            "closed_at",
            sqlite_where=_UNTOLD,
            postgresql_where=_UNTOLD,
        ),
    )

    tag: bytes = Field(primary_key=True)
    wrong: int = 0
    since: datetime = Field(sa_type=Utc)
    last_at: datetime = Field(sa_type=Utc)
    closed_at: datetime | None = Field(default=None, sa_type=Utc)
    worker_id: int | None = Field(
        default=None, foreign_key="worker.id", sa_type=BigId, index=True
    )
    told: bool = False


def held(
    session: Session,
    keys: Keyring,
    tried: dict[str, str],
    now: datetime,
    period: timedelta = DAY,
) -> list[Tries]:
    """Lock the tries of each name and value, as they count now; new ones are made.

    They count for a `period`, and so long stays closed what they closed.  While index
    keys rotate there may be a row under the tag of either key.
    """
    found = []
    for name, value in sorted(tried.items()):
        found += _held(session, keys.tags(name, value), now, period) or [
            _made(session, keys.tag(name, value), now)
        ]
    return found


def _held(
    session: Session, tags: list[bytes], now: datetime, period: timedelta
) -> list[Tries]:
    rows = [session.get(Tries, tag, with_for_update=True) for tag in sorted(tags)]
    found = [row for row in rows if row is not None]
    for row in found:
        if (row.closed_at or row.since) <= now - period:
            row.wrong, row.since, row.closed_at, row.told = 0, now, None, False
    return found


def _made(session: Session, tag: bytes, now: datetime) -> Tries:
    add_once(session, Tries(tag=tag, since=now, last_at=now))
    return session.get_one(Tries, tag, with_for_update=True)


def count(
    rows: Sequence[Tries],
    worker_id: int | None,
    now: datetime,
    tell: bool = True,
    most: int = MOST,
) -> None:
    """Count a try of who may be meant; the fifth, or `most`, closes the way.

    Unless `tell`, nobody hears of that.
    """
    for row in rows:
        row.last_at, row.worker_id = now, worker_id
        row.wrong = min(most, row.wrong + 1)
        if row.wrong == most and row.closed_at is None:
            row.closed_at, row.told = now, not tell


def forgive(rows: Sequence[Tries], tries: int) -> None:
    """Count so many tries no more, for the last of them was not in vain."""
    for row in rows:
        row.wrong, row.closed_at = max(0, row.wrong - tries), None


def closed(rows: Sequence[Tries]) -> bool:
    """Tell whether one of these was tried too often."""
    return any(row.closed_at is not None for row in rows)


def newly_closed(session: Session) -> list[Tries]:
    """Return what was closed and nobody has been told of."""
    found = select(Tries).where(col(Tries.closed_at).is_not(None), ~col(Tries.told))
    return list(session.exec(found).all())
