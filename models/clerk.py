"""Clerks: who redeems vouchers at a partner's counter, appointed as staff are."""

from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Field, Session, SQLModel, col, select

from models.columns import BigId
from models.partner import Partner
from models.staff import PARTNER_CLERK, Staff, appoint


class Clerk(SQLModel, table=True):
    """At which partner's counter a staff position is."""

    staff_id: int = Field(primary_key=True, foreign_key="staff.id", sa_type=BigId)
    partner_code: str = Field(foreign_key="partner.code", index=True)


@dataclass(frozen=True)
class Counter:
    """A clerk at work, and where."""

    staff: Staff
    partner: Partner


def appoint_clerk(session: Session, partner: Partner, now: datetime) -> Staff:
    """Make a position at a partner's counter that nobody holds yet."""
    staff = appoint(session, PARTNER_CLERK, partner.union_code, now)
    session.add(Clerk(staff_id=staff.id, partner_code=partner.code))
    session.flush()
    return staff


def counter_of(session: Session, worker_id: int) -> Counter | None:
    """Return the counter at which a worker may redeem vouchers now."""
    held = (
        select(Staff, Partner)
        .join(Clerk, col(Clerk.staff_id) == Staff.id)
        .join(Partner, col(Partner.code) == Clerk.partner_code)
        .where(Staff.worker_id == worker_id, Staff.active, Staff.role == PARTNER_CLERK)
    )
    found = session.exec(held).first()
    return Counter(*found) if found else None
