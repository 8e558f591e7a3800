"""How a notice goes out through a Telegram that enforces its limits.

In the end the books must add up, and nobody has got it twice.
"""

from __future__ import annotations

import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from sqlalchemy import update
from sqlmodel import Session, select

from bot.database import Database, in_transaction
from bot.kit import clock
from models import notice_list
from models.audience import Audience
from models.chat import Chat
from models.notice import Notice, NoticeState
from models.place import read_atlas
from models.sealing import new_key
from models.worker import Worker
from tests.bench.choosing import CITY, due_notice, fill
from tests.bench.watching import Report, Sent, Way, told, watch
from tests.databases import opened
from tests.databases import seed as seed_database
from tests.programs import (
    KEYRING,
    TOKEN,
    Program,
    at_telegram,
    rival_at_work,
)
from tests.telegram_server import Kind, Limits, TelegramServer


class Hurried(Program):
    """The product on a clock that runs so many times faster."""

    def __init__(
        self, times: float, folder: Path, database: str, **settings: object
    ) -> None:
        self.times = times
        super().__init__(folder, database, **settings)

    def command_of(self, *words: str) -> list[str]:
        """Give the command line of one of the product's commands."""
        python, _, _, *rest = super().command_of(*words)
        return [python, "-m", "tests.bench.hurried", str(self.times), *rest]


def program_for(
    way: Way, server: TelegramServer, folder: Path, database: str
) -> Program:
    """Give the product at such a Telegram, by day and night."""
    settings = settings_of(server, way)
    if way.times == 1:
        return Program(folder, database, **settings)
    return Hurried(way.times, folder, database, **settings)


async def ours(way: Way, database: str = "", told_of: Report = str) -> Sent:
    """Measure the product on a fresh database; report how far it has come."""
    with TemporaryDirectory(prefix="broadcast-") as folder:
        async with server_for(way) as server:
            made = program_for(way, server, Path(folder), database)
            seed_database(made.database)
            with opened(made.database) as opened_:
                notice_id = prepare(opened_, way)

                def is_over() -> bool:
                    with Session(opened_.reading) as session:
                        row = session.get_one(Notice, notice_id)
                        return row.state is NoticeState.DONE

                try:
                    sent = await watch(server, made, way, is_over, told_of)
                    with Session(opened_.reading) as session:
                        row = session.exec(select(Notice)).one()
                        counts = notice_list.progress(session, row)
                finally:
                    made.kill()
    sent.people = way.people
    sent.sums = {fate.value: many for fate, many in counts.items() if many}
    return sent


async def theirs(way: Way, at_a_time: int) -> Sent:
    """Measure the stock bot, which keeps no books."""
    options = ["--chats", str(way.people), "--at-a-time", str(at_a_time)]
    if way.limits is not None:
        options += ["--per-second", str(way.per_second)]
    facts: dict[str, Any] = {"limits": way.limits, "knows_every_chat": True}
    rival = rival_at_work(
        *options,
        module="ptb_broadcast",
        **facts,
    )
    async with rival as (server, process):
        if way.delay_ms:
            server.faults.add(Kind.SLOW, delay=way.delay_ms / 1000)
        return await watch(
            server, process, way, lambda: told(server).total() >= way.people
        )


@asynccontextmanager
async def server_for(way: Way) -> AsyncIterator[TelegramServer]:
    """Give a Telegram with the limits, the clock and the delay of a way."""
    began = time.time()
    server = TelegramServer(
        token=TOKEN,
        limits=way.limits,
        remember=1,
        knows_every_chat=True,
        clock=lambda: began + (time.time() - began) * way.times,
    )
    # The way to Telegram is as long as ever, whatever the clock.
    server.gate.under_way *= way.times
    async with server:
        if way.delay_ms:
            server.faults.add(Kind.SLOW, delay=way.delay_ms / 1000)
        yield server


def settings_of(server: TelegramServer, way: Way) -> dict[str, object]:
    """Give the settings of a program at such a Telegram, by day and night."""
    return {
        **at_telegram(server),
        "pace__telegram_per_second": way.per_second,
        "pace__chat_burst": int(Limits.burst),
        "quiet__start": "00:00",
        "quiet__end": "00:00",
        "product__log_level": "WARNING",
    }


def prepare(database: Database, way: Way) -> int:
    """Make the members and a notice to all of them, whose time has come."""
    atlas = in_transaction(database, read_atlas)
    fill(database, atlas, way.people, [sorted(atlas.branch(CITY))])
    if way.pages:
        in_transaction(database, _turn_to_pages)
    whom = Audience(union_code=CITY)
    return in_transaction(database, lambda s: due_notice(s, whom, clock()).id)


def _turn_to_pages(session: Session) -> None:
    """Let everybody have a page, and a key that opens, instead of a chat there."""
    session.execute(update(Chat).values(channel="page"))
    for row in session.exec(select(Worker)):
        row.key = KEYRING.wrap(f"worker.key|{row.id}", new_key())
