"""Audit entries: who did what to whose data; inserted only, never changed or deleted.

The migrations add triggers that refuse updates and deletions on both databases.
"""

from datetime import datetime

from sqlmodel import Field, Session, SQLModel

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
