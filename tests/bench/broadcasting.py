"""How a notice goes out through a Telegram that enforces its limits, and who waits.

Meanwhile a few people chat with the bot, and in the middle the program is stopped and
started again.  In the end the books must add up, and nobody has got it twice.
"""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import Any

import psutil  # type: ignore[import-untyped]
from sqlmodel import Session, select

from bot.database import Database, in_transaction
from bot.kit import clock
from models import notice
from models.audience import Audience
from models.notice import Notice, NoticeState
from models.place import read_atlas
from tests.bench.choosing import CITY, TEXT, due_notice, fill
from tests.databases import opened
from tests.databases import seed as seed_database
from tests.programs import (
    TOKEN,
    Process,
    Program,
    at_telegram,
    rival_at_work,
)
from tests.telegram_server import Kind, Limits, Person, Silence, TelegramServer
from tests.telegram_server.crowd import Figures

TALKERS = 20
THINK_SECONDS = 1.5
FIRST_TALKER = 900_000_001
PATIENCE = 30.0
LOOK_SECONDS = 0.25


@dataclass(frozen=True)
class Way:
    """How a broadcast is measured.

    Where the clock runs `times` faster, Telegram's limits and our pace do, too.
    """

    people: int
    per_second: float
    limits: Limits | None = None
    delay_ms: int = 0
    times: float = 1.0
    talkers: int = 0
    restart: bool = False


@dataclass
class Sent:
    """What one broadcast showed."""

    people: int = 0
    told: int = 0
    twice: int = 0
    rate: float = 0.0
    cpu: float = 0.0
    memory_mb: list[float] = field(default_factory=list)
    refused: int = 0
    violations: int = 0
    waits: Figures = field(default_factory=Figures)
    sums: dict[str, int] = field(default_factory=dict)

    @property
    def adds_up(self) -> bool:
        """Tell whether every copy is accounted for, and just those sent arrived."""
        whole = sum(self.sums.values()) == self.people
        return whole and self.twice == 0 and self.sums.get("sent", 0) == self.told


async def ours(way: Way, database: str = "") -> Sent:
    """Measure the product on a fresh database."""
    with TemporaryDirectory(prefix="broadcast-") as folder:
        async with server_for(way) as server:
            made = Program(Path(folder), database, **settings_of(server, way))
            seed_database(made.database)
            with opened(made.database) as opened_:
                notice_id = prepare(opened_, way.people)

                def is_over() -> bool:
                    with Session(opened_.reading) as session:
                        row = session.get_one(Notice, notice_id)
                        return row.state is NoticeState.DONE

                try:
                    sent = await _watch(server, made, way, is_over)
                    with Session(opened_.reading) as session:
                        row = session.exec(select(Notice)).one()
                        counts = notice.progress(session, row)
                finally:
                    made.kill()
    sent.people = way.people
    sent.sums = {fate.value: many for fate, many in counts.items() if many}
    return sent


async def theirs(way: Way, at_once: bool) -> Sent:
    """Measure the stock bot, which keeps no books."""
    options = ["--chats", str(way.people), "--per-second", str(way.per_second)]
    facts: dict[str, Any] = {"limits": way.limits, "knows_every_chat": True}
    rival = rival_at_work(
        *options,
        *(["--at-once"] if at_once else []),
        module="ptb_broadcast",
        **facts,
    )
    async with rival as (server, process):
        if way.delay_ms:
            server.faults.add(Kind.SLOW, delay=way.delay_ms / 1000)
        return await _watch(
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
    async with server:
        if way.delay_ms:
            server.faults.add(Kind.SLOW, delay=way.delay_ms / 1000)
        yield server


def settings_of(server: TelegramServer, way: Way) -> dict[str, object]:
    """Give the settings of a program at such a Telegram, by day and night."""
    return {
        **at_telegram(server),
        "pace__telegram_per_second": min(10_000, way.per_second * way.times),
        "pace__chat_per_second": way.times,
        "pace__chat_burst": int(Limits.burst),
        "quiet__start": "00:00",
        "quiet__end": "00:00",
        "product__log_level": "WARNING",
    }


def prepare(database: Database, people: int) -> int:
    """Make the members and a notice to all of them, whose time has come."""
    atlas = in_transaction(database, read_atlas)
    fill(database, atlas, people, [sorted(atlas.branch(CITY))])
    whom = Audience(union_code=CITY)
    return in_transaction(database, lambda s: due_notice(s, whom, clock()).id)


async def _watch(
    server: TelegramServer, process: Process, way: Way, is_over: Callable[[], bool]
) -> Sent:
    """Let the program send while people talk; restart it in the middle."""
    sent = Sent(way.people)
    process.start()
    await asyncio.wait_for(server.called("sendMessage"), PATIENCE)
    talking = asyncio.create_task(_talk(server, way.talkers, sent.waits))
    half = way.people // 2 if way.restart else None
    looks = [_look(server, process)]
    while not await asyncio.to_thread(is_over):
        await asyncio.sleep(LOOK_SECONDS)
        assert process.is_running, process.output
        looks.append(_look(server, process))
        if half is not None and looks[-1].sent >= half:
            half = None
            await asyncio.to_thread(process.stop)
            process.start()
    talking.cancel()
    await asyncio.gather(talking, return_exceptions=True)
    await asyncio.to_thread(process.stop)
    sent.memory_mb = [look.memory_mb for look in looks]
    sent.cpu = _busy(looks)
    _read(sent, server, way)
    return sent


@dataclass(frozen=True)
class Look:
    """The program at one moment."""

    pid: int
    at: float
    cpu: float
    memory_mb: float
    sent: int


def _look(server: TelegramServer, process: Process) -> Look:
    program = psutil.Process(process.pid)
    times, memory = program.cpu_times(), program.memory_info().rss
    return Look(
        process.pid,
        time.monotonic(),
        times.user + times.system,
        memory / 2**20,
        len(server.telegram.effects),
    )


def _busy(looks: list[Look]) -> float:
    """Give which share of a core was used while messages went out, starts left out."""
    spans = [
        (b.at - a.at, b.cpu - a.cpu)
        for a, b in pairwise(looks)
        if a.pid == b.pid and a.sent < b.sent
    ]
    spans = spans[4:]
    seconds = sum(span for span, _ in spans)
    return sum(cpu for _, cpu in spans) / seconds if seconds else 0.0


def _read(sent: Sent, server: TelegramServer, way: Way) -> None:
    times = told(server)
    sent.told, sent.twice = len(times), sum(many > 1 for many in times.values())
    seconds = Counter(
        int(e.at / way.times) for e in server.telegram.effects if TEXT in e.text
    )
    whole = [seconds[at] for at in sorted(seconds)][1:-1]
    sent.rate = median(whole or [0]) / way.times
    sent.refused = sum(a.code == 429 for a in [*server.refused, *server.faulted])
    sent.violations = len(server.gate.violations)


def told(server: TelegramServer) -> Counter[int]:
    """Count how often each chat was told the notice."""
    return Counter(e.chat for e in server.telegram.effects if TEXT in e.text)


async def _talk(server: TelegramServer, talkers: int, waits: Figures) -> None:
    """Let people say something now and then, and note how long they wait."""

    async def one(number: int) -> None:
        person: Person = server.person(
            FIRST_TALKER + number, timeout=PATIENCE, on_answer=waits.note
        )
        while True:
            # Never so often that Telegram's limit of one chat would be felt.
            await asyncio.sleep(THINK_SECONDS * server.chance.uniform(0.8, 1.2))
            await person.say("帮助")
            try:
                await person.hear()
            except Silence:
                waits.given_up += 1

    await asyncio.gather(*(one(number) for number in range(talkers)))
