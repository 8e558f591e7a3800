"""Form links: one-time addresses of our page for what a channel must not carry."""

from datetime import datetime, timedelta

from sqlmodel import Field, Session

from models import one_time
from models.columns import BigId
from models.one_time import OneTime


class FormLink(OneTime, table=True):
    """The link to one question of one conversation; only its hash is kept."""

    __tablename__ = "form_link"

    conversation_id: int = Field(
        primary_key=True, foreign_key="conversation.id", sa_type=BigId
    )
    question: str


def make_link(
    session: Session, conversation_id: int, question: str, now: datetime, minutes: int
) -> str:
    """Make the link of a question; an older one of the same conversation ends."""
    token = one_time.new_token()
    session.flush()  # the conversation may be new
    link = session.get(FormLink, conversation_id) or FormLink(
        conversation_id=conversation_id, token_hash=b"", question="", expires_at=now
    )
    link.token_hash, link.used_at = one_time.hash_of(token), None
    link.question = question
    link.expires_at = now + timedelta(minutes=minutes)
    session.add(link)
    return token


def find_link(session: Session, token: str, now: datetime) -> FormLink | None:
    """Return the link of a token that is neither used nor expired."""
    return one_time.find(session, FormLink, token, now)
