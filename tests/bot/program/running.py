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
from bot.kit import clock
from models.application import Application
from models.chat import Chat
from models.message import Fate, Message
from models.staff import appoint, invite
from models.worker import Worker
from tests.databases import SEEDED, Copy, url_of
from tests.programs import KEYRING, TOKEN, Program
from tests.telegram_server import Heard, Person, TelegramServer, fill_in

T = TypeVar("T")

RESIDENT_ID = "440106199003070001"
BOT = TOKEN.partition(":")[0]

ANSWERS = {
    "请核对": "提交",
    "请问您的姓名": "张三",
    "身份证号（18 位）": RESIDENT_ID,
    "您的手机号": "13812345678",
    "哪一类工作": "货车司机",
    "怎么工作的": "打零工",
    "哪个城市": "广州市",
    "哪个区县": "白云区",
    "街道或镇": "跳过",
    "您是进城务工": "不是",
    "哪里入会": "工作的地方",
    "加入哪个工会": "请工会安排",
    "车牌号": "跳过",
    "开什么车": "跳过",
}
"""What a driver answers, by a part of each question."""

RECEIVED = "入会申请已收到"
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

    def invitation(self, union: str = "4401") -> str:
        """Appoint a social worker; give the code that binds their chat."""
        return self.write(
            lambda s: invite(s, appoint(s, "social_worker", union, clock()), clock())
        )

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
    """Start the program on a database of its own; ID numbers are typed there."""
    async with TelegramServer(token=TOKEN, strict=True, webhook_wait=0.05) as telegram:
        with copies(SEEDED) as database:
            usual = {"telegram__private_answers": "typed", **FAST}
            at_telegram = {
                "telegram__token": TOKEN,
                "telegram__base_url": telegram.url,
                "telegram__poll_seconds": 2,
            }
            program = Program(
                folder, url_of(database), **{**usual, **at_telegram, **settings}
            )
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
