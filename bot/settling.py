"""Settling: what became of the copies of a notice is gathered and written down.

It is written in the transaction that claims the next group, or soon where none follows:
one commit for both, and the replies of other people wait for half as many.
"""

import asyncio
import logging
import time
from collections import Counter, defaultdict
from collections.abc import Callable
from datetime import timedelta
from typing import Any, NamedTuple, TypeVar

from sqlmodel import Session

from bot.addressing import Copy
from bot.claims import stop_chat
from bot.kit import Kit, clock
from models.message import Fate, Kind
from models.outcome import Outcome, settle

GATHER_SECONDS = 0.1
"""How long what became of a copy may wait for the next claim."""

AGAIN_SECONDS = 1.0
"""How long to wait before what could not be written is tried again."""

log = logging.getLogger(__name__)

T = TypeVar("T")


class Settled(NamedTuple):
    """What became of a copy; `stopped` where its chat is closed to us."""

    copy: Copy
    outcome: Outcome
    stopped: bool = False


def over(
    copy: Copy, fate: Fate, reason: str = "", external_id: str | None = None
) -> Settled:
    """Return that a copy is over."""
    to: dict[str, Any] = {"chat_id": copy.message.chat_id, "external_id": external_id}
    return Settled(copy, Outcome(copy.worker_id, fate, clock(), reason, **to))


def put_back(copy: Copy, seconds: float) -> Settled:
    """Return that a copy waits again, for so long."""
    at = clock() + timedelta(seconds=seconds)
    return Settled(copy, Outcome(copy.worker_id, Fate.WAITING, at))


class Settling:
    """Counts the copies `on_the_way`; gathers what became of them and writes it."""

    def __init__(self, kit: Kit) -> None:
        self.kit = kit
        self.on_the_way = 0
        self._gathered: list[Settled] = []
        self._since = 0.0
        self._soon: asyncio.Task[None] | None = None
        self._answered = asyncio.Event()
        self._stopping = False

    def note(self, settled: Settled) -> None:
        """Take what became of a copy, to be written soon."""
        if not self._gathered:
            self._since = time.monotonic()
        self._gathered.append(settled)
        self.on_the_way -= 1
        self._answered.set()
        self._see_to_it()

    def _see_to_it(self) -> None:
        """Have what has gathered written, whether or not a claim follows."""
        if self._soon is None:
            self._soon = asyncio.create_task(self._write_soon())

    @property
    def is_done(self) -> bool:
        """Whether every copy that was claimed is written down."""
        return not self.on_the_way and self._soon is None

    async def until_at_most(self, many: int) -> None:
        """Wait until no more than so many copies are on their way."""
        while self.on_the_way > many and not self._stopping:
            self._answered.clear()
            await self._answered.wait()

    async def beside(self, deed: Callable[[Session], T]) -> T:
        """Do something in one transaction with writing down what has gathered."""
        batch, self._gathered = self._gathered, []

        def write(session: Session) -> T:
            _write(session, batch)
            return deed(session)

        try:
            done = await self.kit.writer.write(write)
        except Exception:
            self._gathered = batch + self._gathered
            if batch and not self._stopping:
                self._see_to_it()
            raise
        self._count(batch)
        return done

    def _count(self, batch: list[Settled]) -> None:
        ends = Counter((s.copy.message.channel, s.outcome.fate) for s in batch)
        for (channel, fate), many in ends.items():
            if fate is not Fate.WAITING:
                of_kind = (channel, Kind.BROADCAST, fate)
                self.kit.metrics.messages.labels(*of_kind).inc(many)

    async def _write_soon(self) -> None:
        """Write down what no claim has taken along in time."""
        try:
            while self._gathered:
                left = self._since + GATHER_SECONDS - time.monotonic()
                if left > 0 and not self._stopping:
                    await asyncio.sleep(left)
                else:
                    await self._write_now()
        finally:
            self._soon = None

    async def _write_now(self) -> None:
        try:
            await self.beside(lambda session: None)
        except Exception:
            if self._stopping:
                raise
            log.exception("what was sent of a notice cannot be marked yet")
            await asyncio.sleep(AGAIN_SECONDS)

    def begin_to_stop(self) -> None:
        """Let nobody wait for room any more."""
        self._stopping = True
        self._answered.set()

    async def finish(self) -> None:
        """Write down what is left."""
        while self._soon is not None:
            await asyncio.wait([self._soon])


def _write(session: Session, batch: list[Settled]) -> None:
    """Settle copies notice by notice, and stop the chats that are closed to us."""
    outcomes = defaultdict(list)
    for settled in batch:
        outcomes[settled.copy.notice_id].append(settled.outcome)
    for notice_id, ours in outcomes.items():
        settle(session, notice_id, ours)
    for settled in batch:
        if settled.stopped:
            chat_id = settled.copy.message.chat_id
            stop_chat(session, chat_id, 0, settled.outcome.at)
