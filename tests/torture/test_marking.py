"""A chat's next message waits until the one before is marked as sent.

Else a kill between the two would repeat the first one behind the second.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any, cast

from bot.channels import Can, Outgoing
from bot.kit import Kit
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


def message(number: int) -> Outgoing:
    return Outgoing("hearer", "11", 11, number, Kind.REPLY, {"text": "您好"})


async def test_the_next_message_waits_until_the_one_before_is_marked() -> None:
    writer, channel = SlowWriter(), Hearer()
    kit = cast(Kit, SimpleNamespace(writer=writer))
    outbox = Outbox(kit, {"hearer": channel}, {}, senders=4)
    outbox.put(Written([message(1), message(2)], set()))
    await channel.hears.wait()
    for _ in range(10):
        await asyncio.sleep(0)
    assert channel.heard == [1]
    channel.hears.clear()
    writer.may_commit.set()
    await channel.hears.wait()
    assert channel.heard == [1, 2]
