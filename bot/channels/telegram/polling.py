"""Polling: what came is acknowledged once it is taken, and asked for until then.

Files are fetched in lanes of their own while polling goes on.  The offset stays at the
oldest update still in a lane, so behind it only the 100 updates come in that one call
returns; they come again each time, and those known already are passed over.
"""

import asyncio
from collections.abc import Sequence

from bot.channels.telegram.lanes import Lanes, Read, Take
from bot.channels.telegram.read import Update, has_file, sender_of

WAIT_SECONDS = 1.0
"""How long to wait for a lane before asking again, where all that came was known."""


class Polling:
    """How far one run of polling has come; where it fails, another begins anew."""

    def __init__(self, read: Read, take: Take) -> None:
        self._read, self._take = read, take
        self._lanes = Lanes(read, take)
        self._open: dict[asyncio.Task[None], int] = {}
        self._known: set[int] = set()
        self._next: int | None = None

    def offset(self) -> int | None:
        """Return from where on to ask; raise what kept a lane from being taken."""
        for task in [task for task in self._open if task.done()]:
            task.result()
            del self._open[task]
        offset = min(self._open.values(), default=self._next)
        self._known = {known for known in self._known if known >= (offset or 0)}
        return offset

    async def take(self, updates: Sequence[Update]) -> list[Update]:
        """Take what is new, leaving to their lanes those with files; return it."""
        new = [update for update in updates if update["update_id"] not in self._known]
        if new:
            numbers = {update["update_id"] for update in updates}
            self._known |= numbers
            self._next = max(numbers) + 1
            await self._take_some(self._beside(new))
        elif self._open:
            first = asyncio.FIRST_COMPLETED
            await asyncio.wait(self._open, timeout=WAIT_SECONDS, return_when=first)
        return new

    def _beside(self, updates: Sequence[Update]) -> list[Update]:
        """Put what must wait into lanes; return all that need not."""
        senders = [sender_of(update) for update in updates]
        slow = {
            sender
            for sender, update in zip(senders, updates, strict=True)
            if has_file(update) or self._lanes.is_open(sender)
        }
        quick = []
        for sender, update in zip(senders, updates, strict=True):
            if sender in slow:
                self._open[self._lanes.put(update)] = update["update_id"]
            else:
                quick.append(update)
        return quick

    async def _take_some(self, updates: Sequence[Update]) -> None:
        found = [await self._read(update) for update in updates]
        if some := [incoming for incoming in found if incoming is not None]:
            await self._take(some)

    async def end(self) -> None:
        """Give up what is in the lanes; it comes again."""
        for task in self._open:
            task.cancel()
        await asyncio.gather(*self._open, return_exceptions=True)
