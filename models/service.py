"""Services: a member asks for one, a social worker sees to it, the member rates it.

    requested → accepted → done → rated
    requested → declined (with a reason); requested or accepted → withdrawn

What the member says of it is sealed.
"""

from datetime import date, datetime, time, timedelta
from enum import StrEnum
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Index, delete, update
from sqlmodel import Field, Session, col, select

from models import audit, quota, reminder
from models.application import CannotDecide, new_number
from models.benefit import Benefit, MayNot, Person
from models.columns import BigId, Utc, new_id, one_of
from models.own_words import OwnWords
from models.place import Atlas
from models.queue import Queue
from models.review import may_review
from models.sealing import Keyring
from models.slot import Slot, SlotTaken, leave_slot, take_slot
from models.staff import Staff
from models.tally import Counted, count
from models.worker import Worker

TOLD = "service"
"""The kind of reminder that tells of a step, named by the request and the standing."""

SLOT_SOON = "slot_soon"
"""The kind of reminder that a slot is tomorrow, named by the request's id."""

BEST = 5
"""The best that can be said of a service; the worst is 1."""


class Served(StrEnum):
    """Where a request for a service stands."""

    REQUESTED = "requested"
    ACCEPTED = "accepted"
    DONE = "done"
    RATED = "rated"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"


PENDING = (Served.REQUESTED, Served.ACCEPTED)


class ServiceRequest(OwnWords, table=True):
    """That a member asked for a service; what for, and why not, is sealed."""

    __tablename__ = "service_request"
    __table_args__ = (
        Index("service_queue", "standing", "union_code", "asked_at", "worker_id"),
        Index("service_of", "worker_id", "asked_at"),
    )

    id: int = Field(primary_key=True, sa_type=BigId)
    number: str = Field(unique=True)
    worker_id: int = Field(foreign_key="worker.id", sa_type=BigId)
    benefit_code: str = Field(foreign_key="benefit.code", index=True)
    union_code: str = Field(foreign_key="union.code")
    slot_id: int | None = Field(
        default=None, foreign_key="slot.id", sa_type=BigId, index=True
    )
    period: str
    counted: bool
    standing: Served = Field(default=Served.REQUESTED, sa_type=one_of(Served))
    words: bytes | None = None
    why: bytes | None = None
    asked_at: datetime = Field(sa_type=Utc)
    accepted_at: datetime | None = Field(default=None, sa_type=Utc)
    settled_at: datetime | None = Field(default=None, sa_type=Utc)
    staff_id: int | None = Field(
        default=None, foreign_key="staff.id", sa_type=BigId, index=True
    )
    rating: int | None = None


QUEUE = Queue(
    ServiceRequest,
    since=ServiceRequest.asked_at,
    union=ServiceRequest.union_code,
    waits=(col(ServiceRequest.standing).in_(PENDING),),
    people=(ServiceRequest.worker_id,),
)
"""What waits for a union to be seen to."""


def ask_for(
    session: Session,
    keys: Keyring,
    worker: Worker,
    person: Person,
    given: Benefit,
    slot_id: int | None,
    words: str,
    now: datetime,
    zone: str,
) -> ServiceRequest:
    """Ask for a service; raises SlotTaken or MayNot, and then nothing was taken."""
    if slot_id is not None:
        take_slot(session, slot_id, now)
    try:
        period, counted = quota.take(session, given, person, worker.id)
    except MayNot:
        leave_slot(session, slot_id)
        raise
    row = ServiceRequest(
        id=new_id(),
        number=new_number(),
        worker_id=worker.id,
        benefit_code=given.code,
        union_code=worker.union_code or "",
        slot_id=slot_id,
        period=period,
        counted=counted,
        asked_at=now,
    )
    if words:
        row.keep(keys, worker, "words", words)
    session.add(row)
    session.flush()
    count(session, given.code, Counted.ASKED, now)
    if slot_id is not None:
        starts_at = session.get_one(Slot, slot_id).starts_at
        _remind_before(session, row, starts_at, now, zone)
    return row


def evening_before(starts_at: datetime, zone: str) -> datetime:
    """Return six in the evening before a slot, which is when it is recalled."""
    day: date = starts_at.astimezone(ZoneInfo(zone)).date() - timedelta(days=1)
    return datetime.combine(day, time(18), ZoneInfo(zone))


def _remind_before(
    session: Session, row: ServiceRequest, starts_at: datetime, now: datetime, zone: str
) -> None:
    """Remind of a slot in the evening before, unless that is past."""
    due = evening_before(starts_at, zone)
    if due > now:
        reminder.schedule(session, SLOT_SOON, str(row.id), due)


def rebook(
    session: Session, row: ServiceRequest, slot_id: int, now: datetime, zone: str
) -> None:
    """Take another slot where one's own was called off.

    Raises SlotTaken, or CannotDecide where the request has a slot or is settled.
    """
    slot = session.get(Slot, slot_id)
    if slot is None or slot.benefit_code != row.benefit_code:
        raise SlotTaken
    take_slot(session, slot_id, now)
    one = update(ServiceRequest).where(
        col(ServiceRequest.id) == row.id,
        col(ServiceRequest.slot_id).is_(None),
        col(ServiceRequest.standing).in_(PENDING),
    )
    done: Any = session.execute(one.values(slot_id=slot_id))
    session.refresh(row)
    if done.rowcount != 1:
        leave_slot(session, slot_id)
        raise CannotDecide
    _remind_before(session, row, slot.starts_at, now, zone)


def accept(
    session: Session, atlas: Atlas, staff: Staff, row: ServiceRequest, now: datetime
) -> None:
    """See to a request; raises CannotDecide."""
    _require_theirs(atlas, staff, row)
    _step(session, row, (Served.REQUESTED,), Served.ACCEPTED, now, staff)
    _tell(session, staff, row, now)


def finish(
    session: Session, atlas: Atlas, staff: Staff, row: ServiceRequest, now: datetime
) -> None:
    """Note that a service was given; the member is asked to rate it."""
    _require_theirs(atlas, staff, row)
    _step(session, row, (Served.ACCEPTED,), Served.DONE, now, staff)
    quota.close_one(session, row.worker_id, row.benefit_code)
    count(session, row.benefit_code, Counted.DONE, now)
    reminder.skip(session, SLOT_SOON, str(row.id), "done", now)
    _tell(session, staff, row, now)


def decline(
    session: Session,
    keys: Keyring,
    atlas: Atlas,
    staff: Staff,
    row: ServiceRequest,
    reason: str,
    now: datetime,
) -> None:
    """Decline a request with a reason; raises CannotDecide."""
    _require_theirs(atlas, staff, row)
    _step(session, row, PENDING, Served.DECLINED, now, staff)
    worker = session.get_one(Worker, row.worker_id)
    row.keep(keys, worker, "why", reason)
    session.add(row)
    _return(session, row, "declined", now)
    count(session, row.benefit_code, Counted.DECLINED, now)
    _tell(session, staff, row, now)


def _require_theirs(atlas: Atlas, staff: Staff, row: ServiceRequest) -> None:
    if not may_review(atlas, staff, row):
        raise CannotDecide


def withdraw(session: Session, row: ServiceRequest, now: datetime) -> bool:
    """Take a request back at the worker's wish; False where it is settled already."""
    try:
        _step(session, row, PENDING, Served.WITHDRAWN, now, None)
    except CannotDecide:
        return False
    _return(session, row, "withdrawn", now)
    count(session, row.benefit_code, Counted.GIVEN_BACK, now)
    return True


def rate(session: Session, row: ServiceRequest, rating: int) -> bool:
    """Keep how a member liked a service, the last word counts; False if not yet."""
    if row.standing not in (Served.DONE, Served.RATED) or not 1 <= rating <= BEST:
        return False
    row.standing, row.rating = Served.RATED, rating
    session.add(row)
    return True


def withdraw_all(session: Session, worker_id: int, now: datetime) -> None:
    """Take back what a person has pending, and drop what they said, of all."""
    theirs = select(ServiceRequest).where(ServiceRequest.worker_id == worker_id)
    for row in session.exec(theirs).all():
        withdraw(session, row, now)
        row.words = row.why = None
        session.add(row)


def withdraw_since(
    session: Session, worker_id: int, since: datetime, now: datetime
) -> None:
    """Take back what was asked for in a person's name from a moment on."""
    theirs = select(ServiceRequest).where(
        ServiceRequest.worker_id == worker_id, ServiceRequest.asked_at >= since
    )
    for row in session.exec(theirs).all():
        withdraw(session, row, now)


def let_go(session: Session, worker_id: int) -> None:
    """Free the places and shares of what a person has pending, for their rows go."""
    theirs = delete(ServiceRequest).where(
        col(ServiceRequest.worker_id) == worker_id,
        col(ServiceRequest.standing).in_(PENDING),
    )
    for row in session.execute(theirs.returning(ServiceRequest)).scalars().all():
        leave_slot(session, row.slot_id)
        quota.give_back(session, row)


def _step(
    session: Session,
    row: ServiceRequest,
    before: tuple[Served, ...],
    standing: Served,
    now: datetime,
    staff: Staff | None,
) -> None:
    """Move a request on from where it must stand; raises CannotDecide."""
    at = "accepted_at" if standing is Served.ACCEPTED else "settled_at"
    values: dict[str, Any] = {"standing": standing, at: now}
    if staff is not None:
        values["staff_id"] = staff.id
    one = update(ServiceRequest).where(
        col(ServiceRequest.id) == row.id, col(ServiceRequest.standing).in_(before)
    )
    done: Any = session.execute(one.values(**values))
    session.refresh(row)
    if done.rowcount != 1:
        raise CannotDecide


def _return(session: Session, row: ServiceRequest, why: str, now: datetime) -> None:
    """Give back the place and the share of a request that came to nothing."""
    leave_slot(session, row.slot_id)
    quota.give_back(session, row)
    reminder.skip(session, SLOT_SOON, str(row.id), why, now)


def _tell(session: Session, staff: Staff, row: ServiceRequest, now: datetime) -> None:
    audit.record(session, now, staff.id, f"service.{row.standing}", row.id)
    reminder.schedule(session, TOLD, str(row.id), now)


def requests_of(
    session: Session, worker_id: int, start: int, limit: int
) -> list[ServiceRequest]:
    """Return some of what a person asked for, the newest first."""
    found = select(ServiceRequest).where(ServiceRequest.worker_id == worker_id)
    order = (col(ServiceRequest.asked_at).desc(), col(ServiceRequest.id))
    return list(session.exec(found.order_by(*order).offset(start).limit(limit)))


def pending_one(
    session: Session, worker_id: int, benefit_code: str
) -> ServiceRequest | None:
    """Return the request for a service that a person has pending."""
    return session.exec(
        select(ServiceRequest).where(
            ServiceRequest.worker_id == worker_id,
            ServiceRequest.benefit_code == benefit_code,
            col(ServiceRequest.standing).in_(PENDING),
        )
    ).first()
