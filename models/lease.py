"""Leases: who may do what only one process may do at a time."""

from datetime import datetime, timedelta

from sqlalchemy import or_, update
from sqlmodel import Field, Session, SQLModel, col

from models.columns import Utc

LEADER = "leader"
LEADER_SECONDS = 10


class Lease(SQLModel, table=True):
    """A duty and the process that holds it until a moment."""

    duty: str = Field(primary_key=True)
    holder: str
    until: datetime = Field(sa_type=Utc)


def take(session: Session, duty: str, holder: str, now: datetime, seconds: int) -> bool:
    """Take or renew a duty; True when it is ours until `now + seconds`."""
    until = now + timedelta(seconds=seconds)
    if session.get(Lease, duty) is None:
        session.add(Lease(duty=duty, holder=holder, until=until))
        session.flush()
        return True
    free = or_(col(Lease.holder) == holder, col(Lease.until) <= now)
    claim = update(Lease).where(col(Lease.duty) == duty, free)
    result = session.execute(claim.values(holder=holder, until=until))
    return result.rowcount == 1  # type: ignore[attr-defined, no-any-return]


def give_back(session: Session, holder: str, now: datetime) -> None:
    """Let go of every duty at once, so that another process need not wait."""
    session.execute(update(Lease).where(col(Lease.holder) == holder).values(until=now))
