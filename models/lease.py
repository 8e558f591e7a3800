"""Leases: who may do what only one process may do at a time."""

from datetime import datetime, timedelta

from sqlalchemy import or_, update
from sqlmodel import Field, Session, SQLModel, col

from models.columns import Utc, add_once

LEADER = "leader"
"""The duty to poll, to remind and to send broadcasts."""
LEADER_SECONDS = 10
"""A leader that says nothing for so long has its place taken."""


class Lease(SQLModel, table=True):
    """A duty and the process that holds it until a moment."""

    duty: str = Field(primary_key=True)
    holder: str
    until: datetime = Field(sa_type=Utc)


def take(session: Session, duty: str, holder: str, now: datetime, seconds: int) -> bool:
    """Take or renew a duty; True when it is ours until `now + seconds`."""
    until = now + timedelta(seconds=seconds)
    if session.get(Lease, duty) is None:
        first = Lease(duty=duty, holder=holder, until=until)
        if add_once(session, first):
            return True
    free = or_(col(Lease.holder) == holder, col(Lease.until) <= now)
    claim = update(Lease).where(col(Lease.duty) == duty, free)
    return session.exec(claim.values(holder=holder, until=until)).rowcount == 1


def give_back(session: Session, holder: str, now: datetime) -> None:
    """Let go of every duty at once, so that another process need not wait."""
    session.exec(update(Lease).where(col(Lease.holder) == holder).values(until=now))
