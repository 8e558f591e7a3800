"""Lanes and polling: each person in order, nobody behind another's file, none lost."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from typing import Any

import orjson
import pytest
from starlette.requests import Request
from starlette.responses import Response

from bot.channels.telegram import Telegram
from bot.channels.telegram.lanes import Lanes
from bot.channels.telegram.polling import Polling
from bot.channels.telegram.read import Update
from bot.config import Config
from bot.sections import Telegram as Settings
from handlers.turn import Incoming
from models.document import PDF
from tests.papers import Cabinet, pdf
from tests.programs import TOKEN
from tests.telegram_server import TelegramServer

ANNA, BO = 11, 12
SECRET = "a-secret-of-the-webhook"


def said(number: int, who: int, **more: Any) -> Update:
    chat = {"id": who, "type": "private"}
    content = more or {"text": "您好"}
    return {
        "update_id": number,
        "message": {"chat": chat, "from": {"id": who}, **content},
    }


def filed(number: int, who: int) -> Update:
    return said(number, who, document={"file_id": "1", "mime_type": PDF})


class Desk:
    """Reads and takes updates, those held back when told; notes what it did."""

    def __init__(self) -> None:
        self.done: list[str] = []
        self.held: dict[int, asyncio.Event] = {}

    @property
    def taken(self) -> list[str]:
        """Give what was taken, batch by batch."""
        return [one for one in self.done if one.startswith("take")]

    def hold(self, number: int) -> asyncio.Event:
        """Let an update not be read until the event is set."""
        return self.held.setdefault(number, asyncio.Event())

    async def read(self, update: Update) -> Incoming | None:
        """Read an update; a sticker is nothing to anybody."""
        number = update["update_id"]
        self.done.append(f"read {number}")
        if number in self.held:
            await self.held[number].wait()
        who = str(update["message"]["from"]["id"])
        incoming = Incoming("telegram", "1", who, str(number), "text")
        return None if "sticker" in update["message"] else incoming

    async def take(self, batch: Sequence[Incoming]) -> None:
        """Take updates."""
        self.done.append("take " + " ".join(incoming.key for incoming in batch))


class Broken(Desk):
    """Cannot take anything."""

    async def take(self, batch: Sequence[Incoming]) -> None:
        """Fail."""
        raise ConnectionError


async def test_an_update_is_read_once_the_one_before_is_taken() -> None:
    desk = Desk()
    lanes = Lanes(desk.read, desk.take)
    held = desk.hold(1)
    tasks = [lanes.put(one) for one in (filed(1, ANNA), said(2, ANNA), said(3, BO))]
    await tasks[2]
    assert desk.done == ["read 1", "read 3", "take 3"]
    assert lanes.is_open(str(ANNA))
    held.set()
    await tasks[1]
    assert desk.done[3:] == ["take 1", "read 2", "take 2"]
    assert not lanes.is_open(str(ANNA))


async def test_what_is_nothing_to_anybody_is_not_taken() -> None:
    desk = Desk()
    await Lanes(desk.read, desk.take).put(said(1, ANNA, sticker={}))
    assert desk.done == ["read 1"]


async def test_nothing_overtakes_what_failed() -> None:
    desk = Broken()
    lanes = Lanes(desk.read, desk.take)
    first, second = lanes.put(filed(1, ANNA)), lanes.put(said(2, ANNA))
    with pytest.raises(ConnectionError):
        await second
    assert isinstance(first.exception(), ConnectionError)
    assert desk.done == ["read 1"]


async def test_what_is_in_a_lane_is_not_acknowledged() -> None:
    desk = Desk()
    polling = Polling(desk.read, desk.take)
    assert polling.offset() is None
    held = desk.hold(1)
    some = [filed(1, ANNA), said(2, BO)]
    assert await polling.take(some) == some
    assert polling.offset() == 1
    more = [said(3, ANNA), said(4, BO)]
    assert await polling.take([*some, *more]) == more
    assert desk.taken == ["take 2", "take 4"]
    held.set()
    assert await polling.take([*some, *more]) == []
    assert polling.offset() == 3
    assert await polling.take(more) == []
    assert polling.offset() == 5
    assert desk.taken[2:] == ["take 1", "take 3"]


async def test_those_without_files_are_taken_as_one_batch() -> None:
    desk = Desk()
    polling = Polling(desk.read, desk.take)
    await polling.take([said(1, ANNA), said(2, BO), said(3, ANNA)])
    assert desk.taken == ["take 1 2 3"]
    assert polling.offset() == 4
    assert await polling.take([]) == []
    assert polling.offset() == 4


async def test_numbers_that_begin_anew_are_followed() -> None:
    desk = Desk()
    polling = Polling(desk.read, desk.take)
    await polling.take([said(900, ANNA)])
    assert polling.offset() == 901
    await polling.take([said(5, ANNA)])
    assert polling.offset() == 6


async def test_what_a_lane_cannot_take_ends_the_polling() -> None:
    desk = Broken()
    polling = Polling(desk.read, desk.take)
    await polling.take([filed(1, ANNA)])
    await polling.take([filed(1, ANNA)])
    with pytest.raises(ConnectionError):
        polling.offset()
    await polling.end()


async def test_what_is_in_a_lane_at_the_end_is_given_up() -> None:
    desk = Desk()
    polling = Polling(desk.read, desk.take)
    desk.hold(1)
    await polling.take([filed(1, ANNA), said(2, ANNA)])
    await polling.end()
    assert not desk.taken


class Slow(Cabinet):
    """Keeps a document when it is let."""

    def __init__(self) -> None:
        super().__init__(owner=7)
        self.let = asyncio.Event()

    async def keep(self, worker_id: int, name: str, data: bytes) -> int:
        """Keep a document once that is let."""
        await self.let.wait()
        return await super().keep(worker_id, name, data)


@pytest.fixture
async def server() -> AsyncIterator[TelegramServer]:
    async with TelegramServer(token=TOKEN) as server:
        yield server


@pytest.fixture
def cabinet() -> Slow:
    return Slow()


def made(server: TelegramServer, cabinet: Slow, mode: str = "polling") -> Telegram:
    settings = Settings.model_validate(
        {
            "token": TOKEN,
            "base_url": server.url,
            "private_answers": "typed",
            "mode": mode,
            "webhook_secret": SECRET,
        }
    )
    return Telegram(Config.model_construct(telegram=settings), cabinet)


async def test_who_writes_one_poll_later_does_not_wait_for_a_file(
    server: TelegramServer, cabinet: Slow, monkeypatch: pytest.MonkeyPatch
) -> None:
    telegram = made(server, cabinet)
    monkeypatch.setattr("bot.channels.telegram.polling.WAIT_SECONDS", 0.01)
    taken: asyncio.Queue[str] = asyncio.Queue()

    async def take(batch: Sequence[Incoming]) -> None:
        for incoming in batch:
            taken.put_nowait(f"{incoming.address} {incoming.kind}")

    poll = asyncio.create_task(telegram.poll(take))
    await server.person(BO).say("入会")
    assert await taken.get() == "12 text"
    await server.person(ANNA).send_document(pdf(), "a.pdf", PDF)
    await server.person(ANNA).say("好了")
    await server.person(BO).say("张三")
    assert await taken.get() == "12 text"
    await server.person(BO).say("取消")
    assert await taken.get() == "12 text"
    assert server.intake.pending == 4
    cabinet.let.set()
    assert await taken.get() == "11 document"
    assert await taken.get() == "11 text"
    await server.drained()
    poll.cancel()
    await asyncio.gather(poll, return_exceptions=True)
    assert taken.empty()
    await telegram.close()


async def test_words_sent_by_webhook_wait_for_the_file_before_them(
    server: TelegramServer, cabinet: Slow
) -> None:
    telegram = made(server, cabinet, "webhook")
    taken: list[str] = []

    async def take(batch: Sequence[Incoming]) -> None:
        taken.extend(incoming.key for incoming in batch)

    (route,) = telegram.routes(take)

    async def post(update: Update) -> Response:
        async def receive() -> dict[str, Any]:
            return {"type": "http.request", "body": orjson.dumps(update)}

        name = b"x-telegram-bot-api-secret-token"
        scope = {"type": "http", "method": "POST", "headers": [(name, SECRET.encode())]}
        answer: Response = await route.endpoint(Request(scope, receive))
        return answer

    first = asyncio.create_task(post(filed(1, ANNA)))
    second = asyncio.create_task(post(said(2, ANNA)))
    assert (await post(said(3, BO))).status_code == 200
    cabinet.let.set()
    assert (await second).status_code == 200
    assert first.done()
    assert taken == ["3", "1", "2"]
    await telegram.close()
