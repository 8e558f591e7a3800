"""A few kills in the middle of a crowd who try again when nobody answers.

What a person would notice: silence, a form to fill in from the start, a message twice.
Any bot can be put through it, so ours and the stock one stand side by side.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

from tests.programs import Process, ours_at_work, rival_at_work
from tests.rival.crowd_join import join as join_rival
from tests.telegram_server import TelegramServer, crowd
from tests.telegram_server.crowd import Script
from tests.torture.joining import FIRST_CHAT, join_as_driver

UPDATES = 17
"""What one join takes, with either bot."""

GIVE_UP_SECONDS = 600.0


@dataclass
class Trial:
    """How many people, how hurried, how often killed."""

    people: int = 50
    joins: int = 200
    kills: int = 5
    think: float = 0.25
    patience: float = 10.0
    tries: int = 2


@dataclass
class Noticed:
    """What the people noticed; `unanswered` are updates that got no message."""

    kills: int
    joins: int
    updates: int
    hurt: int
    started_over: int
    given_up: int
    repeated: int
    unanswered: int


async def ours(trial: Trial, database: str = "") -> Noticed:
    """Put the product through a trial."""
    async with ours_at_work(database) as (server, process):
        return await interrupt(server, process, join_as_driver, trial)


async def theirs(trial: Trial) -> Noticed:
    """Put the stock bot through the same trial."""
    async with rival_at_work() as (server, process):
        return await interrupt(server, process, join_rival, trial)


async def interrupt(
    server: TelegramServer, process: Process, script: Script, trial: Trial
) -> Noticed:
    """Kill a bot at even steps of the crowd's way."""
    process.start()
    await server.called("getUpdates")
    killer = asyncio.create_task(_kill(server, process, trial))
    figures = await asyncio.wait_for(
        crowd(
            server,
            script,
            people=trial.people,
            conversations=trial.joins,
            first_chat=FIRST_CHAT,
            think=trial.think,
            patience=trial.patience,
            tries=trial.tries,
        ),
        GIVE_UP_SECONDS,
    )
    killer.cancel()
    await asyncio.gather(killer, return_exceptions=True)
    process.stop()
    return Noticed(
        kills=trial.kills,
        joins=trial.joins,
        updates=server.updates.pushed,
        hurt=figures.hurt,
        started_over=figures.started_over,
        given_up=figures.given_up,
        repeated=repeats(server),
        unanswered=max(0, server.updates.pushed - len(server.telegram.effects)),
    )


async def _kill(server: TelegramServer, process: Process, trial: Trial) -> None:
    for number in range(1, trial.kills + 1):
        share = number / (trial.kills + 1)
        reached = share * trial.joins * UPDATES
        while server.updates.pushed < reached:  # noqa: ASYNC110 - nobody would tell
            await asyncio.sleep(0.005)
        process.kill()
        process.start()


def repeats(server: TelegramServer) -> int:
    """Count the messages that a chat was told twice running."""
    last: dict[int, str] = {}
    found = 0
    for effect in server.telegram.effects:
        found += last.get(effect.chat) == effect.text
        last[effect.chat] = effect.text
    return found
