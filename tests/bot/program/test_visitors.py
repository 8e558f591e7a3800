"""Visitors who ask for too much of the real program get little, and harm nobody."""

from __future__ import annotations

import resource
import secrets
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack

import aiohttp
import psutil
import pytest

from bot.channels.page import STREAMS
from tests.databases import SEEDED, Copy, url_of
from tests.programs import Program, program


@pytest.fixture
def served(sqlite_copies: Copy) -> Iterator[Program]:
    with (
        sqlite_copies(SEEDED) as database,
        program(url_of(database), page__streams=STREAMS + 2) as made,
        made.serving(),
    ):
        yield made


@pytest.fixture
async def web(served: Program) -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession(served.url) as session:
        yield session


def visitor() -> dict[str, str]:
    cookie = f"zhigong={secrets.token_urlsafe(32)}"
    return {"Cookie": cookie, "X-Requested-With": "zhigong"}


async def stream(
    web: aiohttp.ClientSession, held: AsyncExitStack, who: dict[str, str]
) -> int:
    """Ask for a stream and hold it open; return the status."""
    answer = await held.enter_async_context(web.get("/chat/stream", headers=who))
    if answer.status == 200:
        await answer.content.readline()  # it is open once it has spoken
    return answer.status


async def test_one_browser_holds_only_so_many_streams(
    web: aiohttp.ClientSession,
) -> None:
    greedy, other = visitor(), visitor()
    async with AsyncExitStack() as held:
        asked = [await stream(web, held, greedy) for _ in range(STREAMS + 2)]
        assert asked == [200] * STREAMS + [503] * 2
        assert await stream(web, held, other) == 200


async def test_all_browsers_together_hold_only_so_many(
    web: aiohttp.ClientSession,
) -> None:
    async with AsyncExitStack() as held:
        asked = [await stream(web, held, visitor()) for _ in range(STREAMS + 3)]
        assert asked[-2:] == [200, 503]
        async with web.get("/healthz") as answer:
            assert answer.status == 200


@pytest.mark.parametrize("number", [2**31, 2**63, 10**30, -1, "1x"])
async def test_a_number_no_chat_has_is_refused(
    web: aiohttp.ClientSession, number: object
) -> None:
    body = {"number": number}
    async with web.post("/chat/shown", json=body, headers=visitor()) as answer:
        assert answer.status == 400


async def test_who_has_no_chat_marks_nothing(web: aiohttp.ClientSession) -> None:
    body = {"number": 5}
    async with web.post("/chat/shown", json=body, headers=visitor()) as answer:
        assert answer.status == 200


def test_the_program_may_open_as_many_files_as_the_system_allows(
    served: Program,
) -> None:
    allowed, most = psutil.Process(served.pid).rlimit(resource.RLIMIT_NOFILE)
    assert allowed == min(65_536, most) or most == resource.RLIM_INFINITY
