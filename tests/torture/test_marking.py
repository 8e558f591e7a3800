"""What the outbox must not do, whenever it is killed or slow.

It lets a chat's next message leave only when the one before is marked as sent: a kill
between the two would repeat the first behind the second. And it has a message once,
even if a sweep finds its row before its transaction's result arrives.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any, cast

from bot.channels import Can, Outgoing
from bot.kit import Kit
from bot.metrics import Metrics
from bot.outbox import Outbox
from bot.step import Written
from models.message import Kind


class SlowWriter:
    """A writer that commits nothing until it is let."""

    def __init__(self) -> None:
        self.may_commit = asyncio.Event()

    async def write(self, body: Callable[[Any], object]) -> None:
        await self.may_commit.wait()


class Hearer:
    """A channel that hears at once."""

    name, bot = "hearer", ""
    can = Can(push=True, history=False, trusted=True)

    def __init__(self) -> None:
        self.heard: list[int] = []
        self.hears = asyncio.Event()

    async def send(self, message: Outgoing) -> str:
        self.heard.append(message.number)
        self.hears.set()
        return "1"

    async def retract(self, address: str, external_id: str) -> None:
        raise AssertionError("nothing is taken back here")


def message(number: int) -> Outgoing:
    return Outgoing("hearer", "11", 11, number, Kind.REPLY, {"text": "您好"})


async def quiet() -> None:
    """Let everything happen that waits for nothing."""
    for _ in range(50):
        await asyncio.sleep(0)


def outbox_to(channel: Hearer, writer: SlowWriter) -> Outbox:
    kit = cast(Kit, SimpleNamespace(writer=writer, metrics=Metrics()))
    return Outbox(kit, {"hearer": channel}, {}, senders=4)


async def test_the_next_message_waits_until_the_one_before_is_marked() -> None:
    writer, channel = SlowWriter(), Hearer()
    outbox_to(channel, writer).put(Written([message(1), message(2)], set()))
    await channel.hears.wait()
    await quiet()
    assert channel.heard == [1]
    channel.hears.clear()
    writer.may_commit.set()
    await channel.hears.wait()
    assert channel.heard == [1, 2]


async def test_a_message_found_by_a_sweep_too_leaves_once() -> None:
    writer, channel = SlowWriter(), Hearer()
    writer.may_commit.set()
    outbox = outbox_to(channel, writer)
    outbox.put(Written([message(1)], set()))
    outbox.put(Written([message(1)], set()))
    await quiet()
    assert channel.heard == [1]
