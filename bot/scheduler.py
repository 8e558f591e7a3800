"""The clock: APScheduler wakes the sweeps; what is due is always a row.

Sweeps that only one process may run belong to the leader, who holds a lease.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from datetime import timedelta

from apscheduler.schedulers.asyncio import AsyncIOScheduler
from sqlalchemy import delete
from sqlmodel import Session, col

from bot import reminding
from bot.inbox import Inbox
from bot.kit import Kit, clock
from bot.outbox import Outbox
from models import lease, tries
from models.arrival import KEEP_DAYS, Arrival

log = logging.getLogger(__name__)


class Clock:
    """Wakes the sweeps; `leading` is set while this process is the leader."""

    def __init__(self, kit: Kit, inbox: Inbox, outbox: Outbox) -> None:
        self.kit, self.inbox, self.outbox = kit, inbox, outbox
        self.leading = asyncio.Event()
        self._scheduler = AsyncIOScheduler(timezone="UTC")

    async def start(self) -> None:
        """Begin to tick; the first look at the lease is at once."""
        await self.lead()
        for seconds, wake in (
            (2, self.lead),
            (1, self.remind),
            (1, self.outbox.sweep),
            (60, self.retry),
            (3600, self.forget),
        ):
            self._scheduler.add_job(
                _guarded(wake),
                "interval",
                seconds=seconds,
                max_instances=1,
                coalesce=True,
                misfire_grace_time=None,
            )
        self._scheduler.start()

    async def stop(self) -> None:
        """Stop ticking and let go of the lead."""
        if self._scheduler.running:
            self._scheduler.shutdown(wait=False)
        self.leading.clear()
        now = clock()
        await self.kit.writer.write(
            lambda session: lease.give_back(session, self.kit.process, now)
        )

    async def lead(self) -> None:
        """Take or renew the lead."""
        now, name = clock(), self.kit.process
        held = await self.kit.writer.write(
            lambda session: lease.take(
                session, lease.LEADER, name, now, lease.LEADER_SECONDS
            )
        )
        if held:
            self.leading.set()
        else:
            self.leading.clear()

    async def remind(self) -> None:
        """Say what is due."""
        if not self.leading.is_set():
            return
        cans = self.inbox.cans
        async for written in reminding.sweep(self.kit, cans, clock()):
            self.outbox.put(written)

    async def retry(self) -> None:
        """Try what could not be handled again."""
        if self.leading.is_set():
            await self.inbox.retry_poison()

    async def forget(self) -> None:
        """Drop keys of updates too old to come again, and tries that count no more."""
        now = clock()
        before = now - timedelta(days=KEEP_DAYS)

        def drop(session: Session) -> None:
            session.execute(delete(Arrival).where(col(Arrival.at) < before))
            tries.forget_old(session, now)

        if self.leading.is_set():
            await self.kit.writer.write(drop)


def _guarded(wake: Callable[[], Awaitable[None]]) -> Callable[[], Awaitable[None]]:
    """Return the same sweep; its failure is logged and tried again at the next tick."""

    async def run() -> None:
        try:
            await wake()
        except Exception:
            log.exception("a sweep failed and will be tried again")

    return run
