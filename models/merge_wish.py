"""Merge wishes: two records are one person's; one of staff says so, a second confirms.

What goes along is sealed anew and the other record's key is destroyed, so it cannot be
taken back, and nobody does it alone.
"""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import Index, text, update
from sqlmodel import Field, Session, SQLModel, col, or_, select

from models import audit, ballot
from models.application import APPROVED, Standing, applications_of, hold, record
from models.chat import chats_of
from models.columns import BigId, Utc, new_id, one_of
from models.errors import Failure
from models.link import Link, link
from models.place import Atlas
from models.queue import Queue
from models.review import release
from models.sealing import Keyring
from models.staff import SERVING, Staff
from models.worker import Worker

_WAITS_SQL = text("standing = 'waiting'")


class CannotMerge(Failure):
    """These two cannot be merged now; the argument says why (permanent)."""


class Wished(StrEnum):
    """What became of the wish; one that was carried out goes with the other record."""

    WAITING = "waiting"
    REFUSED = "refused"


class MergeWish(SQLModel, table=True):
    """That `other_id` is to become `worker_id`, in the words of no one: two ids."""

    __tablename__ = "merge_wish"
    __table_args__ = (
        Index(
            "one_wish_to_merge",
            "other_id",
            unique=True,
            sqlite_where=_WAITS_SQL,
            postgresql_where=_WAITS_SQL,
        ),
    )

    id: int = Field(primary_key=True, sa_type=BigId)
    worker_id: int = Field(foreign_key="worker.id", sa_type=BigId, index=True)
    other_id: int = Field(foreign_key="worker.id", sa_type=BigId, index=True)
    union_code: str = Field(foreign_key="union.code", index=True)
    staff_id: int = Field(foreign_key="staff.id", sa_type=BigId)
    standing: Wished = Field(default=Wished.WAITING, sa_type=one_of(Wished))
    at: datetime = Field(sa_type=Utc)
    settled_at: datetime | None = Field(default=None, sa_type=Utc)
    settled_by: int | None = Field(default=None, sa_type=BigId)


QUEUE = Queue(
    MergeWish,
    since=MergeWish.at,
    union=MergeWish.union_code,
    waits=(MergeWish.standing == Wished.WAITING,),
    people=(MergeWish.worker_id, MergeWish.other_id),
)
"""What waits for a second person."""


def may_see(session: Session, atlas: Atlas, staff: Staff, worker: Worker) -> bool:
    """Tell whether somebody of staff answers for a person, who is not they."""
    unions = {worker.union_code} if worker.union_code else set()
    if not unions:
        unions = {row.union_code for row in applications_of(session, worker.id)}
    serves = staff.active and staff.role in SERVING
    mine = unions & atlas.branch(staff.union_code)
    return serves and worker.id != staff.worker_id and bool(mine)


def propose(
    session: Session,
    atlas: Atlas,
    staff: Staff,
    member: Worker,
    other: Worker,
    now: datetime,
) -> MergeWish:
    """Say that two records are one person's; raises CannotMerge.

    The record that stays is a member's; of the other no position of staff may hang.
    """
    _require(session, atlas, staff, member, other)
    waits = select(MergeWish.id).where(
        MergeWish.standing == Wished.WAITING,
        or_(
            col(MergeWish.other_id).in_((member.id, other.id)),
            MergeWish.worker_id == other.id,
        ),
    )
    if session.exec(waits).first() is not None:
        raise CannotMerge("waits")
    wish = MergeWish(
        id=new_id(),
        worker_id=member.id,
        other_id=other.id,
        union_code=member.union_code or "",
        staff_id=staff.id,
        at=now,
    )
    session.add(wish)
    session.flush()
    audit.record(session, now, staff.id, "merge.proposed", wish.id)
    return wish


def _require(
    session: Session, atlas: Atlas, staff: Staff, member: Worker, other: Worker
) -> None:
    """Raise CannotMerge with what stands against it."""
    if member.id == other.id:
        raise CannotMerge("same")
    if member.member_no is None or member.union_code is None:
        raise CannotMerge("no_member")
    if not all(may_see(session, atlas, staff, one) for one in (member, other)):
        raise CannotMerge("not_yours")
    held = select(Staff.id).where(col(Staff.worker_id) == other.id)
    if session.exec(held).first() is not None:
        raise CannotMerge("staff")


def carry_out(
    session: Session,
    keys: Keyring,
    atlas: Atlas,
    staff: Staff,
    wish: MergeWish,
    now: datetime,
) -> Link:
    """Merge, as a second of staff confirms; raises CannotMerge. It cannot be undone.

    Locks come as in a link: the chats of who goes, then both people.
    """
    if wish.staff_id == staff.id:
        raise CannotMerge("alone")
    member = session.get_one(Worker, wish.worker_id)
    other = session.get_one(Worker, wish.other_id)
    _require(session, atlas, staff, member, other)
    chats = chats_of(session, other.id)
    _settle(session, wish, staff, now)
    _end_membership(session, keys, staff, member, other, now)
    audit.record(session, now, staff.id, "member.merged", member.id, str(other.id))
    made, _ = link(session, keys, chats[-1], member.id, "person", now)
    return made


def refuse(session: Session, staff: Staff, wish: MergeWish, now: datetime) -> None:
    """Settle that two records are not merged; raises CannotMerge where it is late."""
    _settle(session, wish, staff, now)
    audit.record(session, now, staff.id, "merge.refused", wish.id)


def _settle(session: Session, wish: MergeWish, staff: Staff, now: datetime) -> None:
    waits = update(MergeWish).where(
        col(MergeWish.id) == wish.id, col(MergeWish.standing) == Wished.WAITING
    )
    settled = waits.values(standing=Wished.REFUSED, settled_at=now, settled_by=staff.id)
    if not session.connection().execute(settled).rowcount:
        raise CannotMerge("settled")


def _end_membership(
    session: Session,
    keys: Keyring,
    staff: Staff,
    member: Worker,
    other: Worker,
    now: datetime,
) -> None:
    """End what made the other record a member: a person is one once, and votes once."""
    for row in applications_of(session, other.id):
        if row.standing in APPROVED:
            hold(session, row)
            record(session, keys, row, Standing.LEFT, now, staff.id)
    papers = [
        (one.id_type or "", one.unseal(keys, "id_number") or "")
        for one in (other, member)
    ]
    ballot.follow(session, keys, papers[0], papers[1])
    release(other)
    session.add(other)
    session.flush()
