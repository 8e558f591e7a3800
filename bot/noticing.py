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
from datetime import datetime

from sqlmodel import Session

from bot.addressing import GROUP, Copy, address
from bot.channels import (
    IN_BULK,
    Busy,
    Channel,
    Refused,
    Stopped,
    TryLater,
    Uncertain,
    Unreachable,
)
from bot.database import read
from bot.kit import Kit, clock
from bot.pace import Pace
from bot.rendering import Renderings
from bot.retracting import retract_some
from bot.settling import Settled, Settling, over, put_back
from bot.step import Written
from models import audience, notice_course, recipient
from models.message import Fate
from models.notice import Notice, NoticeState

IDLE_SECONDS = 1.0
"""How often is looked for a notice whose time has come."""

TICKS = 10
"""How many groups a second leave at the pace of a slow channel."""

ENOUGH = 40
"""How many copies are enough for a group at a fast pace: small groups are few to lose,
and no reply waits long behind them; large ones are cheap to write down."""

SPARE = 25
"""How many more must have room on the way before a group is claimed."""

GROUPS = 10
"""How many groups of one notice leave before others are looked at."""

PATIENCE = 5.0
"""How long a claimed copy waits for its chat's pace before it is put back."""

UNREACHABLE_SECONDS = 5.0
"""How long nothing is sent after a channel could not be reached."""

log = logging.getLogger(__name__)


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
        self._timing = {name: kit.metrics.sending.labels(name) for name in channels}
        self._tasks: set[asyncio.Task[None]] = set()
        self.settling = Settling(kit)
        self.renderings = Renderings(kit)
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
        rows = await read(self.kit.database, lambda s: notice_course.at_work(s, now))
        return any([await self._advance(row, now) for row in rows])

    async def _advance(self, row: Notice, now: datetime) -> bool:
        """Take one notice a step on; tell whether it has another now."""
        if row.state is NoticeState.SCHEDULED:
            return await self._begin(row, now)
        if why := notice_course.over_reason(row, now):
            return await self._wind_up(row, why, now)
        write = self.kit.writer.write
        if not row.is_queued:
            return await write(lambda s: self._queue(s, row.id, now))
        for _ in range(GROUPS):
            if not await self._send_group(row.id):
                break
        else:
            return True
        await write(lambda s: notice_course.end(s, row, now))
        return False

    async def _begin(self, row: Notice, now: datetime) -> bool:
        """Count whom it is for, to know in how many parts they are queued."""
        whom = row.content.audience
        many = await read(
            self.kit.database, lambda s: audience.count(s, self.kit.atlas, whom, now)
        )
        return await self.kit.writer.write(
            lambda s: notice_course.begin(s, row.id, many)
        )

    def _queue(self, session: Session, notice_id: int, now: datetime) -> bool:
        row = session.get_one(Notice, notice_id)
        return notice_course.queue_slice(session, self.kit.atlas, row, now)

    async def _wind_up(self, row: Notice, why: str, now: datetime) -> bool:
        """Skip what waits for a notice that is over; take back what was recalled."""
        write = self.kit.writer.write
        if await write(lambda s: recipient.skip_some(s, row.id, why, now)):
            return True
        if row.state is NoticeState.RECALLED and await self._retract(row.id):
            return True
        await write(lambda s: notice_course.end(s, row, now))
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
        """Claim a group and let it go; tell whether there may be another now."""
        room = await self._room()
        if self._stopping:
            return False
        now = clock()
        group = await self.settling.beside(
            lambda s: address(s, self.renderings, self.cans, notice_id, room, now)
        )
        self.put(group.written)
        self.settling.on_the_way += len(group.copies)
        for copy in group.copies:
            task = asyncio.create_task(self._send(copy))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)
        return group.ended > 0 or (group.looked > 0 and not self._is_held)

    async def _room(self) -> int:
        """Wait for room to send a group; return for how many there is any by then."""
        await self.settling.until_at_most(IN_BULK - SPARE)
        free = min(GROUP, IN_BULK - self.settling.on_the_way)
        pace = self._pace
        if pace is None:
            return free
        enough = min(ENOUGH, max(1, int(pace.per_second / TICKS)))
        missing = enough - pace.room(time.monotonic())
        if missing > 0:
            await self._pause(missing / pace.per_second)
        return min(free, pace.room(time.monotonic()))

    @property
    def _pace(self) -> Pace | None:
        """The pace of the channel that has one for many at once."""
        return self.paces.get("telegram")

    @property
    def _is_held(self) -> bool:
        """Whether that channel has asked for a pause."""
        return self._pace is not None and self._pace.is_held(time.monotonic())

    async def _send(self, copy: Copy) -> None:
        try:
            settled = await self._try(copy)
        except Exception:
            log.exception("sending a notice failed in an unforeseen way")
            settled = over(copy, Fate.FAILED, "error")
        self.settling.note(settled)

    async def _try(self, copy: Copy) -> Settled:
        """Send once; return what became of it, or until when it is put back."""
        message = copy.message
        pace = self.paces.get(message.channel)
        seconds = await self._turn(copy, pace)
        if seconds:
            return put_back(copy, seconds)
        try:
            with self._timing[message.channel].time():
                external_id = await self.channels[message.channel].send(message)
        except Unreachable:
            return self._hold(copy, pace, UNREACHABLE_SECONDS)
        except Busy as later:
            return put_back(copy, later.seconds)
        except TryLater as later:
            return self._hold(copy, pace, later.seconds)
        except Uncertain:
            return over(copy, Fate.UNCERTAIN, "no_answer")
        except Stopped:
            # They may have another chat; if not, that is written down next.
            return put_back(copy, 0.0)._replace(stopped=True)
        except Refused as refused:
            return over(copy, Fate.FAILED, str(refused) or "refused")
        return over(copy, Fate.SENT, external_id=external_id)

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
        return put_back(copy, seconds)

    async def stop(self, seconds: float = 5.0) -> None:
        """Begin nothing new, finish what is on its way, and write it down."""
        self._stopped.set()
        self.settling.begin_to_stop()
        until = time.monotonic() + seconds
        if self._running:
            await asyncio.wait([self._running], timeout=seconds)
        if self._tasks:
            left = max(0.0, until - time.monotonic())
            await asyncio.wait(self._tasks, timeout=left)
        await self.settling.finish()
