"""The real program at work beside a strict Bot API server, and how its people join."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

from sqlmodel import Session, col, select

from bot.database import Database, in_transaction
from models.application import Application
from models.chat import Chat
from models.message import Fate, Message
from models.worker import Worker
from tests.databases import SEEDED, Copy, url_of
from tests.people import ANSWERS, RECEIVED
from tests.programs import KEYRING, TOKEN, Program, at_telegram
from tests.telegram_server import Heard, Person, TelegramServer, fill_in

T = TypeVar("T")

FAST = {"pace__chat_burst": 1000, "pace__chat_per_second": 1000}
"""People in a hurry: no test waits for the pace but those about it."""

AWAKE = {"quiet__start": "00:00", "quiet__end": "00:00"}


@dataclass
class Running:
    """One process of the product, its database, and the Telegram it talks to."""

    program: Program
    telegram: TelegramServer
    database: Database
    _people: itertools.count[int] = field(default_factory=lambda: itertools.count(101))

    def person(self, **facts: Any) -> Person:
        """Give somebody who has never written before."""
        facts.setdefault("timeout", 15.0)
        return self.telegram.person(next(self._people), **facts)

    async def join(self, person: Person, **other: str) -> Heard:
        """Let somebody go from the first word to the receipt."""
        await person.say("入会")
        return await fill_in(person, ANSWERS | other, until=RECEIVED)

    async def join_until(self, person: Person, part: str, **other: str) -> Heard:
        """Let somebody answer until a question, which stays open."""
        await person.say("入会")
        return await fill_in(person, ANSWERS | other, until=part)

    async def start(self) -> None:
        """Start the program and wait until it is healthy."""
        await asyncio.to_thread(self.program.start)
        await asyncio.to_thread(self.program.wait_until_healthy)

    async def stop(self) -> int:
        """Ask the program to stop, and wait for that."""
        return await asyncio.to_thread(self.program.stop)

    async def kill(self) -> None:
        """End the program at once."""
        await asyncio.to_thread(self.program.kill)

    def write(self, work: Callable[[Session], T]) -> T:
        """Do something to the database beside the program."""
        return in_transaction(self.database, work)

    def look(self, work: Callable[[Session], T]) -> T:
        """Look at the database without getting in the program's way."""
        with Session(self.database.reading, expire_on_commit=False) as session:
            return work(session)

    def chat(self, session: Session, person: Person) -> Chat:
        """Find somebody's chat in the database."""
        address = str(person.chat.id)
        return session.exec(select(Chat).where(Chat.address == address)).one()

    def messages(self, person: Person) -> Sequence[Message]:
        """Give the rows of what was said to somebody, in order."""

        def look(session: Session) -> Sequence[Message]:
            return session.exec(
                select(Message)
                .join(Chat, col(Chat.id) == Message.chat_id)
                .where(Chat.address == str(person.chat.id))
                .order_by(col(Message.number))
            ).all()

        return self.look(look)

    def applications(self, person: Person) -> list[dict[str, Any]]:
        """Open the applications of somebody."""

        def look(session: Session) -> list[dict[str, Any]]:
            worker = session.get_one(Worker, self.chat(session, person).worker_id)
            rows = session.exec(
                select(Application).where(Application.worker_id == worker.id)
            )
            return [row.load(KEYRING, worker) for row in rows]

        return self.look(look)

    async def settled(self, person: Person) -> Sequence[Message]:
        """Wait until somebody was told something and nothing waits; give the rows."""

        def nothing_waits() -> bool:
            fates = [row.fate for row in self.messages(person)]
            return fates != [] and Fate.WAITING not in fates

        await until(nothing_waits)
        return self.messages(person)


@asynccontextmanager
async def running(
    copies: Copy, folder: Path, **settings: object
) -> AsyncIterator[Running]:
    """Start the program on a database of its own, beside a Telegram of its own."""
    async with TelegramServer(token=TOKEN, strict=True, webhook_wait=0.05) as telegram:
        with copies(SEEDED) as database:
            async with process(folder, telegram, database, **settings) as made:
                yield made


@asynccontextmanager
async def process(
    folder: Path, telegram: TelegramServer, database: Database, **settings: object
) -> AsyncIterator[Running]:
    """Start one process of the program."""
    usual = {**at_telegram(telegram), "telegram__poll_seconds": 2, **FAST}
    program = Program(folder, url_of(database), **{**usual, **settings})
    made = Running(program, telegram, database)
    try:
        await made.start()
        yield made
    finally:
        await made.kill()


async def until(holds: Callable[[], bool], seconds: float = 15.0) -> None:
    """Wait until something holds, looking again and again."""
    async with asyncio.timeout(seconds):
        while not holds():  # noqa: ASYNC110 - another process makes it so
            await asyncio.sleep(0.05)
