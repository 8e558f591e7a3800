"""The clock: a sweep that fails is logged, one that is cut short by a stop is not."""

from __future__ import annotations

import asyncio

import pytest

from bot.scheduler import _guarded


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
