"""Form links: one-time addresses of our page for what a channel must not carry."""

import secrets
from datetime import datetime, timedelta

from sqlmodel import Field, Session, SQLModel, col, select

from models.columns import BigId, Utc
from models.staff import token_hash


class FormLink(SQLModel, table=True):
    """The link to one question of one conversation; only its hash is kept."""

    __tablename__ = "form_link"

    conversation_id: int = Field(
        primary_key=True, foreign_key="conversation.id", sa_type=BigId
    )
    token_hash: bytes = Field(unique=True)
    question: str
    expires_at: datetime = Field(sa_type=Utc)
    used_at: datetime | None = Field(default=None, sa_type=Utc)


def make_link(
    session: Session, conversation_id: int, question: str, now: datetime, minutes: int
) -> str:
    """Make the link of a question; an older one of the same conversation ends."""
    token = secrets.token_urlsafe(24)
    session.flush()  # the conversation may be new
    link = session.get(FormLink, conversation_id) or FormLink(
        conversation_id=conversation_id, token_hash=b"", question="", expires_at=now
    )
    link.token_hash, link.question, link.used_at = token_hash(token), question, None
    link.expires_at = now + timedelta(minutes=minutes)
    session.add(link)
    return token


def find_link(session: Session, token: str, now: datetime) -> FormLink | None:
    """Return the link of a token that is neither used nor expired."""
    return session.exec(
        select(FormLink).where(
            FormLink.token_hash == token_hash(token),
            col(FormLink.used_at).is_(None),
            FormLink.expires_at > now,
        )
    ).first()
