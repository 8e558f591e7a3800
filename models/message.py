"""Messages: what was said in a chat, either way, and what became of each one sent.

A message's number grows within its chat and is its place in line: one is in flight at
a time, in order.  Its body is sealed with the key of the worker it is about.  What was
said in a conversation that ends without effect is erased with it.
"""

from datetime import datetime
from enum import StrEnum
from typing import Any, TypedDict

import orjson
from sqlalchemy import Index, text
from sqlmodel import Field, Session, SQLModel, col, select

from models.columns import BigId, Utc, one_of
from models.sealing import seal, unseal


class Body(TypedDict, total=False):
    """A message as every channel gets it; the channel draws what it can."""

    text: str
    title: str
    rows: list[list[str]]
    choices: list[list[Any]]  # [number to type or None, label, press]
    link: list[str]  # [label, url]
    image: str  # an attachment's id
    document: list[str]  # [a file's id, name, size, where it is seen without files]
    drawing: list[str]  # its name, and what its QR code says
    wish: list[str]  # "phone", "location", "photo" or "file", and its label
    place: str  # "2/9"
    gone: bool  # its words were erased
    erased: list[Any]  # [what stands instead, the numbers of messages]


class Fate(StrEnum):
    """The one vocabulary of what became of a message; reports add up over it."""

    WAITING = "waiting"
    KEPT = "kept"
    SENT = "sent"
    UNCERTAIN = "uncertain"
    SKIPPED = "skipped"
    FAILED = "failed"
    RECEIVED = "received"


class Kind(StrEnum):
    """Why a message exists: decides its priority and whether a doubt is sent again."""

    REPLY = "reply"
    RECEIPT = "receipt"
    REMINDER = "reminder"
    BROADCAST = "broadcast"


LOST_SQL = text("fate IN ('failed', 'uncertain')")
"""What a person looks after; written out, or no index would be found by it."""

AGAIN = {Kind.REPLY, Kind.RECEIPT}
"""The kinds sent again when nobody can tell whether they arrived."""


class Message(SQLModel, table=True):
    """One message of a chat; `side` is who said it: bot, worker or person (staff)."""

    __table_args__ = (
        Index(
            "message_waiting",
            "holder",
            "lease_until",
            sqlite_where=text("fate = 'waiting'"),
            postgresql_where=text("fate = 'waiting'"),
        ),
        Index("message_at", "at"),
        Index(
            "message_lost",
            "at",
            "chat_id",
            "number",
            sqlite_where=LOST_SQL,
            postgresql_where=LOST_SQL,
        ),
    )

    chat_id: int = Field(primary_key=True, foreign_key="chat.id", sa_type=BigId)
    number: int = Field(primary_key=True)
    about_id: int = Field(foreign_key="worker.id", sa_type=BigId, index=True)
    side: str
    kind: Kind = Field(sa_type=one_of(Kind))
    fate: Fate = Field(sa_type=one_of(Fate))
    reason: str = ""
    body: bytes
    conversation_id: int | None = Field(default=None, sa_type=BigId)
    at: datetime = Field(sa_type=Utc)
    given_id: str | None = None
    holder: str = ""
    lease_until: datetime | None = Field(default=None, sa_type=Utc)
    attempt: int = 0
    external_id: str | None = None


def seal_body(key: bytes, chat_id: int, number: int, body: Body) -> bytes:
    """Seal a body for one row."""
    return seal(key, f"message.body|{chat_id}|{number}", orjson.dumps(body))


def unseal_body(key: bytes, chat_id: int, number: int, sealed: bytes) -> Body:
    """Open the body of one row."""
    body: Body = orjson.loads(unseal(key, f"message.body|{chat_id}|{number}", sealed))
    return body


def lies_elsewhere(session: Session, about_id: int) -> bool:
    """Tell whether messages about a person lie with the company of a channel, too."""
    given_there = select(Message.number).where(
        Message.about_id == about_id, col(Message.external_id).is_not(None)
    )
    return session.exec(given_there.limit(1)).first() is not None
