"""A chat: one person on one channel, its messages' numbers, the choices on screen."""

from dataclasses import dataclass
from datetime import datetime

import orjson
from sqlalchemy import Index, UniqueConstraint, text
from sqlmodel import Field, Session, SQLModel, col, select

from models.columns import BigId, Utc
from models.sealing import Keyring, seal, unseal
from models.worker import Worker

_HELD_SQL = text("case_id IS NOT NULL")


@dataclass(frozen=True)
class Shown:
    """One choice on the screen: its number, its label, and what pressing it means."""

    number: int | None
    label: str
    press: str
    keys: str = ""


class Chat(SQLModel, table=True):
    """Where a person reaches us; a person may have several.

    `edition` counts how often something was taken out of its history.  `case_id` is the
    case about which a person talks with a person here: the bot is silent meanwhile.
    """

    __table_args__ = (
        UniqueConstraint("channel", "bot", "address"),
        Index(
            "chat_held",
            "case_id",
            sqlite_where=_HELD_SQL,
            postgresql_where=_HELD_SQL,
        ),
    )

    id: int = Field(primary_key=True, sa_type=BigId)
    channel: str
    bot: str
    address: str
    worker_id: int = Field(foreign_key="worker.id", sa_type=BigId, index=True)
    created_at: datetime = Field(sa_type=Utc)
    last_number: int = 0
    seen_number: int = 0
    conversation_id: int | None = Field(default=None, sa_type=BigId)
    screen: bytes | None = None
    source: str | None = None
    stopped_at: datetime | None = Field(default=None, sa_type=Utc)
    edition: int = 0
    case_id: int | None = Field(default=None, sa_type=BigId)

    @property
    def place(self) -> tuple[str, str, str]:
        """Where this chat is: channel, bot and address."""
        return self.channel, self.bot, self.address

    def next_number(self) -> int:
        """Take the number of the next message; the caller holds the chat's lock."""
        self.last_number += 1
        return self.last_number

    def show(self, keys: Keyring, worker: Worker, choices: list[Shown]) -> None:
        """Remember the choices now on the screen, so that a typed number means them."""
        rows = [[c.number, c.label, c.press, c.keys] for c in choices]
        self.screen = seal(worker.open_key(keys), self._seal_place, orjson.dumps(rows))

    def shown(self, keys: Keyring, worker: Worker) -> list[Shown]:
        """Return the choices on the screen."""
        if self.screen is None:
            return []
        rows = orjson.loads(
            unseal(worker.open_key(keys), self._seal_place, self.screen)
        )
        return [Shown(*row) for row in rows]

    @property
    def _seal_place(self) -> str:
        return f"chat.screen|{self.id}"


def chats_of(session: Session, worker_id: int) -> list[Chat]:
    """Return the chats a person reaches us from, oldest first."""
    found = select(Chat).where(Chat.worker_id == worker_id)
    return list(session.exec(found.order_by(col(Chat.created_at), col(Chat.id))))


def newest_chat(session: Session, worker_id: int | None) -> int | None:
    """Return the id of a person's newest chat, a stopped one only if all are."""
    found = select(Chat.id).where(Chat.worker_id == worker_id)
    order = (col(Chat.stopped_at).is_not(None), col(Chat.created_at).desc())
    return session.exec(found.order_by(*order)).first()
