"""Lanes: what one person does is taken in order, and nobody waits for another's file.

An update is read only after its sender's previous one is taken, since what that changed
decides whose a document is and whether one is wanted.  A webhook call is answered once
its update is taken, so while `max_connections` of them wait Telegram sends no more.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence

from bot.channels.telegram.read import Update, sender_of
from handlers.turn import Incoming

Read = Callable[[Update], Awaitable[Incoming | None]]
Take = Callable[[Sequence[Incoming]], Awaitable[None]]


class Lanes:
    """A lane a person, open while something in it is not taken."""

    def __init__(self, read: Read, take: Take) -> None:
        self._read, self._take = read, take
        self._last: dict[str, asyncio.Task[None]] = {}

    def is_open(self, sender: str) -> bool:
        """Tell whether something a person did is not taken yet."""
        return sender in self._last

    def put(self, update: Update) -> asyncio.Task[None]:
        """Take an update behind its sender's others; done once it is committed."""
        sender = sender_of(update)
        task = asyncio.create_task(self._run(self._last.get(sender), update))
        self._last[sender] = task
        task.add_done_callback(lambda done: self._leave(sender, done))
        return task

    async def _run(self, before: asyncio.Task[None] | None, update: Update) -> None:
        if before is not None:
            await asyncio.wait([before])
            before.result()  # what follows one that failed would overtake it
        incoming = await self._read(update)
        if incoming is not None:
            await self._take([incoming])

    def _leave(self, sender: str, done: asyncio.Task[None]) -> None:
        if self._last.get(sender) is done:
            del self._last[sender]
