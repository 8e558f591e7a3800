"""A strict server, the stock bot at it, and one person in a chat."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
from telegram import Bot
from telegram.request import HTTPXRequest

from . import Person, TelegramServer


@pytest.fixture
async def server() -> AsyncIterator[TelegramServer]:
    async with TelegramServer(strict=True, seed=1, webhook_wait=0.01) as server:
        yield server


@pytest.fixture
async def bot(server: TelegramServer) -> AsyncIterator[Bot]:
    bot = Bot(
        server.token,
        base_url=server.url,
        base_file_url=server.file_url,
        request=HTTPXRequest(read_timeout=0.3, connect_timeout=0.3),
        get_updates_request=HTTPXRequest(connection_pool_size=2),
    )
    async with bot:
        yield bot


@pytest.fixture(autouse=True)
def telegram_counts_in_timedelta(monkeypatch: pytest.MonkeyPatch) -> None:
    # The library warns until it is told to; a warning is an error here.
    monkeypatch.setenv("PTB_TIMEDELTA", "true")


@pytest.fixture
def person(server: TelegramServer) -> Person:
    return server.person(11, "王师傅")
