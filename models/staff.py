"""Staff: the people who serve a union, and the one-time links that bind them to a chat."""

import hashlib
import secrets
from datetime import datetime, timedelta

from sqlalchemy import update
from sqlmodel import Field, Session, SQLModel, col, select

from models.columns import BigId, Utc, new_id


class Staff(SQLModel, table=True):
    """A role in one union and those below it, held by a worker of ours once bound."""

    id: int = Field(primary_key=True, sa_type=BigId)
    role: str
    union_code: str = Field(foreign_key="union.code", index=True)
    worker_id: int | None = Field(
        default=None, foreign_key="worker.id", sa_type=BigId, unique=True
    )
    active: bool = True
    created_at: datetime = Field(sa_type=Utc)


class Invitation(SQLModel, table=True):
    """A one-time link that makes its opener a staff member; only its hash is kept."""

    token_hash: bytes = Field(primary_key=True)
    staff_id: int = Field(foreign_key="staff.id", sa_type=BigId, index=True)
    expires_at: datetime = Field(sa_type=Utc)
    used_at: datetime | None = Field(default=None, sa_type=Utc)


PREFIX = "s-"
"""How the code of an invitation begins, apart from the codes on posters."""


def appoint(session: Session, role: str, union_code: str, now: datetime) -> Staff:
    """Make a staff position that nobody holds yet."""
    staff = Staff(id=new_id(), role=role, union_code=union_code, created_at=now)
    session.add(staff)
    session.flush()
    return staff


def invite(session: Session, staff: Staff, now: datetime, hours: int = 72) -> str:
    """Make a one-time code for a position; it fits a deep link (64 characters)."""
    token = PREFIX + secrets.token_urlsafe(24)
    session.add(
        Invitation(
            token_hash=token_hash(token),
            staff_id=staff.id,
            expires_at=now + timedelta(hours=hours),
        )
    )
    return token


def token_hash(token: str) -> bytes:
    """Hash a random token; it is long enough to need no key."""
    return hashlib.sha256(token.encode()).digest()


def accept(session: Session, token: str, worker_id: int, now: datetime) -> Staff | None:
    """Bind a worker to the position of an unused, unexpired invitation; else None."""
    claim = (
        update(Invitation)
        .where(
            col(Invitation.token_hash) == token_hash(token),
            col(Invitation.used_at).is_(None),
            col(Invitation.expires_at) > now,
        )
        .values(used_at=now)
    )
    if session.execute(claim).rowcount != 1:  # type: ignore[attr-defined]
        return None
    invitation = session.get_one(Invitation, token_hash(token))
    before = staff_of(session, worker_id)
    if before is not None:
        before.worker_id = None
        session.add(before)
        session.flush()
    staff = session.get_one(Staff, invitation.staff_id)
    staff.worker_id = worker_id
    session.add(staff)
    return staff


def staff_of(session: Session, worker_id: int) -> Staff | None:
    """Return the active position a worker holds."""
    return session.exec(
        select(Staff).where(Staff.worker_id == worker_id, Staff.active)
    ).first()
