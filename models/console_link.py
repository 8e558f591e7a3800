"""Console links: one-time addresses by which a staff member's own chat lets them in."""

from datetime import datetime, timedelta

from sqlmodel import Field, Session

from models import one_time
from models.columns import BigId
from models.one_time import OneTime


class ConsoleLink(OneTime, table=True):
    """The one link of a person; only its hash is kept.

    It names the chat that asked for it, which is told when somebody comes in by it.
    """

    __tablename__ = "console_link"

    worker_id: int = Field(primary_key=True, foreign_key="worker.id", sa_type=BigId)
    chat_id: int = Field(foreign_key="chat.id", sa_type=BigId, index=True)


def make_console_link(
    session: Session, worker_id: int, chat_id: int, now: datetime, minutes: int
) -> str:
    """Make a person's link; the one they had before ends."""
    token = one_time.new_token()
    link = session.get(ConsoleLink, worker_id) or ConsoleLink(
        worker_id=worker_id, chat_id=chat_id, token_hash=b"", expires_at=now
    )
    link.token_hash, link.used_at = one_time.hash_of(token), None
    link.chat_id = chat_id
    link.expires_at = now + timedelta(minutes=minutes)
    session.add(link)
    return token


def find_console_link(
    session: Session, token: str, now: datetime
) -> ConsoleLink | None:
    """Return the link of a token that is neither used nor expired."""
    return one_time.find(session, ConsoleLink, token, now)


def use_console_link(session: Session, token: str, now: datetime) -> ConsoleLink | None:
    """Use a link up and return it; None where another was quicker or it is over."""
    link = find_console_link(session, token, now)
    return link if one_time.use(session, ConsoleLink, token, now) else None
