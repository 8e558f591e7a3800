"""Noticing: notices go out beside what is live, and every copy is settled.

The leader does it.  A group is claimed in one transaction, leaves at the channel's pace
and is settled in another; after a kill nobody knows what became of those claimed, so
they are listed and never sent again.
"""

import asyncio
import logging
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from sqlmodel import Session

from bot.addressing import GROUP, Copy, address
from bot.channels import (
    IN_BULK,
    Channel,
    Refused,
    Stopped,
    TryLater,
    Uncertain,
    Unreachable,
)
from bot.claims import stop_chat
from bot.database import read
from bot.kit import Kit, clock
from bot.pace import Pace
from bot.retracting import retract_some
from bot.step import Written
from models import audience, notice, recipient
from models.message import Fate
from models.notice import Notice, NoticeState
from models.recipient import Outcome

IDLE_SECONDS = 1.0
"""How often is looked for a notice whose time has come."""

TICKS = 10
"""How many groups a second leave at the pace of a channel: small ones are few to lose
and large ones cheap to write down."""

GROUPS = 10
"""How many groups of one notice leave before others are looked at."""

PATIENCE = 5.0
"""How long a claimed copy waits for its chat's pace before it is put back."""

UNREACHABLE_SECONDS = 5.0
"""How long nothing is sent after a channel could not be reached."""

log = logging.getLogger(__name__)


class Settled(NamedTuple):
    """What became of a copy; `stopped` where its chat is closed to us."""

    copy: Copy
    outcome: Outcome
    stopped: bool = False


class Noticing:
    """Sends what notices there are; see the module."""

    def __init__(
        self,
        kit: Kit,
        channels: Mapping[str, Channel],
        paces: Mapping[str, Pace],
        put: Callable[[Written], None],
    ) -> None:
        self.kit, self.channels, self.paces, self.put = kit, channels, paces, put
        self.cans = {name: channel.can for name, channel in channels.items()}
        self._tasks: set[asyncio.Task[None]] = set()
        self._settled: list[Settled] = []
        self._settling: asyncio.Task[None] | None = None
        self._unsettled = 0
        self._freed = asyncio.Event()
        self._retracted: dict[int, int] = {}
        self._running: asyncio.Task[None] | None = None
        self._stopped = asyncio.Event()

    @property
    def _stopping(self) -> bool:
        return self._stopped.is_set()

    def start(self, leading: asyncio.Event) -> None:
        """Begin to do what there is to do while this process leads."""
        self._running = asyncio.create_task(self._run(leading))

    async def _run(self, leading: asyncio.Event) -> None:
        while not self._stopping:
            try:
                busy = leading.is_set() and await self.round()
            except Exception:
                log.exception("notices could not be sent and will be tried again")
                busy = False
            if not busy:
                await self._pause(IDLE_SECONDS)

    async def _pause(self, seconds: float) -> None:
        """Wait, but not for what is to stop."""
        with suppress(TimeoutError):
            await asyncio.wait_for(self._stopped.wait(), seconds)

    async def round(self) -> bool:
        """Take the notices at work a step on; tell whether there is more to do."""
        now = clock()
        rows = await read(self.kit.database, lambda s: notice.at_work(s, now))
        return any([await self._advance(row, now) for row in rows])

    async def _advance(self, row: Notice, now: datetime) -> bool:
        """Take one notice a step on; tell whether it has another now."""
        if row.state is NoticeState.SCHEDULED:
            return await self._begin(row, now)
        if why := notice.over_reason(row, now):
            return await self._wind_up(row, why, now)
        write = self.kit.writer.write
        if not row.is_queued:
            return await write(lambda s: self._queue(s, row.id, now))
        for _ in range(GROUPS):
            if not await self._send_group(row.id):
                break
        else:
            return True
        if not self._unsettled:
            await write(lambda s: notice.end(s, row, now))
        return False

    async def _begin(self, row: Notice, now: datetime) -> bool:
        """Count whom it is for, to know in how many parts they are queued."""
        whom = row.content.audience
        many = await read(
            self.kit.database, lambda s: audience.count(s, self.kit.atlas, whom, now)
        )
        return await self.kit.writer.write(lambda s: notice.begin(s, row.id, many))

    def _queue(self, session: Session, notice_id: int, now: datetime) -> bool:
        row = session.get_one(Notice, notice_id)
        return notice.queue_slice(session, self.kit.atlas, row, now)

    async def _wind_up(self, row: Notice, why: str, now: datetime) -> bool:
        """Skip what waits for a notice that is over; take back what was recalled."""
        write = self.kit.writer.write
        if await write(lambda s: recipient.skip_some(s, row.id, why, now)):
            return True
        if row.state is NoticeState.RECALLED and await self._retract(row.id):
            return True
        await write(lambda s: notice.end(s, row, now))
        return False

    async def _retract(self, notice_id: int) -> bool:
        """Take some copies back; tell whether there were any."""
        after = self._retracted.get(notice_id, 0)
        where = (self.kit, self.channels, self.paces)
        last = await retract_some(*where, notice_id, after, self.put)
        if last is None:
            self._retracted.pop(notice_id, None)
            return False
        self._retracted[notice_id] = last
        return True

    async def _send_group(self, notice_id: int) -> bool:
        """Claim a group and let it go; tell whether there was one."""
        room = await self._room()
        now = clock()
        group = await self.kit.writer.write(
            lambda s: address(s, self.kit, self.cans, notice_id, room, now)
        )
        self.put(group.written)
        self._unsettled += len(group.copies)
        for copy in group.copies:
            task = asyncio.create_task(self._send(copy))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)
        return group.looked > 0

    async def _room(self) -> int:
        """Wait until some may leave; return how many, none once this is to stop."""
        while self._unsettled > IN_BULK - GROUP:
            self._freed.clear()
            await self._freed.wait()
        pace = self.paces.get("telegram")
        if pace is None:
            return GROUP
        enough = min(GROUP, max(1, int(pace.per_second / TICKS)))
        while (room := pace.room(time.monotonic())) < enough and not self._stopping:
            await self._pause((enough - room) / pace.per_second)
        return min(GROUP, room)

    async def _send(self, copy: Copy) -> None:
        try:
            settled = await self._try(copy)
        except Exception:
            log.exception("sending a notice failed in an unforeseen way")
            settled = _over(copy, Fate.FAILED, "error")
        self._settle(settled)

    async def _try(self, copy: Copy) -> Settled:
        """Send once; return what became of it, or until when it is put back."""
        message = copy.message
        pace = self.paces.get(message.channel)
        seconds = await self._turn(copy, pace)
        if seconds:
            return _put_back(copy, seconds)
        try:
            external_id = await self.channels[message.channel].send(message)
        except Unreachable:
            return self._hold(copy, pace, UNREACHABLE_SECONDS)
        except TryLater as later:
            return self._hold(copy, pace, later.seconds)
        except Uncertain:
            return _over(copy, Fate.UNCERTAIN, "no_answer")
        except Stopped:
            # They may have another chat; if not, that is written down next.
            return _put_back(copy, 0.0)._replace(stopped=True)
        except Refused as refused:
            return _over(copy, Fate.FAILED, str(refused) or "refused")
        return _over(copy, Fate.SENT, external_id=external_id)

    async def _turn(self, copy: Copy, pace: Pace | None) -> float:
        """Wait for a copy's turn; return for how long to put it back, if at all."""
        address, kind = copy.message.address, copy.message.kind
        while pace and (seconds := pace.wait(address, kind, time.monotonic())):
            if seconds > PATIENCE or self._stopping:
                return seconds
            await self._pause(seconds)
        return 0.0

    def _hold(self, copy: Copy, pace: Pace | None, seconds: float) -> Settled:
        """Put a copy back that did not leave; all others wait as long."""
        if pace is not None:
            pace.hold(seconds, time.monotonic())
        return _put_back(copy, seconds)

    def _settle(self, settled: Settled) -> None:
        self._settled.append(settled)
        if self._settling is None:
            self._settling = asyncio.create_task(self._write_settled())

    async def _write_settled(self) -> None:
        """Write down what became of copies, all that has gathered at once."""
        try:
            while batch := self._settled:
                self._settled = []
                try:
                    await self.kit.writer.write(lambda s: _write(s, batch))
                except Exception:
                    if self._stopping:
                        raise
                    log.exception("what was sent of a notice cannot be marked yet")
                    self._settled = batch + self._settled
                    await asyncio.sleep(IDLE_SECONDS)
                else:
                    self._unsettled -= len(batch)
                    self._freed.set()
        finally:
            self._settling = None

    async def stop(self, seconds: float = 5.0) -> None:
        """Begin nothing new, finish what is on its way, and write it down."""
        self._stopped.set()
        self._freed.set()
        begun = [*self._tasks, *([self._running] if self._running else [])]
        if begun:
            await asyncio.wait(begun, timeout=seconds)
        if self._tasks:  # what was claimed while this began to stop
            await asyncio.wait(self._tasks, timeout=seconds)
        while self._settling:
            await asyncio.wait([self._settling])


def _write(session: Session, batch: list[Settled]) -> None:
    """Settle copies notice by notice, and stop the chats that are closed to us."""
    for notice_id in {settled.copy.notice_id for settled in batch}:
        ours = [s.outcome for s in batch if s.copy.notice_id == notice_id]
        recipient.settle(session, notice_id, ours)
    for settled in batch:
        if settled.stopped:
            chat_id = settled.copy.message.chat_id
            stop_chat(session, chat_id, 0, settled.outcome.at)


def _over(
    copy: Copy, fate: Fate, reason: str = "", external_id: str | None = None
) -> Settled:
    to: dict[str, Any] = {"chat_id": copy.message.chat_id, "external_id": external_id}
    return Settled(copy, Outcome(copy.worker_id, fate, clock(), reason, **to))


def _put_back(copy: Copy, seconds: float) -> Settled:
    at = clock() + timedelta(seconds=seconds)
    return Settled(copy, Outcome(copy.worker_id, Fate.WAITING, at))
