"""Booking: times of a service opened at a partner's, closed and called off by staff.

Of what a partner gives, the staff of its union and of those above it keep the times.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import update
from sqlmodel import Session, col, select

from models import audit, reminder
from models.benefit import Benefit, BenefitKind
from models.errors import Failure
from models.hours import in_good_time
from models.partner import Partner, partners_of
from models.place import Atlas
from models.rules import Rules
from models.service import PENDING, ServiceRequest
from models.slot import Slot, SlotState, add_slot, taken_times
from models.staff import NotTheirs, Staff, serves

SLOT_OFF = "slot_off"
"""The kind of reminder that tells who booked that a slot is called off.

It is named by the request and the slot.
"""

MOST_PLACES = 500
"""How many people one slot may have."""

MOST_AT_ONCE = 60
"""How many slots may be opened at once."""

FAR_AHEAD = timedelta(days=366)
"""How long ahead a slot may be."""


class Unbookable(Failure):
    """Such slots cannot be opened; says which part will not do (permanent)."""


class CannotChange(Failure):
    """The slot is no longer where this could be done with it (permanent)."""


def may_keep(session: Session, atlas: Atlas, staff: Staff, partner_code: str) -> bool:
    """Tell whether somebody keeps the times at a partner's."""
    place = session.get(Partner, partner_code)
    return place is not None and serves(atlas, staff, place.union_code)


def open_slots(
    session: Session,
    atlas: Atlas,
    staff: Staff,
    benefit_code: str,
    partner_code: str,
    starts: Sequence[datetime],
    capacity: int,
    now: datetime,
) -> list[Slot]:
    """Open slots of a service at a partner's; raises NotTheirs or Unbookable."""
    if not may_keep(session, atlas, staff, partner_code):
        raise NotTheirs
    fault = _fault(session, benefit_code, partner_code, starts, capacity, now)
    if fault is not None:
        raise Unbookable(fault)
    made = []
    for at in starts:
        row = add_slot(session, benefit_code, partner_code, at, capacity)
        audit.record(session, now, staff.id, "slot.created", row.id)
        made.append(row)
    return made


def _fault(
    session: Session,
    benefit_code: str,
    partner_code: str,
    starts: Sequence[datetime],
    capacity: int,
    now: datetime,
) -> str | None:
    """Name the part that will not do, if one will not."""
    given = session.get(Benefit, benefit_code)
    books = given is not None and given.books and given.kind is BenefitKind.SERVICE
    gives = {place.code for place in partners_of(session, benefit_code)}
    checks = {
        "benefit": books and given is not None and given.active,
        "partner": partner_code in gives,
        "starts": 1 <= len(starts) <= MOST_AT_ONCE,
        "past": all(now < at < now + FAR_AHEAD for at in starts),
        "capacity": 1 <= capacity <= MOST_PLACES,
    }
    fault = next((part for part, sound in checks.items() if not sound), None)
    # A time that is not within a year may be none that a database knows.
    if fault is None and taken_times(session, benefit_code, partner_code, starts):
        return "taken"
    return fault


def close(
    session: Session, atlas: Atlas, staff: Staff, slot: Slot, now: datetime
) -> None:
    """Let nobody else book; who has booked may come.  Raises as `call_off` does."""
    _move(session, atlas, staff, slot, (SlotState.OPEN,), SlotState.CLOSED)
    audit.record(session, now, staff.id, "slot.closed", slot.id)


def reopen(
    session: Session, atlas: Atlas, staff: Staff, slot: Slot, now: datetime
) -> None:
    """Let people book again.  Raises as `call_off` does."""
    _move(session, atlas, staff, slot, (SlotState.CLOSED,), SlotState.OPEN)
    audit.record(session, now, staff.id, "slot.resumed", slot.id)


def call_off(
    session: Session,
    atlas: Atlas,
    staff: Staff,
    slot: Slot,
    rules: Rules,
    now: datetime,
) -> int:
    """Call a slot off; return how many are told, who may choose another.

    Raises NotTheirs, or CannotChange where it is called off or has begun.
    """
    if slot.starts_at <= now:
        raise CannotChange
    before = (SlotState.OPEN, SlotState.CLOSED)
    _move(session, atlas, staff, slot, before, SlotState.OFF)
    told = [f"{request_id}.{slot.id}" for request_id in _let_go(session, slot)]
    due = in_good_time(rules, slot.starts_at, now)
    reminder.schedule_all(session, SLOT_OFF, due, told)
    audit.record(session, now, staff.id, "slot.cancelled", slot.id)
    return len(told)


def _let_go(session: Session, slot: Slot) -> Iterable[int]:
    """Let the requests that had a place go without one; return which."""
    theirs = update(ServiceRequest).where(
        col(ServiceRequest.slot_id) == slot.id,
        col(ServiceRequest.standing).in_(PENDING),
    )
    freed = theirs.values(slot_id=None).returning(col(ServiceRequest.id))
    ids: Any = session.execute(freed).scalars().all()
    session.execute(update(Slot).where(col(Slot.id) == slot.id).values(taken=0))
    session.refresh(slot)
    return list(ids)


def _move(
    session: Session,
    atlas: Atlas,
    staff: Staff,
    slot: Slot,
    before: tuple[SlotState, ...],
    after: SlotState,
) -> None:
    if not may_keep(session, atlas, staff, slot.partner_code or ""):
        raise NotTheirs
    one = update(Slot).where(col(Slot.id) == slot.id, col(Slot.state).in_(before))
    done: Any = session.execute(one.values(state=after))
    session.refresh(slot)
    if done.rowcount != 1:
        raise CannotChange


def booked(session: Session, slot: Slot) -> list[ServiceRequest]:
    """Return what was booked in a slot, the first first."""
    found = select(ServiceRequest).where(ServiceRequest.slot_id == slot.id)
    return list(session.exec(found.order_by(col(ServiceRequest.asked_at))))
