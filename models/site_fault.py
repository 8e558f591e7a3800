"""Faults of sites: what a worker found wrong, sealed, for the union to put right."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import Index, text
from sqlmodel import Field, Session, col, func, select

from models import audit, reminder
from models.application import CannotDecide
from models.columns import BigId, Utc, new_id, one_of
from models.own_words import OwnWords
from models.place import Atlas
from models.queue import Queue
from models.review import may_review
from models.sealing import Keyring
from models.site import Site
from models.staff import Staff
from models.worker import Worker

SETTLED = "site_fault"
"""The kind of reminder that tells a worker that a fault was looked at."""

MOST_OPEN = 5
"""How many faults of one person may wait at a time."""

_WAITING_SQL = text("settled_at IS NULL")


class What(StrEnum):
    """What may be wrong with a site."""

    SHUT = "shut"
    BROKEN = "broken"
    DIRTY = "dirty"
    WRONG = "wrong"
    OTHER = "other"


class SiteFault(OwnWords, table=True):
    """A fault somebody reported; its words are sealed with the reporter's key."""

    __tablename__ = "site_fault"
    __table_args__ = (
        Index(
            "site_fault_queue",
            "union_code",
            "at",
            "worker_id",
            sqlite_where=_WAITING_SQL,
            postgresql_where=_WAITING_SQL,
        ),
    )

    id: int = Field(primary_key=True, sa_type=BigId)
    site_code: str = Field(foreign_key="site.code")
    worker_id: int = Field(foreign_key="worker.id", sa_type=BigId, index=True)
    union_code: str = Field(foreign_key="union.code")
    what: What = Field(sa_type=one_of(What))
    words: bytes | None = None
    photo_id: int | None = Field(default=None, sa_type=BigId, index=True)
    at: datetime = Field(sa_type=Utc)
    settled_at: datetime | None = Field(default=None, sa_type=Utc)
    staff_id: int | None = Field(default=None, foreign_key="staff.id", sa_type=BigId)


QUEUE = Queue(
    SiteFault,
    since=SiteFault.at,
    union=SiteFault.union_code,
    waits=(col(SiteFault.settled_at).is_(None),),
    people=(SiteFault.worker_id,),
)
"""What waits for a union to be put right."""


def report(
    session: Session,
    keys: Keyring,
    worker: Worker,
    site: Site,
    what: What,
    words: str,
    photo_id: int | None,
    now: datetime,
) -> SiteFault:
    """Write a fault down for the union of the site."""
    row = SiteFault(
        id=new_id(),
        site_code=site.code,
        worker_id=worker.id,
        union_code=site.union_code,
        what=what,
        photo_id=photo_id,
        at=now,
    )
    if words:
        row.keep(keys, worker, "words", words)
    session.add(row)
    session.flush()
    return row


def open_faults(session: Session, worker_id: int) -> int:
    """Count what somebody reported and nobody has settled."""
    waiting = select(func.count()).where(
        SiteFault.worker_id == worker_id, col(SiteFault.settled_at).is_(None)
    )
    return session.exec(waiting).one()


def faults_of(session: Session, worker_id: int) -> list[SiteFault]:
    """Return what somebody ever reported, oldest first."""
    found = select(SiteFault).where(SiteFault.worker_id == worker_id)
    return list(session.exec(found.order_by(col(SiteFault.at))))


def settle(
    session: Session, atlas: Atlas, staff: Staff, row: SiteFault, now: datetime
) -> None:
    """Note that a fault was put right; its reporter is told.

    Raises CannotDecide where it is settled, or is not theirs to settle.
    """
    session.refresh(row, with_for_update={"key_share": True})
    if row.settled_at is not None or not may_review(atlas, staff, row):
        raise CannotDecide
    row.settled_at, row.staff_id = now, staff.id
    session.add(row)
    audit.record(session, now, staff.id, "site_fault.settled", row.id)
    reminder.schedule(session, SETTLED, str(row.id), now)


def with_photo(session: Session, picture_id: int) -> SiteFault | None:
    """Return the fault a picture belongs to."""
    found = select(SiteFault).where(SiteFault.photo_id == picture_id)
    return session.exec(found).first()
