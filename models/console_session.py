"""Console sessions: who is signed in to the console, in which browser, until when.

Only the hash of a session's token is kept.  A session ends when nothing was done for a
while, at the end of its longest time, with the position it was opened for, or when its
row is deleted.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import delete, update
from sqlmodel import Field, Session, SQLModel, col, select

from models import audit, one_time
from models.columns import BigId, Utc, new_id, one_of
from models.staff import Staff
from models.worker import Worker

SEEN_EVERY = timedelta(minutes=1)
"""How exactly it is known when a session was last used."""


class Way(StrEnum):
    """How somebody signed in."""

    LINK = "link"
    PASSWORD = "password"  # noqa: S105


@dataclass(frozen=True)
class Limits:
    """How long a session lasts: unused, and at most."""

    idle: timedelta
    longest: timedelta


class ConsoleSession(SQLModel, table=True):
    """One browser in which a staff member is signed in."""

    __tablename__ = "console_session"

    id: int = Field(primary_key=True, sa_type=BigId)
    token_hash: bytes = Field(unique=True)
    worker_id: int = Field(foreign_key="worker.id", sa_type=BigId, index=True)
    staff_id: int = Field(foreign_key="staff.id", sa_type=BigId)
    way: Way = Field(sa_type=one_of(Way))
    browser: str
    started_at: datetime = Field(sa_type=Utc)
    seen_at: datetime = Field(sa_type=Utc)


@dataclass(frozen=True)
class SignedIn:
    """A session with whose it is and the position it serves."""

    session: ConsoleSession
    staff: Staff
    worker: Worker


def sign_in(
    session: Session,
    staff: Staff,
    worker: Worker,
    way: Way,
    browser: str,
    now: datetime,
) -> tuple[str, SignedIn]:
    """Open a session for who holds a position; return its token, and the session."""
    token = one_time.new_token()
    row = ConsoleSession(
        id=new_id(),
        token_hash=one_time.hash_of(token),
        worker_id=worker.id,
        staff_id=staff.id,
        way=way,
        browser=browser,
        started_at=now,
        seen_at=now,
    )
    session.add(row)
    audit.record(session, now, staff.id, "console.entered", staff.id, way)
    return token, SignedIn(row, staff, worker)


def signed_in(
    session: Session, token: str, limits: Limits, now: datetime
) -> SignedIn | None:
    """Return whose session a token is, while it lasts and the position is theirs."""
    found = session.exec(
        select(ConsoleSession, Staff, Worker)
        .join(Staff, col(Staff.id) == ConsoleSession.staff_id)
        .join(Worker, col(Worker.id) == ConsoleSession.worker_id)
        .where(
            ConsoleSession.token_hash == one_time.hash_of(token),
            ConsoleSession.seen_at > now - limits.idle,
            ConsoleSession.started_at > now - limits.longest,
            Staff.active,
            Staff.worker_id == ConsoleSession.worker_id,
        )
    ).first()
    return SignedIn(*found) if found else None


def sessions_of(
    session: Session, worker_id: int, limits: Limits, now: datetime
) -> list[ConsoleSession]:
    """Return the sessions of a person that last, the newest first."""
    found = select(ConsoleSession).where(
        ConsoleSession.worker_id == worker_id,
        ConsoleSession.seen_at > now - limits.idle,
        ConsoleSession.started_at > now - limits.longest,
    )
    return list(session.exec(found.order_by(col(ConsoleSession.seen_at).desc())))


def mark_seen(session: Session, session_id: int, now: datetime) -> None:
    """Note that a session is in use."""
    row = update(ConsoleSession).where(col(ConsoleSession.id) == session_id)
    session.exec(row.values(seen_at=now))


def sign_out(
    session: Session, staff: Staff, now: datetime, session_id: int | None = None
) -> int:
    """End one session of who holds a position, or all of them; return how many."""
    row = delete(ConsoleSession).where(
        col(ConsoleSession.worker_id) == staff.worker_id,
        *(() if session_id is None else (col(ConsoleSession.id) == session_id,)),
    )
    ended = session.exec(row).rowcount
    if ended:
        audit.record(session, now, staff.id, "console.left", staff.id)
    return ended


def forget(session: Session, token: str) -> None:
    """End the session of a token, as one more begins in the same browser."""
    row = delete(ConsoleSession)
    session.exec(row.where(col(ConsoleSession.token_hash) == one_time.hash_of(token)))


def end_begun(session: Session, worker_id: int, since: datetime) -> None:
    """End what somebody else may have begun in a person's name since they came in."""
    row = delete(ConsoleSession).where(col(ConsoleSession.worker_id) == worker_id)
    session.exec(row.where(col(ConsoleSession.started_at) >= since))
