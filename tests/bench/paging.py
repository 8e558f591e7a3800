"""The chat page under load: people who send over HTTP and read their stream."""

from __future__ import annotations

import asyncio
import time
import uuid
from collections.abc import AsyncIterator
from http.cookies import SimpleCookie
from typing import Any

import aiohttp
import orjson

from tests.programs import Program, program
from tests.telegram_server import Figures
from tests.torture.joining import driver, receipt

COOKIE = "zhigong"
LIFTED: dict[str, object] = {
    "page__per_minute": 100_000,
    "page__burst": 100_000,
    "page__new_per_minute": 100_000,
    "product__log_level": "WARNING",
}
"""One machine plays everybody here, so the limits of one visitor must not hold."""

PATIENCE = 60.0
Message = dict[str, Any]


class Visitor:
    """One person with the chat page open."""

    def __init__(self, web: aiohttp.ClientSession, url: str, figures: Figures) -> None:
        self.web, self.url, self.figures = web, url, figures
        self.headers = {"X-Requested-With": "zhigong"}

    async def come(self) -> None:
        """Open the page and keep the cookie that is the chat."""
        async with self.web.get(f"{self.url}/") as answer:
            token = SimpleCookie(answer.headers["Set-Cookie"])[COOKIE].value
        self.headers["Cookie"] = f"{COOKIE}={token}"

    async def join(self, number: int) -> None:
        """Fill the form in, each answer once the question is on the stream."""
        await self.come()
        asked = await self.send(kind="text", text="入会")
        url = f"{self.url}/chat/stream?after=0"
        async with self.web.get(url, headers=self.headers) as stream:
            heard = _bot_messages(stream)
            for question in driver(number):
                message = await self._hear(heard, asked, question.words)
                if question.how == "press":
                    press = _press(message, question.answer)
                    asked = await self.send(kind="press", press=press)
                else:
                    asked = await self.send(kind="text", text=question.answer)
            await self._hear(heard, asked, receipt())
        self.figures.finished += 1

    async def _hear(
        self, heard: AsyncIterator[Message], asked: float, words: str
    ) -> Message:
        message = await asyncio.wait_for(anext(heard), PATIENCE)
        self.figures.note(asked, time.time())
        said = f"{message.get('title', '')}\n{message['text']}"
        assert words in said, f"{said[:60]!r} instead of {words[:30]!r}"
        return message

    async def send(self, **said: str) -> float:
        """Say something; give when."""
        began = time.time()
        body = orjson.dumps({"id": uuid.uuid4().hex, **said})
        url = f"{self.url}/chat/send"
        async with self.web.post(url, data=body, headers=self.headers) as answer:
            assert answer.status == 200, await answer.text()
        return began


async def _bot_messages(stream: aiohttp.ClientResponse) -> AsyncIterator[Message]:
    """Read the messages of the bot out of a stream of events."""
    async for line in stream.content:
        if line.startswith(b"data: {"):
            message: Message = orjson.loads(line[6:])
            if message["side"] == "bot":
                yield message


def _press(message: Message, label: str) -> str:
    choices = message["choices"]
    exact = [c["press"] for c in choices if c["label"] == label]
    found = exact or [c["press"] for c in choices if label in c["label"]]
    assert len(found) == 1, choices
    return str(found[0])


async def page(people: int, joins: int, database: str = "") -> Figures:
    """Let so many people join through the chat page."""
    with program(database, **LIFTED) as made, made.serving():
        return await _crowd(made, people, joins)


async def _crowd(made: Program, people: int, joins: int) -> Figures:
    figures = Figures()
    numbers = iter(range(joins))
    connector = aiohttp.TCPConnector(limit=0)
    timeout = aiohttp.ClientTimeout(total=None)
    async with aiohttp.ClientSession(
        connector=connector, timeout=timeout, cookie_jar=aiohttp.DummyCookieJar()
    ) as web:

        async def go() -> None:
            for number in numbers:
                await Visitor(web, made.url, figures).join(number)

        await asyncio.gather(*(go() for _ in range(people)))
    return figures
