"""Slots: a time at which a service is given, to so many people.

    open ⇄ closed to more;   open or closed → called off

A place is taken by one conditional update, so no two people ever have the same one.
"""

from collections.abc import Collection, Iterable
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Index, text, update
from sqlmodel import Field, Session, SQLModel, col, select

from models.columns import BigId, Utc, new_id, one_of
from models.errors import Failure

_STANDS = text("state <> 'off'")


class SlotTaken(Failure):
    """The last place of this slot is taken, or it has begun (permanent)."""


class SlotState(StrEnum):
    """What may be done with a slot: booked, only kept, or nothing any more."""

    OPEN = "open"
    CLOSED = "closed"
    OFF = "off"


class Slot(SQLModel, table=True):
    """A time at which a service is given to so many people."""

    __table_args__ = (
        Index("slot_open", "benefit_code", "starts_at"),
        Index("slot_at", "partner_code", "starts_at"),
        Index(
            "slot_once",
            *("benefit_code", "partner_code", "starts_at"),
            unique=True,
            sqlite_where=_STANDS,
            postgresql_where=_STANDS,
        ),
    )

    id: int = Field(primary_key=True, sa_type=BigId)
    benefit_code: str = Field(foreign_key="benefit.code")
    partner_code: str | None = Field(default=None, foreign_key="partner.code")
    starts_at: datetime = Field(sa_type=Utc)
    capacity: int
    taken: int = 0
    state: SlotState = Field(default=SlotState.OPEN, sa_type=one_of(SlotState))


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


def taken_times(
    session: Session, benefit_code: str, partner_code: str, times: Iterable[datetime]
) -> set[datetime]:
    """Return at which of these times there is a slot already."""
    found = select(Slot.starts_at).where(
        Slot.benefit_code == benefit_code,
        Slot.partner_code == partner_code,
        Slot.state != SlotState.OFF,
        col(Slot.starts_at).in_(list(times)),
    )
    return set(session.exec(found))


def free_slots(
    session: Session,
    benefit_code: str,
    now: datetime,
    limit: int = 40,
    first: Collection[str] = (),
) -> list[Slot]:
    """Return the next slots that have a place left, `first` those at some partners."""
    found = select(Slot).where(
        Slot.benefit_code == benefit_code,
        Slot.starts_at > now,
        Slot.state == SlotState.OPEN,
        col(Slot.taken) < col(Slot.capacity),
    )
    order = (col(Slot.partner_code).in_(first).desc(),) if first else ()
    ordered = found.order_by(*order, col(Slot.starts_at), col(Slot.id)).limit(limit)
    return list(session.exec(ordered))


def take_slot(session: Session, slot_id: int, now: datetime) -> None:
    """Take a place; raises SlotTaken."""
    one = update(Slot).where(
        col(Slot.id) == slot_id,
        col(Slot.taken) < col(Slot.capacity),
        col(Slot.starts_at) > now,
        col(Slot.state) == SlotState.OPEN,
    )
    done: Any = session.execute(one.values(taken=Slot.taken + 1))
    if done.rowcount != 1:
        raise SlotTaken


def leave_slot(session: Session, slot_id: int | None) -> None:
    """Give a place back, where one was taken."""
    if slot_id is not None:
        one = update(Slot).where(col(Slot.id) == slot_id, col(Slot.taken) > 0)
        session.execute(one.values(taken=Slot.taken - 1))
