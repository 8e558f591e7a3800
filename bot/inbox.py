"""The inbox: updates come in batches, and are acknowledged only after their commit.

What waits is one transaction; it sizes itself: one update when idle, many under load.
A batch that fails is run again one by one, and what still fails is kept as poison.
"""

import asyncio
import logging
from collections import deque
from collections.abc import Sequence
from datetime import datetime

import orjson
from sqlmodel import Session, col, select

from bot.channels import Can
from bot.database import is_outage
from bot.kit import Kit, clock
from bot.outbox import Outbox
from bot.people import people_of, place_of
from bot.step import Ledger, Written, take_batch, take_one
from handlers.say import say
from handlers.turn import Incoming
from models.arrival import TRIES, Arrival, Poison
from models.chat import Chat
from models.columns import new_id
from models.sealing import seal, unseal
from models.worker import Worker

BATCH = 50
"""How many updates a transaction takes: with more, the first would wait for the last;
with fewer, each would pay more of what a transaction costs."""

log = logging.getLogger(__name__)


class Inbox:
    """Takes updates from every channel; `take` returns once they are committed.

    `cut` is set when messages were taken out of chats, as an erasure does.
    """

    def __init__(self, kit: Kit, cans: dict[str, Can], outbox: Outbox) -> None:
        self.kit, self.cans, self.outbox = kit, cans, outbox
        self._waiting: deque[tuple[Incoming, asyncio.Future[None]]] = deque()
        self._wake = asyncio.Event()
        self.cut = asyncio.Event()

    async def take(self, batch: Sequence[Incoming]) -> None:
        """Hand updates in; return when all of them and their effects are committed."""
        loop = asyncio.get_running_loop()
        began = loop.time()
        done = [loop.create_future() for _ in batch]
        self._waiting.extend(zip(batch, done, strict=True))
        self._wake.set()
        await asyncio.gather(*done)
        self._count(batch, loop.time() - began)

    def _count(self, batch: Sequence[Incoming], seconds: float) -> None:
        metrics = self.kit.metrics
        for incoming in batch:
            metrics.updates.labels(incoming.channel).inc()
            metrics.taking.observe(seconds)

    async def run(self) -> None:
        """Commit what waits, batch after batch, until cancelled."""
        while True:
            await self._wake.wait()
            self._wake.clear()
            while self._waiting:
                size = min(BATCH, len(self._waiting))
                await self._commit([self._waiting.popleft() for _ in range(size)])

    async def _commit(self, pairs: list[tuple[Incoming, asyncio.Future[None]]]) -> None:
        try:
            await self._take([incoming for incoming, _ in pairs])
        except Exception as error:
            for _, done in pairs:
                if not done.done():
                    done.set_exception(error)
            return
        for _, done in pairs:
            if not done.done():
                done.set_result(None)

    async def _take(self, batch: list[Incoming]) -> None:
        now = clock()
        try:
            written = await self._write(batch, now)
        except Exception as error:
            if is_outage(error):
                raise
            if len(batch) == 1:
                await self._poisoned(batch[0], now)
                return
            log.warning("a batch of %d failed and runs one by one", len(batch))
            for incoming in batch:
                await self._take([incoming])
            return
        self._put(written)

    def _put(self, written: Written) -> None:
        """Send what was written; say so where messages were taken out."""
        self.outbox.put(written)
        if written.cut:
            self.cut.set()

    async def _write(self, batch: list[Incoming], now: datetime) -> Written:
        return await self.kit.writer.write(
            lambda session: take_batch(session, self.kit, self.cans, batch, now)
        )

    async def _poisoned(self, incoming: Incoming, now: datetime) -> None:
        """Keep an update whose step fails, sealed, and tell the worker."""
        log.exception("an update of channel %s cannot be handled", incoming.channel)
        written = await self.kit.writer.write(
            lambda session: keep_poison(session, self.kit, self.cans, incoming, now)
        )
        self.outbox.put(written)

    async def retry_poison(self) -> None:
        """Try what failed again, where nothing later from that person was handled."""
        now = clock()
        ids = await self.kit.writer.write(_open_poison)
        for poison_id in ids:
            try:
                written = await self.kit.writer.write(
                    lambda session, at=poison_id: retry_one(  # type: ignore[misc]
                        session, self.kit, self.cans, at, now
                    )
                )
            except Exception:
                await self.kit.writer.write(
                    lambda session, at=poison_id: _count_try(session, at)  # type: ignore[misc]
                )
            else:
                self._put(written)


def keep_poison(
    session: Session,
    kit: Kit,
    cans: dict[str, Can],
    incoming: Incoming,
    now: datetime,
) -> Written:
    """Store an update nobody could handle, sealed with its person's key; apologise."""
    chat, worker = people_of(session, kit, [incoming], now)[place_of(incoming)]
    session.flush()
    arrival = (incoming.channel, incoming.bot, incoming.key)
    if session.get(Arrival, arrival) is not None:
        return Written([], set())
    session.add(Arrival(channel=arrival[0], bot=arrival[1], key=arrival[2], at=now))
    ledger = Ledger(session, kit, now)
    can = cans[incoming.channel]
    turn = kit.turn(session, chat, worker, now, can.trusted)
    ledger.say(turn, can, [say("common", "failed")])
    number = new_id()
    place = f"poison.update|{number}"
    session.add(
        Poison(
            id=number,
            chat_id=chat.id,
            worker_id=worker.id,
            update=seal(worker.open_key(kit.keys), place, _pack(incoming)),
            error="",
            after_number=chat.last_number,
            at=now,
        )
    )
    return ledger.close()


def _pack(incoming: Incoming) -> bytes:
    """Write a whole update down; its picture was made small when it came."""
    return orjson.dumps({**vars(incoming), "data": incoming.data.hex()})


def _unpack(packed: bytes) -> Incoming:
    fields = orjson.loads(packed)
    return Incoming(**{**fields, "data": bytes.fromhex(fields["data"])})


def read_poison(kit: Kit, worker: Worker, row: Poison) -> Incoming:
    """Open an update nobody could handle."""
    key = worker.open_key(kit.keys)
    return _unpack(unseal(key, f"poison.update|{row.id}", row.update))


def _open_poison(session: Session) -> list[int]:
    return list(
        session.exec(
            select(Poison.id).where(Poison.settled == "", Poison.attempts < TRIES)
        )
    )


def _count_try(session: Session, poison_id: int) -> None:
    row = session.get(Poison, poison_id)
    if row is None:  # erased with its person
        return
    row.attempts += 1
    if row.attempts >= TRIES:
        row.settled = "given_up"
    session.add(row)


def retry_one(
    session: Session, kit: Kit, cans: dict[str, Can], poison_id: int, now: datetime
) -> Written:
    """Run a kept update again, unless its person went on in the meantime."""
    row = session.get(Poison, poison_id)
    if row is None:  # erased with its person
        return Written([], set())
    chat = session.exec(
        select(Chat).where(col(Chat.id) == row.chat_id).with_for_update()
    ).one()
    worker = session.get_one(Worker, row.worker_id)
    session.add(row)
    if chat.last_number != row.after_number:
        row.settled, row.update = "overtaken", b""
        return Written([], set())
    incoming = read_poison(kit, worker, row)
    ledger = Ledger(session, kit, now)
    turn = kit.turn(session, chat, worker, now, cans[incoming.channel].trusted)
    take_one(ledger, turn, cans, incoming)
    row.settled, row.update = "handled", b""
    return ledger.close()
