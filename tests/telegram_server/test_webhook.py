"""A webhook gets each update with its secret, in order, until it says 2xx."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field

import pytest
from aiohttp import web
from telegram import Bot, Update
from telegram.error import BadRequest, Conflict

from . import TelegramServer

SECRET = "a-secret"


@dataclass
class Receiver:
    """A web application that takes updates and may refuse them."""

    url: str = ""
    updates: list[Update] = field(default_factory=list)
    attempts: int = 0
    refusals: int = 0
    came: asyncio.Event = field(default_factory=asyncio.Event)

    async def take(self, request: web.Request) -> web.Response:
        assert request.headers["X-Telegram-Bot-Api-Secret-Token"] == SECRET
        self.attempts += 1
        self.came.set()
        if self.refusals:
            self.refusals -= 1
            return web.Response(status=503)
        self.updates.append(Update.de_json(await request.json(), None))
        return web.Response()

    async def texts(self, count: int) -> list[str | None]:
        async with asyncio.timeout(5):
            while len(self.updates) < count:
                self.came.clear()
                await self.came.wait()
        return [one.message.text for one in self.updates if one.message]


@pytest.fixture
async def receiver() -> AsyncIterator[Receiver]:
    receiver = Receiver()
    application = web.Application()
    application.router.add_post("/", receiver.take)
    runner = web.AppRunner(application)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    receiver.url = f"http://127.0.0.1:{runner.addresses[0][1]}/"
    yield receiver
    await runner.cleanup()


async def test_updates_are_posted_in_the_order_of_their_chat(
    server: TelegramServer, bot: Bot, receiver: Receiver
) -> None:
    people = [server.person(chat) for chat in (11, 12)]
    await people[0].say("11:0")
    await bot.set_webhook(receiver.url, secret_token=SECRET)
    for number in range(1, 20):
        for person in people:
            await person.say(f"{person.chat.id}:{number}")
    texts = await receiver.texts(39)
    assert [t for t in texts if t and t[:2] == "11"] == [f"11:{n}" for n in range(20)]


async def test_an_update_comes_again_until_it_is_accepted(
    server: TelegramServer, bot: Bot, receiver: Receiver
) -> None:
    receiver.refusals = 2
    await bot.set_webhook(receiver.url, secret_token=SECRET)
    person = server.person(11)
    await person.say("一")
    await person.say("二")
    assert await receiver.texts(2) == ["一", "二"]
    await server.drained()
    assert receiver.attempts == 4
    info = await bot.get_webhook_info()
    assert info.url == receiver.url
    assert info.last_error_message == "Wrong response from the webhook: HTTP status 503"


async def test_an_update_is_repeated_on_demand(
    server: TelegramServer, bot: Bot, receiver: Receiver
) -> None:
    server.updates.delivery.redeliver = 1.0
    await bot.set_webhook(receiver.url, secret_token=SECRET)
    await server.person(11).say("一")
    texts = await receiver.texts(2)
    assert set(texts) == {"一"}
    assert len({one.update_id for one in receiver.updates}) == 1


async def test_polling_and_webhook_exclude_each_other(
    server: TelegramServer, bot: Bot, receiver: Receiver
) -> None:
    await bot.set_webhook(receiver.url, secret_token=SECRET)
    with pytest.raises(Conflict, match="webhook is active"):
        await bot.get_updates()
    await bot.delete_webhook()
    assert await bot.get_updates() == ()


async def test_what_a_webhook_did_not_take_waits_for_a_poll(
    server: TelegramServer, bot: Bot, receiver: Receiver
) -> None:
    receiver.refusals = 1_000_000
    await bot.set_webhook(receiver.url, secret_token=SECRET)
    await server.person(11).say("一")
    await receiver.came.wait()
    assert (await bot.get_webhook_info()).pending_update_count == 1
    await bot.delete_webhook()
    [update] = await bot.get_updates(timeout=5)
    assert update.message is not None
    assert update.message.text == "一"


async def test_deleting_a_webhook_may_drop_what_waits(
    server: TelegramServer, bot: Bot
) -> None:
    await server.person(11).say("一")
    await bot.delete_webhook(drop_pending_updates=True)
    assert await bot.get_updates() == ()


async def test_a_webhook_elsewhere_needs_https(bot: Bot) -> None:
    with pytest.raises(BadRequest, match="https url must be provided"):
        await bot.set_webhook("http://example.org/")
