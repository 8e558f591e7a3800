"""An ID number never passes through Telegram: our own form page takes it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import aiohttp
import pytest
import pytest_asyncio
from sqlalchemy import MetaData, select

from bot.database import Database
from tests.databases import Copy
from tests.people import ANSWERS, RECEIVED, RESIDENT_ID
from tests.telegram_server import Heard, Person, fill_in

from .running import Running, running

pytestmark = pytest.mark.asyncio(loop_scope="module")

ASKED = "身份证号（18 位）"


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def life(
    copies: Copy, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Running]:
    folder = tmp_path_factory.mktemp("links")
    async with running(copies, folder, telegram__private_answers="link") as made:
        yield made
        assert made.telegram.refused == []


def link_of(message: Heard) -> str:
    rows = message.raw["reply_markup"]["inline_keyboard"]
    return str(next(button["url"] for row in rows for button in row if "url" in button))


async def fill(link: str, value: str, **headers: str) -> tuple[int, str]:
    """Open the page of a link as a browser does and submit a value."""
    async with aiohttp.ClientSession() as browser:
        async with browser.get(link) as shown:
            if shown.status != 200:
                return shown.status, await shown.text()
        async with browser.post(link, data={"value": value}, headers=headers) as done:
            return done.status, await done.text()


async def asked_by_link(life: Running) -> tuple[Person, str]:
    worker = life.person()
    return worker, link_of(await life.join_until(worker, ASKED))


async def test_a_worker_joins_with_the_id_typed_on_our_own_page(life: Running) -> None:
    worker, link = await asked_by_link(life)
    status, page = await fill(link, RESIDENT_ID)
    assert (status, "谢谢" in page) == (200, True)
    asked = await worker.hear()
    assert "您的手机号" in asked.text
    await worker.say("13812345678")
    await fill_in(worker, ANSWERS, until=RECEIVED)
    (facts,) = life.applications(worker)
    assert facts["resident_id"] == RESIDENT_ID


async def test_a_wrong_id_is_refused_on_the_page_and_the_link_stays_good(
    life: Running,
) -> None:
    worker, link = await asked_by_link(life)
    status, page = await fill(link, "440106199003070002")
    assert status == 422
    assert "可能写错了一位" in page
    assert worker.unheard() == []
    assert (await fill(link, RESIDENT_ID))[0] == 200


async def test_a_link_works_once(life: Running) -> None:
    worker, link = await asked_by_link(life)
    await fill(link, RESIDENT_ID)
    await worker.hear()
    status, page = await fill(link, RESIDENT_ID)
    assert (status, "已失效" in page or "过期" in page) == (410, True)
    assert worker.unheard() == []


async def test_a_page_of_another_site_sends_no_form(life: Running) -> None:
    worker, link = await asked_by_link(life)
    ours = link.partition("/form/")[0]
    for origin in ("https://evil.example", "null", f"{ours}.evil.example"):
        assert (await fill(link, RESIDENT_ID, Origin=origin))[0] == 403
    assert worker.unheard() == []
    assert (await fill(link, RESIDENT_ID, Origin=ours))[0] == 200


async def test_an_id_typed_into_the_chat_is_kept_nowhere(life: Running) -> None:
    worker, _ = await asked_by_link(life)
    typed = "11010519491231002X"
    for text in (
        typed,
        "我的号码是 11010519491231002X",
        "１１０１０５１９４９１２３１００２Ｘ",
    ):
        await worker.say(text)
        assert "没有保存" in (await worker.hear()).text
    await life.settled(worker)
    for hidden in ("194912310", "１９４９"):
        assert hidden not in life.program.output
        assert hidden.encode() not in everything(life.database)


def everything(database: Database) -> bytes:
    """Return all bytes of a database: each cell, and of SQLite also its files."""
    tables = MetaData()
    tables.reflect(database.reading)
    with database.reading.connect() as connection:
        rows = [
            cell
            for table in tables.tables.values()
            for row in connection.execute(select(table))
            for cell in row
        ]
    return b"\n".join([*map(_bytes, rows), *_files(database)])


def _bytes(cell: object) -> bytes:
    return bytes(cell) if isinstance(cell, bytes | memoryview) else str(cell).encode()


def _files(database: Database) -> list[bytes]:
    name = database.writing.url.database
    if not database.is_sqlite or name is None:
        return []
    folder = Path(name).parent
    return [path.read_bytes() for path in folder.glob(f"{Path(name).name}*")]
