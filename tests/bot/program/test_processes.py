"""Several processes on one PostgreSQL database: one leads, all keep a chat's order."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from sqlmodel import select

from models.arrival import Poison
from models.lease import LEADER, Lease
from models.message import Fate
from tests.databases import Copy

from .running import Running, process, running, until
from .test_webhook import WEBHOOK, post, update

pytestmark = pytest.mark.asyncio(loop_scope="function")


@asynccontextmanager
async def pair(
    copies: Copy, folder: Path, **settings: object
) -> AsyncIterator[tuple[Running, Running]]:
    """Run two processes, first and second, beside each other."""
    one = {"product__process": "first", **settings}
    two = {"product__process": "second", **settings}
    async with (
        running(copies, folder / "first", **one) as first,
        process(folder / "second", first.telegram, first.database, **two) as second,
    ):
        yield first, second


@pytest.fixture(autouse=True)
def folders(tmp_path: Path) -> None:
    for name in ("first", "second"):
        (tmp_path / name).mkdir()


def leader(life: Running) -> str:
    return life.look(lambda s: s.get_one(Lease, LEADER).holder)


async def test_only_the_leader_polls_and_another_follows_a_killed_one(
    postgresql_copies: Copy, tmp_path: Path
) -> None:
    async with pair(postgresql_copies, tmp_path) as (first, second):
        worker = first.person(timeout=60.0)
        await worker.say("你好")
        await worker.hear()
        assert leader(first) == "first"
        assert first.telegram.faulted == []
        await first.kill()
        await worker.say("菜单")
        heard = await worker.hear()
        if (
            "您想办什么" not in heard.text
        ):  # the kill came before the greeting was marked
            heard = await worker.hear()
        assert "您想办什么" in heard.text
        assert leader(second) == "second"
        assert len(await second.settled(worker)) == 2


async def test_who_is_asked_to_stop_gives_the_lead_away_at_once(
    postgresql_copies: Copy, tmp_path: Path
) -> None:
    async with pair(postgresql_copies, tmp_path) as (first, second):
        worker = first.person()
        await worker.say("你好")
        await worker.hear()
        assert await first.stop() == 0
        stopped = first.telegram.clock()
        await worker.say("菜单")
        await worker.hear()
        assert first.telegram.clock() - stopped < 5
        assert leader(second) == "second"


async def test_a_chat_s_order_is_kept_behind_two_webhooks(
    postgresql_copies: Copy, tmp_path: Path
) -> None:
    async with pair(postgresql_copies, tmp_path, **WEBHOOK) as both:
        first = both[0]
        first.telegram.faults.add("slow", method="sendMessage", delay=0.15)
        people = [first.person() for _ in range(4)]

        async def talk(chat: int, turns: Iterator[Running]) -> None:
            for number in range(8):
                sent = update(first, f"第{number}句", chat)
                assert await post(next(turns), sent) == 200

        await asyncio.gather(*(talk(p.chat.id, itertools.cycle(both)) for p in people))
        for person in people:
            await until(lambda p=person: len(first.messages(p)) == 8)  # type: ignore[misc]
            rows = await first.settled(person)
            assert {row.fate for row in rows} == {Fate.SENT}
            arrived = [int(row.external_id or 0) for row in rows]
            assert arrived == sorted(arrived)
            assert len(set(arrived)) == 8


async def test_what_a_dead_process_left_is_taken_back_when_it_returns(
    postgresql_copies: Copy, tmp_path: Path
) -> None:
    async with pair(postgresql_copies, tmp_path, **WEBHOOK) as (first, _):
        first.telegram.faults.add("slow", method="sendMessage", delay=30, times=1)
        worker = first.person()
        await post(first, update(first, "你好", worker.chat.id))
        await until(lambda: first.telegram.calls["sendMessage"] == 1)
        await first.kill()
        await first.start()
        (row,) = await first.settled(worker)
        assert (row.fate, row.attempt, row.holder) == (Fate.SENT, 2, "first")


async def test_a_first_contact_that_reaches_two_processes_at_once_is_no_poison(
    postgresql_copies: Copy, tmp_path: Path
) -> None:
    async with pair(postgresql_copies, tmp_path, **WEBHOOK) as both:
        first = both[0]
        people = [first.person() for _ in range(12)]
        for person in people:
            sent = [update(first, "你好", person.chat.id) for _ in both]
            statuses = await asyncio.gather(*map(post, both, sent))
            assert statuses == [200, 200]
        for person in people:
            assert len(await first.settled(person)) == 2
        assert first.look(lambda s: s.exec(select(Poison)).all()) == []
