"""Consent: which version of which text a worker agreed to, when, where, until when."""

import hashlib
from datetime import datetime

from sqlmodel import Field, Session, SQLModel

from models.columns import BigId, Utc, new_id


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
