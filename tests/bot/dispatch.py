"""Dispatch: a notice, its people and two channels, for tests of how it is sent."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

from sqlmodel import Session

from bot.addressing import GROUP
from bot.channels import (
    Can,
    Channel,
)
from bot.database import in_transaction
from bot.kit import Kit, clock
from bot.noticing import Noticing
from bot.pace import Pace
from bot.step import Written
from models.notice import Notice
from models.place import read_atlas
from models.recipient import Recipient
from models.staff import Staff
from tests.bot.mail import Post, until
from tests.models.cast import reviewer
from tests.models.noticing import fates, member, scheduled
from tests.programs import KEYRING

PAPER = Can(push=False, history=True, trusted=True)


class World:
    """A kit, two channels, and the notice that is sent."""

    def __init__(self, kit: Kit) -> None:
        self.kit = kit
        self.kit.atlas = in_transaction(kit.database, read_atlas)
        self.post = Post(can=Can(True, False, True, retracts=True))
        self.page = Post(name="paper", can=PAPER)
        self.written: list[Written] = []
        self.paces: dict[str, Pace] = {}
        self.noticing = self.process()
        self.staff_id = in_transaction(kit.database, lambda s: reviewer(s).id)
        self.notice_id = 0

    def process(self) -> Noticing:
        channels: dict[str, Channel] = {"post": self.post, "paper": self.page}
        return Noticing(self.kit, channels, self.paces, self.written.append)

    def member(self, address: str = "", channel: str = "post", **facts: Any) -> int:
        now = clock()
        return in_transaction(
            self.kit.database,
            lambda s: member(s, address, channel, KEYRING, now, **facts).id,
        )

    def people(self, many: int) -> None:
        for number in range(many):
            self.member(f"p{number}")

    def schedule(self, **facts: Any) -> None:
        facts = {"urgent": "停水", **facts}

        def write(session: Session) -> int:
            staff = session.get_one(Staff, self.staff_id)
            return scheduled(session, self.kit.atlas, staff, clock(), **facts).id

        self.notice_id = in_transaction(self.kit.database, write)

    def do(self, deed: Callable[..., object], *arguments: Any) -> Any:
        def act(session: Session) -> Any:
            row = session.get_one(Notice, self.notice_id)
            staff = session.get_one(Staff, self.staff_id)
            return deed(session, self.kit.atlas, staff, row, clock(), *arguments)

        return in_transaction(self.kit.database, act)

    def fates(self) -> dict[str, int]:
        with Session(self.kit.database.reading) as session:
            return fates(session, session.get_one(Notice, self.notice_id))

    @property
    def row(self) -> Notice:
        with Session(self.kit.database.reading) as session:
            return session.get_one(Notice, self.notice_id)

    def copy(self, worker_id: int) -> Recipient:
        with Session(self.kit.database.reading) as session:
            return session.get_one(Recipient, (self.notice_id, worker_id))

    async def work(self, noticing: Noticing | None = None) -> None:
        """Go round until there is nothing to do for now."""
        one = noticing or self.noticing
        while True:
            done = one.settling.is_done
            busy = await one.round()
            if done and one.settling.is_done and not busy:
                return
            await asyncio.sleep(0)

    @property
    def told(self) -> list[str]:
        return sorted(address for address, _ in self.post.sent)


Deed = Callable[[], Awaitable[None]]


def run(deed: Deed) -> None:
    asyncio.run(deed())  # type: ignore[arg-type]


async def begin_to_send(world: World) -> None:
    """Let a first group leave."""
    while not world.row.is_queued:
        await world.noticing.round()
    await world.noticing._send_group(world.notice_id)
    await until(lambda: len(world.post.begun) == GROUP)
