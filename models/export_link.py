"""Export links: one-time addresses of our page where people fetch their own data."""

import secrets
from datetime import datetime, timedelta

from sqlalchemy import update
from sqlmodel import Field, Session, SQLModel, col, select

from models.columns import BigId, Utc
from models.staff import token_hash


class ExportLink(SQLModel, table=True):
    """The one link of a person; only its hash is kept.

    `used_at` ends the link; `fetched_at`, when all of it had arrived, ends the day.
    """

    __tablename__ = "export_link"

    worker_id: int = Field(primary_key=True, foreign_key="worker.id", sa_type=BigId)
    chat_id: int = Field(foreign_key="chat.id", sa_type=BigId)
    token_hash: bytes = Field(unique=True)
    expires_at: datetime = Field(sa_type=Utc)
    used_at: datetime | None = Field(default=None, sa_type=Utc)
    fetched_at: datetime | None = Field(default=None, sa_type=Utc)


def make_export_link(
    session: Session, worker_id: int, chat_id: int, now: datetime, minutes: int
) -> str:
    """Make a person's link; the one they had before ends."""
    token = secrets.token_urlsafe(24)
    link = session.get(ExportLink, worker_id) or ExportLink(
        worker_id=worker_id, chat_id=chat_id, token_hash=b"", expires_at=now
    )
    link.token_hash, link.chat_id, link.used_at = token_hash(token), chat_id, None
    link.expires_at = now + timedelta(minutes=minutes)
    session.add(link)
    return token


def find_export_link(session: Session, token: str, now: datetime) -> ExportLink | None:
    """Return the link of a token that is neither used nor expired."""
    return session.exec(
        select(ExportLink).where(
            ExportLink.token_hash == token_hash(token),
            col(ExportLink.used_at).is_(None),
            ExportLink.expires_at > now,
        )
    ).first()


def use_export_link(session: Session, token: str, now: datetime) -> ExportLink | None:
    """Use a link up and return it; None where another was quicker or it is over."""
    link = find_export_link(session, token, now)
    claim = (
        update(ExportLink)
        .where(
            col(ExportLink.token_hash) == token_hash(token),
            col(ExportLink.used_at).is_(None),
        )
        .values(used_at=now)
    )
    return link if link and session.exec(claim).rowcount == 1 else None
