"""Where a worker is in a flow: the answers given so far and the question on screen.

The row points at nothing in the code: answers are kept by the question's name, so a
flow may gain, lose, rename or reorder questions while people are in the middle of it.
"""

from dataclasses import dataclass, field, fields
from datetime import datetime
from enum import StrEnum
from typing import Any

import orjson
from sqlalchemy import bindparam
from sqlmodel import Field, Session, SQLModel, col, select

from models.columns import BigId, Utc, new_id, one_of
from models.sealing import Keyring, seal, unseal
from models.worker import Worker


class State(StrEnum):
    """What may become of a conversation."""

    OPEN = "open"
    PAUSED = "paused"
    DONE = "done"
    CANCELLED = "cancelled"
    EXPIRED = "expired"


@dataclass
class Draft:
    """What an unfinished conversation keeps: its answers, and the list on screen."""

    answers: dict[str, Any] = field(default_factory=dict)
    query: str = ""
    page: int = 0
    picked: list[str] = field(default_factory=list)
    known: list[str] = field(default_factory=list)
    remarks: dict[str, str] = field(default_factory=dict)


DRAFT = [f.name for f in fields(Draft)]
"""What a draft has today; one of an older program may have had other parts."""


class Conversation(SQLModel, table=True):
    """One run through a flow; its draft is sealed and erased when it ends."""

    id: int = Field(primary_key=True, sa_type=BigId)
    worker_id: int = Field(foreign_key="worker.id", sa_type=BigId, index=True)
    chat_id: int = Field(foreign_key="chat.id", sa_type=BigId, index=True)
    flow: str
    subject: str = ""
    state: State = Field(default=State.OPEN, sa_type=one_of(State), index=True)
    asked: str | None = None
    showing: int = 0
    draft: bytes | None = None
    created_at: datetime = Field(sa_type=Utc)
    updated_at: datetime = Field(sa_type=Utc)

    def keep(self, keys: Keyring, worker: Worker, draft: Draft, now: datetime) -> None:
        """Seal the draft into the row."""
        text = orjson.dumps(draft)
        self.draft = seal(worker.open_key(keys), self._place, text)
        self.updated_at = now

    def load(self, keys: Keyring, worker: Worker) -> Draft:
        """Open the draft; an ended conversation has an empty one."""
        if self.draft is None:
            return Draft()
        text = unseal(worker.open_key(keys), self._place, self.draft)
        kept = orjson.loads(text)
        return Draft(**{name: kept[name] for name in DRAFT if name in kept})

    def end(self, state: State, now: datetime) -> None:
        """Close the conversation and erase what was answered."""
        self.state, self.draft, self.asked, self.updated_at = state, None, None, now

    @property
    def _place(self) -> str:
        return f"conversation.draft|{self.id}"


def new_conversation(
    worker_id: int, chat_id: int, flow: str, subject: str, now: datetime
) -> Conversation:
    """Make a conversation that has asked nothing yet."""
    return Conversation(
        id=new_id(),
        worker_id=worker_id,
        chat_id=chat_id,
        flow=flow,
        subject=subject,
        created_at=now,
        updated_at=now,
    )


_PAUSED = (
    select(Conversation)
    .where(
        Conversation.chat_id == bindparam("chat_id"),
        Conversation.state == State.PAUSED,
    )
    .order_by(col(Conversation.updated_at).desc())
    .limit(1)
)
_PAUSED_OF = _PAUSED.where(Conversation.worker_id == bindparam("worker_id"))
_PAUSED_IN = _PAUSED.where(
    Conversation.flow == bindparam("flow"), Conversation.subject == bindparam("subject")
)


def paused_of(session: Session, worker_id: int, chat_id: int) -> Conversation | None:
    """Return the conversation of this chat that was paused last.

    Whoever pauses one, or ends a paused one, flushes: this runs at the end of every
    flow, and need not make the session write down all else before.
    """
    of = {"worker_id": worker_id, "chat_id": chat_id}
    with session.no_autoflush:
        return session.exec(_PAUSED_OF, params=of).first()


def paused_in(
    session: Session, chat_id: int, flow: str, subject: str
) -> Conversation | None:
    """Return the paused conversation of one flow about one subject."""
    of = {"chat_id": chat_id, "flow": flow, "subject": subject}
    return session.exec(_PAUSED_IN, params=of).first()


def unfinished_since(session: Session, before: datetime) -> list[Conversation]:
    """Return the unfinished conversations nobody has touched since `before`."""
    return list(
        session.exec(
            select(Conversation)
            .where(
                col(Conversation.state).in_([State.OPEN, State.PAUSED]),
                Conversation.updated_at <= before,
            )
            .order_by(col(Conversation.updated_at))
            .limit(100)
        )
    )


def unfinished_of(session: Session, worker_id: int) -> list[Conversation]:
    """Return what somebody is in the middle of, in whatever chat."""
    found = select(Conversation).where(
        Conversation.worker_id == worker_id,
        col(Conversation.state).in_([State.OPEN, State.PAUSED]),
    )
    return list(session.exec(found.order_by(col(Conversation.created_at))))
