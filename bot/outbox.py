"""The outbox: messages leave in order, one in flight a chat, and each is settled.

A row being sent is waiting with a lease and an attempt committed before the request
leaves.  What this process made is sent from memory; what it left behind is found in the
table.  At most `senders` are in flight and ten more are sent but not yet settled.
"""

import asyncio
import heapq
import logging
import time
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from bot import drawings
from bot.channels import (
    Channel,
    Outgoing,
    Refused,
    Stopped,
    TryLater,
    Uncertain,
    Unreachable,
)
from bot.claims import (
    Settled,
    give_back,
    lease,
    settle,
    stop_chat,
    sweep,
    take_back,
    write_attempt,
)
from bot.kit import Kit, clock
from bot.pace import Pace
from bot.step import Written
from models.message import AGAIN, Fate, Kind

UNSETTLED = 10
"""How many messages may be sent but not marked: a kill repeats them, too."""

DOUBTS = 4
"""How often nobody can tell whether a message arrived before it is given up."""

DOUBT_SECONDS = 0.5
"""How long to wait before sending again what may have arrived."""

PRIORITY = {Kind.REPLY: 0, Kind.RECEIPT: 0, Kind.REMINDER: 1, Kind.BROADCAST: 2}

MARK_AGAIN_SECONDS = 1.0
"""How long to wait before marking again what the database would not take."""

log = logging.getLogger(__name__)


@dataclass
class Line:
    """One chat's messages in order; `tries` counts refused connects in a row."""

    waiting: deque[Outgoing] = field(default_factory=deque)
    busy: bool = False
    tries: int = 0


class Outbox:
    """Sends what transactions wrote; see the module."""

    def __init__(
        self,
        kit: Kit,
        channels: Mapping[str, Channel],
        paces: Mapping[str, Pace],
        senders: int,
        tell: Callable[[set[int]], None] = lambda chats: None,
    ) -> None:
        self.kit, self.channels, self.paces = kit, channels, paces
        self.senders, self.tell = senders, tell
        self._lines: dict[int, Line] = {}
        self._ready: list[tuple[int, int, int]] = []
        self._open: set[tuple[int, int]] = set()
        self._order = 0
        self._in_flight = 0
        self._settled: list[Settled] = []
        self._unsettled = 0
        self._settling: asyncio.Task[None] | None = None
        self._tasks: set[asyncio.Task[None]] = set()
        self._stopping = False

    def put(self, written: Written) -> None:
        """Send what a committed transaction wrote, and tell the pages with news."""
        self._doubt(written.cut)
        if written.cut:
            drawings.forget()
        for message in written.outgoing:
            self._enqueue(message)
        if written.news:
            self.tell(written.news)
        self._pump()

    def _doubt(self, chats: set[int]) -> None:
        """Have what waits for chats that lost messages claim its row once more."""
        for line in (self._lines[c] for c in chats & self._lines.keys()):
            for message in line.waiting:
                message.attempt = 0

    def _enqueue(self, message: Outgoing) -> None:
        """Put a message behind its chat's others, unless a sweep was quicker."""
        key = (message.chat_id, message.number)
        if key in self._open:
            return
        self._open.add(key)
        line = self._lines.setdefault(message.chat_id, Line())
        line.waiting.append(message)
        if not line.busy and len(line.waiting) == 1:
            self._make_ready(message.chat_id)

    def _make_ready(self, chat_id: int) -> None:
        """Put a chat whose first message may leave in line, replies first."""
        first = self._lines[chat_id].waiting[0]
        self._order += 1
        heapq.heappush(self._ready, (PRIORITY[first.kind], self._order, chat_id))

    def _pump(self) -> None:
        """Start as many sends as may be in flight."""
        room = self.senders + UNSETTLED
        while (
            self._ready
            and self._in_flight < self.senders
            and self._in_flight + self._unsettled < room
            and not self._stopping
        ):
            chat_id = heapq.heappop(self._ready)[2]
            line = self._lines[chat_id]
            message = line.waiting[0]
            seconds = self._wait(message)
            line.busy = True
            if seconds > 0:
                self._later(seconds, chat_id)
                continue
            self._in_flight += 1
            task = asyncio.create_task(self._send(line, message))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    def _wait(self, message: Outgoing) -> float:
        pace = self.paces.get(message.channel)
        return (
            pace.wait(message.address, message.kind, time.monotonic()) if pace else 0.0
        )

    def _later(self, seconds: float, chat_id: int) -> None:
        def again() -> None:
            self._lines[chat_id].busy = False
            self._make_ready(chat_id)
            self._pump()

        asyncio.get_running_loop().call_later(seconds, again)

    async def _send(self, line: Line, message: Outgoing) -> None:
        again: float | None = None
        try:
            again = await self._try(line, message)
        except Exception:
            log.exception("sending a message failed in an unforeseen way")
            self._settle(message, Fate.FAILED, "error")
        finally:
            self._in_flight -= 1
            if again is not None:
                self._later(again, message.chat_id)
            self._pump()

    def _next(self, chat_id: int, over: set[int]) -> None:
        """Go on with the chat's next message, now that those before it are marked.

        Not sooner: after a kill, one that left unmarked would be repeated behind it.
        """
        self._open.difference_update((chat_id, number) for number in over)
        line = self._lines[chat_id]
        line.busy = False
        line.waiting = deque(m for m in line.waiting if m.number not in over)
        if line.waiting:
            self._make_ready(chat_id)
        else:
            del self._lines[chat_id]

    async def _try(self, line: Line, message: Outgoing) -> float | None:
        """Send once and settle; return the seconds until another try, if any."""
        if message.attempt == 0 and not await self._claim(message):
            return None
        try:
            with self.kit.metrics.sending.labels(message.channel).time():
                external_id = await self.channels[message.channel].send(message)
        except Unreachable:
            line.tries += 1
            return float(min(30.0, 0.25 * 2**line.tries))
        except TryLater as later:
            if pace := self.paces.get(message.channel):
                pace.hold(later.seconds, time.monotonic())  # in bulk, all the more
            return later.seconds + 0.05
        except Uncertain:
            return await self._doubtful(message)
        except Stopped:
            self._count(message, Fate.FAILED)
            await self._stop_chat(message)
            return None
        except Refused as refused:
            self._settle(message, Fate.FAILED, str(refused) or "refused")
            return None
        line.tries = 0
        self._settle(message, Fate.SENT, external_id=external_id)
        return None

    async def _doubtful(self, message: Outgoing) -> float | None:
        """Send again what may be doubled; list the rest for a person."""
        message.doubts += 1
        if message.kind not in AGAIN or message.doubts >= DOUBTS:
            self._settle(message, Fate.UNCERTAIN, "no_answer")
            return None
        return DOUBT_SECONDS if await self._claim(message) else None

    async def _claim(self, message: Outgoing) -> bool:
        """Commit the attempt before the request leaves; drop what is ours no more."""
        message.attempt += 1
        until = clock() + lease()
        ours = await self.kit.writer.write(
            lambda session: write_attempt(session, self.kit, message, until)
        )
        if not ours:
            self._next(message.chat_id, {message.number})
        return ours

    async def _stop_chat(self, message: Outgoing) -> None:
        """Stop writing to a chat that blocked us; what waits for it is skipped.

        What the person had us write by speaking again since then stays in line.
        """
        now = clock()
        over = await self.kit.writer.write(
            lambda session: stop_chat(session, message.chat_id, message.number, now)
        )
        self._next(message.chat_id, over)

    def _settle(
        self,
        message: Outgoing,
        fate: Fate,
        reason: str = "",
        external_id: str | None = None,
    ) -> None:
        self._count(message, fate)
        self._settled.append(
            Settled(message.chat_id, message.number, fate, reason, external_id)
        )
        self._unsettled += 1
        if self._settling is None:
            self._settling = asyncio.create_task(self._write_settled())

    def _count(self, message: Outgoing, fate: Fate) -> None:
        self.kit.metrics.messages.labels(message.channel, message.kind, fate).inc()

    async def _write_settled(self) -> None:
        """Mark what was sent, all that has gathered at once, until nothing is left."""
        try:
            while batch := self._settled:
                self._settled = []
                try:
                    await self.kit.writer.write(lambda session: settle(session, batch))
                except Exception:
                    if self._stopping:
                        raise
                    log.exception("what was sent cannot be marked yet")
                    self._settled = batch + self._settled
                    await asyncio.sleep(MARK_AGAIN_SECONDS)
                else:
                    self._marked(batch)
        finally:
            self._settling = None

    def _marked(self, batch: list[Settled]) -> None:
        """Let the chats go on whose messages are marked now."""
        self._unsettled -= len(batch)
        for settled in batch:
            self._next(settled.chat_id, {settled.number})
        self._pump()

    async def recover(self) -> None:
        """Take back what this process left behind when it was last stopped."""
        now = clock()
        found = await self.kit.writer.write(
            lambda session: take_back(session, self.kit, now)
        )
        self.put(Written(found, set()))

    async def sweep(self) -> None:
        """Renew our leases; take over what others left; send what was left to us."""
        now, known = clock(), set(self._open)
        found = await self.kit.writer.write(
            lambda session: sweep(session, self.kit, known, now)
        )
        self.put(Written(found, set()))

    async def stop(self, seconds: float = 10.0) -> None:
        """Start nothing new, finish what is in flight, mark it, give the rest back."""
        self._stopping = True
        if self._tasks:
            await asyncio.wait(self._tasks, timeout=seconds)
        while self._settling:
            await asyncio.wait([self._settling])
        now = clock()
        await self.kit.writer.write(
            lambda session: give_back(session, self.kit.process, now)
        )
