"""Mail: chats with messages that wait, and a channel that does as it is told."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlmodel import Session, col, select

from bot.channels import Can, Outgoing
from bot.database import in_transaction
from bot.kit import Kit, clock
from models.chat import Chat
from models.columns import new_id
from models.message import AGAIN, Fate, Kind, Message, seal_body
from models.worker import Worker, new_worker

LONG_AGO = timedelta(minutes=5)


@dataclass
class Post:
    """A channel that notes what it sends; `fails` says what goes wrong, in turn."""

    name: str = "post"
    bot: str = ""
    can: Can = field(default=Can(push=True, history=False, trusted=True))
    sent: list[tuple[str, int]] = field(default_factory=list)
    begun: list[tuple[str, int]] = field(default_factory=list)
    retracted: list[tuple[str, str]] = field(default_factory=list)
    fails: dict[str, list[Exception]] = field(default_factory=lambda: defaultdict(list))
    open: asyncio.Event = field(default_factory=asyncio.Event)
    in_flight: int = 0
    most: int = 0
    by_chat: dict[str, int] = field(default_factory=lambda: defaultdict(int))

    def __post_init__(self) -> None:
        """Let everything through until told otherwise."""
        self.open.set()

    async def send(self, message: Outgoing) -> str:
        """Send one message, or fail as arranged."""
        self.begun.append((message.address, message.number))
        self.in_flight += 1
        self.by_chat[message.address] += 1
        assert self.by_chat[message.address] == 1, "two in flight in one chat"
        self.most = max(self.most, self.in_flight)
        try:
            await self.open.wait()
            await asyncio.sleep(0)
            if self.fails[message.address]:
                raise self.fails[message.address].pop(0)
            self.sent.append((message.address, message.number))
            return f"there-{message.number}"
        finally:
            self.in_flight -= 1
            self.by_chat[message.address] -= 1

    async def retract(self, address: str, external_id: str) -> None:
        """Take a message back, or fail as arranged."""
        if self.fails[address]:
            raise self.fails[address].pop(0)
        self.retracted.append((address, external_id))


def chat_of(session: Session, kit: Kit, address: str) -> tuple[Chat, Worker]:
    """Give somebody's chat, made when it is new."""
    chat = session.exec(select(Chat).where(Chat.address == address)).first()
    if chat is not None:
        return chat, session.get_one(Worker, chat.worker_id)
    now = clock()
    worker = new_worker(kit.keys, "zh-CN", now)
    session.add(worker)
    session.flush()
    chat = Chat(
        id=new_id(),
        channel="post",
        bot="",
        address=address,
        worker_id=worker.id,
        created_at=now,
    )
    session.add(chat)
    session.flush()
    return chat, worker


def waiting(
    kit: Kit, address: str = "a", kind: Kind = Kind.REPLY, **facts: Any
) -> Outgoing:
    """Write a message that waits as a step does; give what the outbox is handed."""

    def write(session: Session) -> Outgoing:
        chat, worker = chat_of(session, kit, address)
        number, body = chat.next_number(), {"text": "您好"}
        key = worker.open_key(kit.keys)
        row = {
            "chat_id": chat.id,
            "number": number,
            "about_id": worker.id,
            "side": "bot",
            "kind": kind,
            "fate": Fate.WAITING,
            "body": seal_body(key, chat.id, number, {"text": "您好"}),
            "at": clock() - LONG_AGO,
            "holder": kit.process,
            "lease_until": clock() + LONG_AGO,
            "attempt": int(kind in AGAIN),
            **facts,
        }
        session.add(Message(**row))
        return Outgoing(
            channel="post",
            address=address,
            chat_id=chat.id,
            number=number,
            kind=kind,
            body=body,  # type: ignore[arg-type]
            attempt=row["attempt"],
        )

    return in_transaction(kit.database, write)


def rows(kit: Kit) -> list[Message]:
    """Give every message there is."""
    with Session(kit.database.reading) as session:
        order = (col(Message.chat_id), col(Message.number))
        return list(session.exec(select(Message).order_by(*order)))


def row_of(kit: Kit, message: Outgoing) -> Message:
    """Give the row of a message."""
    with Session(kit.database.reading) as session:
        return session.get_one(Message, (message.chat_id, message.number))


async def until(holds: Callable[[], bool], seconds: float = 10.0) -> None:
    """Let the loop run until something holds."""
    async with asyncio.timeout(seconds):
        while not holds():  # noqa: ASYNC110 - other tasks and a thread make it so
            await asyncio.sleep(0.005)


def ago(seconds: float) -> datetime:
    """Give a moment in the past."""
    return clock() - timedelta(seconds=seconds)
