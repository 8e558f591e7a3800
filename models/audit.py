"""Audit entries: who did what to whose data; inserted only, never changed or deleted.

The migrations add triggers that refuse updates and deletions on both databases.
"""

import hashlib
from datetime import datetime

from sqlmodel import Field, Session, SQLModel, col, select

from models.columns import BigId, Utc


class AuditEntry(SQLModel, table=True):
    """One act of a staff member (or of the system, where `actor_id` is None)."""

    __tablename__ = "audit_entry"

    id: int | None = Field(default=None, primary_key=True, sa_type=BigId)
    at: datetime = Field(sa_type=Utc, index=True)
    actor_id: int | None = Field(default=None, sa_type=BigId)
    action: str
    subject_id: int | None = Field(default=None, sa_type=BigId, index=True)
    detail: str = ""


def record(
    session: Session,
    now: datetime,
    actor_id: int | None,
    action: str,
    subject_id: int | None,
    detail: str = "",
) -> None:
    """Write an act down; `detail` never holds personal data."""
    session.add(
        AuditEntry(
            at=now,
            actor_id=actor_id,
            action=action,
            subject_id=subject_id,
            detail=detail,
        )
    )


def number_of(name: str) -> int:
    """Return the number by which a subject without an id is written down."""
    digest = hashlib.blake2b(name.encode(), digest_size=8).digest()
    return int.from_bytes(digest) >> 2


def entries_about(session: Session, subject_id: int, most: int) -> list[AuditEntry]:
    """Return what was done to something, the newest first."""
    found = select(AuditEntry).where(AuditEntry.subject_id == subject_id)
    return list(session.exec(found.order_by(col(AuditEntry.id).desc()).limit(most)))
