"""Asked to stop, the program finishes what is in flight and loses nothing."""

from __future__ import annotations

import asyncio
import time
from pathlib import Path

from bot.kit import clock
from models.message import Fate
from tests.databases import Copy
from tests.telegram_server import Person

from .running import Running, running, until

SENDERS = 4


async def in_the_middle(life: Running, people: list[Person]) -> None:
    """Let many write at once to a slow Telegram, and wait until some were answered."""
    life.telegram.faults.add("slow", method="sendMessage", delay=0.4)
    for person in people:
        await person.say("你好")
    await life.telegram.called("sendMessage", SENDERS + 2)


def waiting(life: Running, people: list[Person]) -> int:
    rows = [row for person in people for row in life.messages(person)]
    return sum(row.fate is Fate.WAITING for row in rows)


async def test_a_stop_in_the_middle_is_quick_and_every_reply_comes_once(
    copies: Copy, tmp_path: Path
) -> None:
    async with running(copies, tmp_path, telegram__senders=SENDERS) as life:
        people = [life.person() for _ in range(40)]
        await in_the_middle(life, people)
        asked = time.monotonic()
        assert await life.stop() == 0
        assert time.monotonic() - asked < 10
        assert waiting(life, people) > 0
        for row in (row for person in people for row in life.messages(person)):
            given_back = row.lease_until is None or row.lease_until <= clock()
            assert given_back
        life.telegram.faults.clear()
        await life.start()
        await asyncio.gather(*(life.settled(person) for person in people))
        for person in people:
            assert len(list(life.telegram.telegram.texts(person.chat.id))) == 1
        assert "Traceback" not in life.program.output


async def test_a_kill_in_the_middle_repeats_no_more_than_was_in_flight(
    copies: Copy, tmp_path: Path
) -> None:
    async with running(copies, tmp_path, telegram__senders=SENDERS) as life:
        people = [life.person() for _ in range(40)]
        await in_the_middle(life, people)
        await life.kill()
        life.telegram.faults.clear()
        await life.start()
        await life.telegram.drained()
        await asyncio.gather(*(life.settled(person) for person in people))
        effects = len(life.telegram.telegram.effects)
        assert len(people) <= effects <= len(people) + SENDERS + 10


async def test_a_second_wish_to_stop_changes_nothing(
    copies: Copy, tmp_path: Path
) -> None:
    async with running(copies, tmp_path) as life:
        process = life.program.process
        assert process is not None
        process.terminate()
        process.terminate()
        await until(lambda: process.poll() is not None)
        assert process.returncode == 0
        assert "Traceback" not in life.program.output
