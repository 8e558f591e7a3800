"""The clock: a sweep that fails is logged, one that is cut short by a stop is not."""

from __future__ import annotations

import asyncio

import pytest
from sqlmodel import select

from bot.database import Database, Writer
from bot.scheduler import Clock, _guarded
from models.application import Application
from models.rotation import behind
from tests.world import World


async def test_a_sweep_cut_short_by_a_stop_has_not_failed(
    caplog: pytest.LogCaptureFixture,
) -> None:
    begun = asyncio.Event()

    async def sweep() -> None:
        begun.set()
        await asyncio.Event().wait()

    running = asyncio.ensure_future(_guarded(sweep)())
    await begun.wait()
    running.cancel()
    await running
    assert caplog.records == []


async def test_a_sweep_that_fails_is_logged(caplog: pytest.LogCaptureFixture) -> None:
    async def sweep() -> None:
        raise ValueError

    await _guarded(sweep)()
    assert [record.getMessage() for record in caplog.records] == [
        "a sweep failed and will be tried again"
    ]


async def test_the_leader_names_applications_of_an_older_version(
    sqlite: Database,
) -> None:
    world = World(sqlite)
    world.fill("sure")
    world.say("提交")
    row = world.write(lambda s: s.exec(select(Application)).one())
    world.write(lambda s: setattr(s.get_one(Application, row.id), "name_tag", b""))
    clock = Clock(world.kit, None, None)  # type: ignore[arg-type]
    world.kit.writer = Writer(world.database)
    try:
        await clock.name()
        assert world.write(lambda s: behind(s, world.kit.keys)) == 1
        clock.leading.set()
        await clock.name()
        assert world.write(lambda s: behind(s, world.kit.keys)) == 0
    finally:
        world.kit.writer.close()
