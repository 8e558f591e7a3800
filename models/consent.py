"""Consent: which version of which text a worker agreed to, when, where, until when."""

import hashlib
from datetime import datetime, timedelta

from sqlmodel import Field, Session, SQLModel, col, select

from models.columns import BigId, Utc, new_id

REST = timedelta(days=90)
"""How long nobody is asked again for a consent they have withdrawn."""


class Consent(SQLModel, table=True):
    """One agreement to one version of a text."""

    id: int = Field(primary_key=True, sa_type=BigId)
    worker_id: int = Field(foreign_key="worker.id", sa_type=BigId, index=True)
    scope: str
    version: str
    text_hash: bytes
    channel: str
    at: datetime = Field(sa_type=Utc)
    withdrawn_at: datetime | None = Field(default=None, sa_type=Utc)


def agree(
    session: Session,
    worker_id: int,
    scope: str,
    version: str,
    text: str,
    channel: str,
    now: datetime,
) -> Consent:
    """Write an agreement down, with the hash of the exact text (PIPL art. 14, 29)."""
    row = Consent(
        id=new_id(),
        worker_id=worker_id,
        scope=scope,
        version=version,
        text_hash=hashlib.sha256(text.encode()).digest(),
        channel=channel,
        at=now,
    )
    session.add(row)
    return row


def end(session: Session, worker_id: int, scope: str, now: datetime) -> None:
    """Write down that an agreement no longer holds."""
    for row in holds(session, worker_id):
        if row.scope == scope:
            row.withdrawn_at = now
            session.add(row)
    session.flush()


def consents_of(session: Session, worker_id: int) -> list[Consent]:
    """Return all a worker ever agreed to, oldest first."""
    found = select(Consent).where(Consent.worker_id == worker_id)
    return list(session.exec(found.order_by(col(Consent.at))))


def holds(session: Session, worker_id: int) -> list[Consent]:
    """Return the agreements that still hold, oldest first."""
    return [row for row in consents_of(session, worker_id) if not row.withdrawn_at]


def rests(session: Session, worker_id: int, scope: str, now: datetime) -> bool:
    """Tell whether a consent was withdrawn so lately that we must not ask for it."""
    rows = [r for r in consents_of(session, worker_id) if r.scope == scope]
    withdrawn = rows[-1].withdrawn_at if rows else None
    return withdrawn is not None and now - withdrawn < REST
