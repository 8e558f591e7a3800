"""How long a reply waits while others send large documents over the chat page."""

from __future__ import annotations

import asyncio
import io
import time
import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import aiohttp

from tests.bench.paging import LIFTED, Visitor
from tests.papers import pdf
from tests.programs import program
from tests.telegram_server import Figures

SIZE = 10 << 20
PAUSE = 0.01


@dataclass
class Waits:
    """What replies took alone and beside uploads, and an upload itself."""

    alone: Figures = field(default_factory=Figures)
    beside: Figures = field(default_factory=Figures)
    uploads: Figures = field(default_factory=Figures)


def waits_of(figures: Figures) -> str:
    """Return the middle, the hundredth and the longest as they are printed."""
    return " / ".join(f"{figures.wait(percent):.0f}" for percent in (50, 99, 100))


async def documents(times: int, database: str = "") -> Waits:
    """Let one person talk while another sends so many documents, one by one."""
    limits = {**LIFTED, "web__upload_mb": 10}
    waits = Waits()
    with program(database, **limits) as made, made.serving():
        async with _visitor(made.url) as talker:
            alone = asyncio.create_task(asyncio.sleep(3))
            await _talk(talker, waits.alone, alone)
            send = partial(asyncio.run, _send(made.url, times, waits.uploads))
            # In a thread of its own: to send much is work for this side, too.
            sending = asyncio.create_task(asyncio.to_thread(send))
            await _talk(talker, waits.beside, sending)
            await sending
    return waits


@asynccontextmanager
async def _visitor(url: str) -> AsyncIterator[Visitor]:
    timeout = aiohttp.ClientTimeout(total=None)
    jar = aiohttp.DummyCookieJar()
    async with aiohttp.ClientSession(timeout=timeout, cookie_jar=jar) as web:
        one = Visitor(web, url, Figures())
        await one.come()
        await one.send(kind="hello")
        yield one


async def _talk(one: Visitor, waits: Figures, other: asyncio.Task[Any]) -> None:
    while not other.done():
        began = time.perf_counter()
        await one.send(kind="text", text="菜单")
        waits.note(began, time.perf_counter())
        await asyncio.sleep(PAUSE)


async def _send(url: str, times: int, uploads: Figures) -> None:
    data = pdf(size=SIZE - 200)
    async with _visitor(url) as one:
        for _ in range(times):
            for text in ("求助", "家里着急用钱"):
                await one.send(kind="text", text=text)
            began = time.perf_counter()
            await _upload(one, data)
            uploads.note(began, time.perf_counter())
            for text in ("取消", "删掉，不填了"):
                await one.send(kind="text", text=text)


async def _upload(one: Visitor, data: bytes) -> None:
    form = aiohttp.FormData({"id": uuid.uuid4().hex})
    form.add_field(
        "file", io.BytesIO(data), filename="a.pdf", content_type="application/pdf"
    )
    url = f"{one.url}/chat/document"
    async with one.web.post(url, data=form, headers=one.headers) as answer:
        assert answer.status == 200, await answer.text()
