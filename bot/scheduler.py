"""The clock: APScheduler wakes the sweeps; what is due is always a row.

Sweeps that only one process may run belong to the leader, who holds a lease.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable

from apscheduler.schedulers.asyncio import AsyncIOScheduler
from sqlmodel import Session

from bot import auditing, electing, importing, reminding, retaining
from bot.inbox import Inbox
from bot.kit import Kit, clock
from bot.outbox import Outbox
from models import lease, presence
from models.chain import Frontier
from models.rotation import name_applications

BREATH_SECONDS = 0.05
"""How long others may write before the next slice of applications is named."""

log = logging.getLogger(__name__)


class Clock:
    """Wakes the sweeps; `leading` is set while this process is the leader."""

    def __init__(self, kit: Kit, inbox: Inbox, outbox: Outbox) -> None:
        self.kit, self.inbox, self.outbox = kit, inbox, outbox
        self.leading = asyncio.Event()
        self._seen = Frontier()
        self._named: int | None = 0
        self._scheduler = AsyncIOScheduler(timezone="UTC")

    async def start(self) -> None:
        """Begin to tick; the first look at the lease is at once."""
        await self.lead()
        for seconds, wake in (
            (2, self.lead),
            (1, self.remind),
            (1, self.elect),
            (1, self.import_),
            (1, self.outbox.sweep),
            (60, self.retry),
            (3, self.seal),
            (10, self.name),
            (600, self.note),
            (600, self.retain),
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

        def leave(session: Session) -> None:
            lease.give_back(session, self.kit.process, now)
            presence.leave(session, self.kit.process, now)

        await self.kit.writer.write(leave)

    async def lead(self) -> None:
        """Say that this process is at work; take or renew the lead."""
        now, name = clock(), self.kit.process

        def take(session: Session) -> bool:
            self.kit.refresh(session, now)
            presence.announce(session, name, self.kit.keys, now)
            return lease.take(session, lease.LEADER, name, now, lease.LEADER_SECONDS)

        if await self.kit.writer.write(take):
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

    async def elect(self) -> None:
        """Close the votes that are over."""
        if self.leading.is_set():
            await electing.sweep(self.kit, clock())

    async def import_(self) -> None:
        """Look through, and write, the lists that were sent."""
        if self.leading.is_set():
            await importing.sweep(self.kit, clock())

    async def retry(self) -> None:
        """Try what could not be handled again."""
        if self.leading.is_set():
            await self.inbox.retry_poison()

    async def seal(self) -> None:
        """Link the audit entries written since into the chain."""
        if self.leading.is_set():
            self._seen = await auditing.seal(self.kit, self._seen)

    async def name(self) -> None:
        """Let applications of an older version be found by name, once."""
        while self.leading.is_set() and self._named is not None:
            after, keys = self._named, self.kit.keys
            done = await self.kit.writer.write(
                lambda s: name_applications(s, keys, after)  # noqa: B023
            )
            self._named = done.last if done else None
            await asyncio.sleep(BREATH_SECONDS)

    async def note(self) -> None:
        """Write the chain's head down, once a day."""
        if self.leading.is_set():
            await auditing.note_head(self.kit, clock())

    async def retain(self) -> None:
        """Drop what was kept long enough, once a night."""
        if self.leading.is_set():
            await retaining.sweep_nightly(self.kit, clock())


def _guarded(wake: Callable[[], Awaitable[None]]) -> Callable[[], Awaitable[None]]:
    """Return the same sweep; its failure is logged and tried again at the next tick.

    Cut short by a stop it has not failed: what is due waits for the next start.
    """

    async def run() -> None:
        try:
            await wake()
        except asyncio.CancelledError:
            return
        except Exception:
            log.exception("a sweep failed and will be tried again")

    return run
