"""A server in a process of its own is driven over its control channel."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import pytest
from telegram import Bot
from telegram.error import RetryAfter

from . import TOKEN


class Remote:
    """The control channel of a running server."""

    def __init__(self, url: str, session: aiohttp.ClientSession) -> None:
        self.url = url
        self._base = url.removesuffix("/bot") + "/control/"
        self._session = session

    async def read(self, name: str) -> Any:
        async with self._session.get(self._base + name) as answer:
            return await answer.json()

    async def write(self, name: str, given: Any) -> int:
        async with self._session.post(self._base + name, json=given) as answer:
            return answer.status


@pytest.fixture
async def remote() -> AsyncIterator[Remote]:
    command = ["-m", "tests.telegram_server", "--port", "0", "--seed", "7"]
    process = await asyncio.create_subprocess_exec(
        sys.executable, *command, stdout=asyncio.subprocess.PIPE
    )
    assert process.stdout is not None
    url = (await process.stdout.readline()).decode().strip()
    async with aiohttp.ClientSession() as session:
        yield Remote(url, session)
    process.terminate()
    assert await process.wait() == 0


async def test_another_process_drives_the_server(remote: Remote) -> None:
    person = {"id": 11, "is_bot": False, "first_name": "王师傅"}
    chat = {"id": 11, "type": "private"}
    message = {"message_id": 1, "from": person, "chat": chat, "date": 1, "text": "您好"}
    assert await remote.write("updates", [{"message": message}]) == 200
    fault = {"kind": "flood", "retry_after": 9, "times": 1, "chat": 12}
    assert await remote.write("chats", [12]) == 200
    assert await remote.write("faults", [fault]) == 200
    assert await remote.write("delivery", {"redeliver": 0.5}) == 200
    async with Bot(TOKEN, base_url=remote.url) as bot:
        [update] = await bot.get_updates()
        assert update.effective_chat is not None
        await bot.send_message(update.effective_chat.id, "在")
        with pytest.raises(RetryAfter):
            await bot.send_message(12, "在")
    [effect] = await remote.read("effects")
    assert (effect["chat"], effect["text"]) == (11, "在")
    assert await remote.read("effects?since=1") == []
    assert await remote.read("refused") == []
    assert [one["code"] for one in await remote.read("faulted")] == [429]
    stats = await remote.read("stats")
    assert stats["calls"] == {"getMe": 1, "getUpdates": 1, "sendMessage": 2}


async def test_an_unknown_wish_is_not_found(remote: Remote) -> None:
    assert await remote.write("moon", []) == 404
    assert await remote.read("moon") is None
