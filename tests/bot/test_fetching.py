"""Pictures are fetched from Telegram before their update is handled."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from bot.channels.telegram import PICTURE_TRIES, Telegram
from bot.config import Config
from bot.sections import Telegram as Settings
from handlers.turn import Incoming
from tests.programs import TOKEN
from tests.telegram_server import Kind, TelegramServer
from tests.torture.joining import photo


@pytest.fixture
async def server() -> AsyncIterator[TelegramServer]:
    async with TelegramServer(token=TOKEN) as server:
        yield server


@pytest.fixture
async def telegram(server: TelegramServer) -> AsyncIterator[Telegram]:
    settings = Settings.model_validate(
        {"token": TOKEN, "base_url": server.url, "private_answers": "typed"}
    )
    telegram = Telegram(Config(telegram=settings))
    yield telegram
    await telegram.close()


async def received(server: TelegramServer, telegram: Telegram) -> list[Incoming]:
    person = server.person(11)
    await person.say("入会")
    await person.send_photo(photo())
    await person.say("好了")
    return await telegram._read(server.updates.get())


@pytest.mark.parametrize("kind", [Kind.ERROR_BEFORE, Kind.RESET, Kind.REFUSE])
async def test_a_fault_in_between_is_tried_again(
    server: TelegramServer, telegram: Telegram, kind: Kind
) -> None:
    server.faults.add(kind, method="getFile", times=PICTURE_TRIES - 1)
    found = await received(server, telegram)
    assert [incoming.kind for incoming in found] == ["text", "photo", "text"]
    assert found[1].data.startswith(b"\xff\xd8")


@pytest.mark.parametrize(
    ("kind", "calls"), [(Kind.ERROR_BEFORE, PICTURE_TRIES), (Kind.BAD_REQUEST, 1)]
)
async def test_a_picture_that_does_not_come_is_given_up(
    server: TelegramServer, telegram: Telegram, kind: Kind, calls: int
) -> None:
    server.faults.add(kind, method="getFile")
    found = await received(server, telegram)
    assert found[1].kind == "photo"
    assert found[1].data == b""
    assert server.calls["getFile"] == calls
