"""Services: a member asks for one, a social worker sees to it, the member rates it.

    requested → accepted → done → rated
    requested → declined (with a reason); requested or accepted → withdrawn

What the member says of it is sealed.  A slot is a time with so many places.
"""

from datetime import date, datetime, time, timedelta
from enum import StrEnum
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Index, update
from sqlmodel import Field, Session, SQLModel, col, select

from models import audit, quota, reminder
from models.application import CannotDecide, new_number
from models.benefit import Benefit, MayNot, Person
from models.columns import BigId, Utc, new_id, one_of
from models.errors import Failure
from models.sealing import Keyring, seal, unseal
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


class SlotTaken(Failure):
    """The last place of this slot is taken, or it has begun (permanent)."""


class Slot(SQLModel, table=True):
    """A time at which a service is given to so many people."""

    __table_args__ = (Index("slot_open", "benefit_code", "starts_at"),)

    id: int = Field(primary_key=True, sa_type=BigId)
    benefit_code: str = Field(foreign_key="benefit.code")
    partner_code: str | None = Field(default=None, foreign_key="partner.code")
    starts_at: datetime = Field(sa_type=Utc)
    capacity: int
    taken: int = 0


class ServiceRequest(SQLModel, table=True):
    """That a member asked for a service; what for, and why not, is sealed."""

    __tablename__ = "service_request"
    __table_args__ = (
        Index("service_queue", "standing", "union_code", "asked_at"),
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

    def read(self, keys: Keyring, worker: Worker, column: str) -> str:
        """Open one of the sealed columns; empty where nothing was said."""
        sealed = getattr(self, column)
        if not sealed:
            return ""
        place = f"service_request.{column}|{self.id}"
        return unseal(worker.open_key(keys), place, sealed).decode()

    def keep(self, keys: Keyring, worker: Worker, column: str, said: str) -> None:
        """Seal what was said into one of the columns."""
        place = f"service_request.{column}|{self.id}"
        setattr(self, column, seal(worker.open_key(keys), place, said.encode()))


def add_slot(
    session: Session,
    benefit_code: str,
    partner_code: str | None,
    starts_at: datetime,
    capacity: int,
) -> Slot:
    """Open a slot."""
    row = Slot(
        id=new_id(),
        benefit_code=benefit_code,
        partner_code=partner_code,
        starts_at=starts_at,
        capacity=capacity,
    )
    session.add(row)
    session.flush()
    return row


def free_slots(
    session: Session, benefit_code: str, now: datetime, limit: int = 40
) -> list[Slot]:
    """Return the next slots that have a place left."""
    found = select(Slot).where(
        Slot.benefit_code == benefit_code,
        Slot.starts_at > now,
        col(Slot.taken) < col(Slot.capacity),
    )
    ordered = found.order_by(col(Slot.starts_at), col(Slot.id)).limit(limit)
    return list(session.exec(ordered))


def _take_slot(session: Session, slot_id: int, now: datetime) -> None:
    one = update(Slot).where(
        col(Slot.id) == slot_id,
        col(Slot.taken) < col(Slot.capacity),
        col(Slot.starts_at) > now,
    )
    done: Any = session.execute(one.values(taken=Slot.taken + 1))
    if done.rowcount != 1:
        raise SlotTaken


def _leave_slot(session: Session, slot_id: int | None) -> None:
    one = update(Slot).where(col(Slot.id) == slot_id, col(Slot.taken) > 0)
    session.execute(one.values(taken=Slot.taken - 1))


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
        _take_slot(session, slot_id, now)
    try:
        period = quota.take(session, given, person, worker.id)
    except MayNot:
        _leave_slot(session, slot_id)
        raise
    row = ServiceRequest(
        id=new_id(),
        number=new_number(),
        worker_id=worker.id,
        benefit_code=given.code,
        union_code=worker.union_code or "",
        slot_id=slot_id,
        period=period,
        asked_at=now,
    )
    if words:
        row.keep(keys, worker, "words", words)
    session.add(row)
    session.flush()
    count(session, given.code, Counted.ASKED, now)
    if slot_id is not None:
        starts_at = session.get_one(Slot, slot_id).starts_at
        _remind_before(session, row, starts_at, now, ZoneInfo(zone))
    return row


def _remind_before(
    session: Session, row: ServiceRequest, starts_at: datetime, now: datetime, zone: Any
) -> None:
    """Remind of a slot at six in the evening before, unless that is past."""
    day: date = starts_at.astimezone(zone).date() - timedelta(days=1)
    due = datetime.combine(day, time(18), zone)
    if due > now:
        reminder.schedule(session, SLOT_SOON, str(row.id), due)


def accept(session: Session, staff: Staff, row: ServiceRequest, now: datetime) -> None:
    """See to a request; raises CannotDecide."""
    _step(session, row, (Served.REQUESTED,), Served.ACCEPTED, now, staff)
    _tell(session, staff, row, now)


def finish(session: Session, staff: Staff, row: ServiceRequest, now: datetime) -> None:
    """Note that a service was given; the member is asked to rate it."""
    _step(session, row, (Served.ACCEPTED,), Served.DONE, now, staff)
    quota.close_one(session, row.worker_id, row.benefit_code)
    count(session, row.benefit_code, Counted.DONE, now)
    reminder.skip(session, SLOT_SOON, str(row.id), "done", now)
    _tell(session, staff, row, now)


def decline(
    session: Session,
    keys: Keyring,
    staff: Staff,
    row: ServiceRequest,
    reason: str,
    now: datetime,
) -> None:
    """Decline a request with a reason; raises CannotDecide."""
    _step(session, row, PENDING, Served.DECLINED, now, staff)
    worker = session.get_one(Worker, row.worker_id)
    row.keep(keys, worker, "why", reason)
    session.add(row)
    _return(session, row, "declined", now)
    count(session, row.benefit_code, Counted.DECLINED, now)
    _tell(session, staff, row, now)


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


def let_go(session: Session, worker_id: int) -> None:
    """Free the places and shares of what a person has pending, for their rows go."""
    theirs = select(ServiceRequest).where(
        ServiceRequest.worker_id == worker_id, col(ServiceRequest.standing).in_(PENDING)
    )
    for row in session.exec(theirs).all():
        _leave_slot(session, row.slot_id)
        quota.give_back(session, worker_id, row.benefit_code, row.period)


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
    _leave_slot(session, row.slot_id)
    quota.give_back(session, row.worker_id, row.benefit_code, row.period)
    reminder.skip(session, SLOT_SOON, str(row.id), why, now)


def _tell(session: Session, staff: Staff, row: ServiceRequest, now: datetime) -> None:
    audit.record(session, now, staff.id, f"service.{row.standing}", row.id)
    reminder.schedule(session, TOLD, str(row.id), now)


def requests_in(session: Session, unions: set[str]) -> list[ServiceRequest]:
    """Return the requests these unions have to see to, oldest first."""
    found = select(ServiceRequest).where(
        col(ServiceRequest.standing).in_(PENDING),
        col(ServiceRequest.union_code).in_(unions),
    )
    return list(session.exec(found.order_by(col(ServiceRequest.asked_at))))


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
