"""Export links: one-time addresses of our page where people fetch their own data."""

from datetime import datetime, timedelta

from sqlmodel import Field, Session

from models import one_time
from models.columns import BigId, Utc
from models.one_time import OneTime


class ExportLink(OneTime, table=True):
    """The one link of a person; only its hash is kept.

    `used_at` ends the link; `fetched_at`, when all of it had arrived, ends the day.
    """

    __tablename__ = "export_link"

    worker_id: int = Field(primary_key=True, foreign_key="worker.id", sa_type=BigId)
    chat_id: int = Field(foreign_key="chat.id", sa_type=BigId)
    fetched_at: datetime | None = Field(default=None, sa_type=Utc)


def make_export_link(
    session: Session, worker_id: int, chat_id: int, now: datetime, minutes: int
) -> str:
    """Make a person's link; the one they had before ends."""
    token = one_time.new_token()
    link = session.get(ExportLink, worker_id) or ExportLink(
        worker_id=worker_id, chat_id=chat_id, token_hash=b"", expires_at=now
    )
    link.token_hash, link.used_at = one_time.hash_of(token), None
    link.chat_id = chat_id
    link.expires_at = now + timedelta(minutes=minutes)
    session.add(link)
    return token


def find_export_link(session: Session, token: str, now: datetime) -> ExportLink | None:
    """Return the link of a token that is neither used nor expired."""
    return one_time.find(session, ExportLink, token, now)


def use_export_link(session: Session, token: str, now: datetime) -> ExportLink | None:
    """Use a link up and return it; None where another was quicker or it is over."""
    link = find_export_link(session, token, now)
    return link if one_time.use(session, ExportLink, token, now) else None
