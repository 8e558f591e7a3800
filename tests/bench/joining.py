"""How fast people join: a closed loop on loopback, ours beside the stock bot.

Everybody is a truck driver who works for a platform: 17 updates with either bot. Each
round is a fresh process: how soon its first answer comes, one person alone, the crowd.
"""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass
from statistics import median
from typing import Any

import psutil

from tests.programs import Process, ours_at_work, rival_at_work
from tests.rival.crowd_join import join as join_rival
from tests.telegram_server import Kind, TelegramServer, crowd
from tests.telegram_server.crowd import Script
from tests.torture.joining import FIRST_CHAT, join_as_driver

COLD_CHAT = FIRST_CHAT + 1_000_000
ALONE_CHAT = FIRST_CHAT + 2_000_000
PATIENCE = 120.0


@dataclass
class Load:
    """How many people, how many joins, how long each call to Telegram takes."""

    people: int = 100
    joins: int = 400
    delay_ms: int = 0
    alone: int = 3


@dataclass
class Round:
    """What one round measured: updates a second, milliseconds, megabytes."""

    rate: float
    p50: float
    p99: float
    cpu_ms: float
    memory_mb: float
    cold_s: float
    alone_ms: float
    unfinished: float


async def ours(load: Load, database: str = "") -> Round:
    """Measure one round of the product on a fresh database."""
    async with ours_at_work(database) as (server, process):
        return await _round(server, process, join_as_driver, load)


async def theirs(load: Load) -> Round:
    """Measure one round of the stock bot."""
    async with rival_at_work() as (server, process):
        return await _round(server, process, join_rival, load)


async def _round(
    server: TelegramServer, process: Process, script: Script, load: Load
) -> Round:
    cold = await _first_answer(server, process)
    habits: dict[str, Any] = {"timeout": PATIENCE, "starts": 1}
    alone = await crowd(
        server,
        script,
        people=1,
        conversations=load.alone,
        first_chat=ALONE_CHAT,
        **habits,
    )
    if load.delay_ms:
        server.faults.add(Kind.SLOW, delay=load.delay_ms / 1000)
    before, taken = _cpu_seconds(process), server.updates.pushed
    figures = await crowd(
        server,
        script,
        people=load.people,
        conversations=load.joins,
        first_chat=FIRST_CHAT,
        **habits,
    )
    used, taken = _cpu_seconds(process) - before, server.updates.pushed - taken
    return Round(
        rate=figures.rate,
        p50=figures.wait(50),
        p99=figures.wait(99),
        cpu_ms=used / taken * 1000,
        memory_mb=psutil.Process(process.pid).memory_info().rss / 2**20,
        cold_s=cold,
        alone_ms=alone.wait(50),
        unfinished=figures.given_up,
    )


async def _first_answer(server: TelegramServer, process: Process) -> float:
    """Start a program that is already awaited; give the seconds to its first word."""
    person = server.person(COLD_CHAT, timeout=PATIENCE)
    await person.say("/join")
    began = time.monotonic()
    process.start()
    await person.hear()
    seconds = time.monotonic() - began
    await asyncio.sleep(1.0)  # what else a start does is no part of the rounds
    return seconds


def _cpu_seconds(process: Process) -> float:
    times = psutil.Process(process.pid).cpu_times()
    return float(times.user + times.system)


def middle(rounds: list[Round]) -> Round:
    """Give the median of each figure."""
    return Round(
        *(median(column) for column in zip(*map(_figures, rounds), strict=True))
    )


def _figures(one: Round) -> tuple[float, ...]:
    return tuple(vars(one).values())
