"""Killing the program, again and again, while a crowd joins through it."""

from __future__ import annotations

import asyncio
import itertools
import random
import time
from dataclasses import dataclass, field

from sqlmodel import Session

from models.message import Fate, Message
from tests.databases import opened
from tests.programs import Process, Program, ours_at_work
from tests.telegram_server import Delivery, Kind, Silence, TelegramServer
from tests.torture.checking import Verdict, check, count
from tests.torture.joining import FIRST_CHAT, Lived, answers_of, join

SENDERS = 64
UNSETTLED = 10
FAULTS: tuple[tuple[Kind, dict[str, float]], ...] = (
    (Kind.SLOW, {"probability": 0.05, "delay": 0.2}),
    (Kind.HANG, {"probability": 0.0005}),
    (Kind.RESET, {"probability": 0.005}),
    (Kind.REFUSE, {"probability": 0.005}),
    (Kind.FLOOD, {"probability": 0.003}),
    (Kind.ERROR_BEFORE, {"probability": 0.005}),
    (Kind.ERROR_AFTER, {"probability": 0.005}),
)
POLL_FAULTS = (Kind.RESET, Kind.ERROR_BEFORE, Kind.ERROR_AFTER)


@dataclass
class Plan:
    """How hard, how long, and by which chance."""

    kills: int = 200
    updates: int = 10_000
    people: int = 50
    seed: int = 1
    think: float = 0.05
    patience: float = 60.0
    faults: bool = False


@dataclass
class Ordeal:
    """One run: the plan, the server, the program, and who went through it."""

    plan: Plan
    server: TelegramServer
    process: Process
    kills: int = 0
    start_seconds: float = 0.0
    lives: list[Lived] = field(default_factory=list)

    @property
    def over(self) -> bool:
        """Tell whether enough was done and destroyed."""
        plan = self.plan
        return self.kills >= plan.kills and self.server.updates.pushed >= plan.updates

    async def begin(self) -> None:
        """Start the program and note how long it takes until it asks for updates."""
        began = time.monotonic()
        self.process.start()
        await asyncio.wait_for(self.server.called("getUpdates"), self.plan.patience)
        self.start_seconds = time.monotonic() - began

    async def kill(self) -> None:
        """Kill and restart at seeded moments, two in five of them during a start."""
        chance = random.Random(self.plan.seed)
        while self.kills < self.plan.kills:
            await asyncio.sleep(chance.uniform(0, 2.5 * self.start_seconds))
            self.process.kill()
            self.kills += 1
            self.process.start()

    async def people(self) -> None:
        """Let so many people join at once, another for each who is done."""
        numbers = itertools.count()

        async def go() -> None:
            while not self.over:
                await self._join(next(numbers))

        await asyncio.gather(*(go() for _ in range(self.plan.people)))

    async def _join(self, number: int) -> None:
        life = Lived(number)
        self.lives.append(life)
        person = self.server.person(
            FIRST_CHAT + number, timeout=self.plan.patience, think=self.plan.think
        )
        try:
            await join(person, answers_of(number), life)
        except Silence:
            return


async def torture(plan: Plan, database: str = "") -> tuple[Ordeal, Verdict]:
    """Run the product through a plan on one database and check what is left."""
    at_work = ours_at_work(database, plan.seed, telegram__senders=SENDERS)
    async with at_work as (server, ours):
        if plan.faults:
            spoil(server)
        ordeal = Ordeal(plan, server, ours)
        await ordeal.begin()
        await asyncio.gather(ordeal.kill(), ordeal.people())
        server.faults.clear()
        await settled(ours, server, plan.patience)
        verdict = await asyncio.to_thread(_judge, ours, ordeal)
    return ordeal, verdict


def spoil(server: TelegramServer) -> None:
    """Let the server fail at times, and deliver updates again and out of order."""
    for kind, facts in FAULTS:
        server.faults.add(kind, **facts)
    for kind in POLL_FAULTS:
        server.faults.add(kind, method="getUpdates", probability=0.01)
    server.updates.delivery = Delivery(redeliver=0.05, reorder="between")


async def settled(ours: Program, server: TelegramServer, patience: float) -> None:
    """Wait until every update is confirmed and every message settled."""
    until = time.monotonic() + patience
    while time.monotonic() < until:
        if not server.intake.pending and not await asyncio.to_thread(_waiting, ours):
            return
        await asyncio.sleep(0.2)


def _waiting(ours: Program) -> int:
    with opened(ours.database) as database, Session(database.reading) as session:
        return count(session, Message, Message.fate == Fate.WAITING)


def _judge(ours: Program, ordeal: Ordeal) -> Verdict:
    """Stop the program, read what it kept, and count what broke a promise."""
    status = ours.stop()
    with opened(ours.database) as database, Session(database.reading) as session:
        verdict = check(session, ordeal.server, ordeal.lives, FIRST_CHAT)
    verdict.note("stopped badly", f"exit status {status}", int(status != 0))
    _, traceback, rest = ours.output.partition("Traceback")
    verdict.note("tracebacks", traceback + rest[:4000], ours.output.count("Traceback"))
    return verdict


def allowed_repeats(ordeal: Ordeal) -> int:
    """Give how many messages the kills and the server's own faults may repeat."""
    spoilt = sum(1 for effect in ordeal.server.telegram.effects if effect.fault)
    return ordeal.kills * (SENDERS + UNSETTLED) + spoilt
