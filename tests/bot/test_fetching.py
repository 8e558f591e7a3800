"""Pictures are fetched from Telegram before their update is handled."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest
from sqlalchemy.exc import OperationalError

from bot.channels.telegram import Telegram
from bot.channels.telegram.fetching import AT_ONCE, TRIES, Fetching
from bot.config import Config
from bot.sections import Telegram as Settings
from handlers.turn import Incoming
from models.document import PDF
from models.sealing import CannotOpen
from tests.papers import Cabinet, pdf
from tests.programs import TOKEN
from tests.telegram_server import Kind, TelegramServer
from tests.torture.joining import photo


@pytest.fixture
async def server() -> AsyncIterator[TelegramServer]:
    async with TelegramServer(token=TOKEN) as server:
        yield server


@pytest.fixture
def cabinet() -> Cabinet:
    """Give a place where worker 7 is to be kept whatever is sent."""
    return Cabinet(owner=7)


@pytest.fixture
async def telegram(server: TelegramServer, cabinet: Cabinet) -> AsyncIterator[Telegram]:
    settings = Settings.model_validate(
        {"token": TOKEN, "base_url": server.url, "private_answers": "typed"}
    )
    telegram = Telegram(Config(telegram=settings), cabinet)
    yield telegram
    await telegram.close()


async def read(server: TelegramServer, telegram: Telegram) -> list[Incoming]:
    found = [await telegram._fetching.read(one) for one in server.updates.get()]
    return [incoming for incoming in found if incoming is not None]


async def received(server: TelegramServer, telegram: Telegram) -> list[Incoming]:
    person = server.person(11)
    await person.say("入会")
    await person.send_photo(photo())
    await person.say("好了")
    return await read(server, telegram)


@pytest.mark.parametrize("kind", [Kind.ERROR_BEFORE, Kind.RESET, Kind.REFUSE])
async def test_a_fault_in_between_is_tried_again(
    server: TelegramServer, telegram: Telegram, kind: Kind
) -> None:
    server.faults.add(kind, method="getFile", times=TRIES - 1)
    found = await received(server, telegram)
    assert [incoming.kind for incoming in found] == ["text", "photo", "text"]
    assert found[1].data.startswith(b"\xff\xd8")


@pytest.mark.parametrize(
    ("kind", "calls"), [(Kind.ERROR_BEFORE, TRIES), (Kind.BAD_REQUEST, 1)]
)
async def test_a_picture_that_does_not_come_is_given_up(
    server: TelegramServer, telegram: Telegram, kind: Kind, calls: int
) -> None:
    server.faults.add(kind, method="getFile")
    found = await received(server, telegram)
    assert found[1].kind == "photo"
    assert found[1].data == b""
    assert server.calls["getFile"] == calls


async def sent(
    server: TelegramServer, telegram: Telegram, data: bytes, name: str, mime: str = PDF
) -> Incoming:
    await server.person(11).send_document(data, name, mime)
    (found,) = await read(server, telegram)
    return found


async def test_a_document_is_kept_before_it_is_told(
    server: TelegramServer, telegram: Telegram, cabinet: Cabinet
) -> None:
    found = await sent(server, telegram, pdf(), "工资条.pdf")
    assert (found.kind, found.file, found.text) == ("document", 1, "")
    assert cabinet.kept == [(7, "工资条.pdf", pdf())]


@pytest.mark.parametrize(
    ("data", "name", "mime", "fault"),
    [
        (b"MZ\x90", "setup.exe", "application/octet-stream", "type"),
        (b"MZ\x90", "setup.pdf", "application/octet-stream", "type"),
        (b"PK\3\4", "合同.docx", "application/msword", "type"),
        (pdf(size=9 << 20), "扫描.pdf", PDF, "large:8"),
        (pdf(b"/Encrypt 4 0 R "), "a.pdf", PDF, "locked"),
    ],
)
async def test_what_will_not_do_is_told_and_not_kept(
    server: TelegramServer,
    telegram: Telegram,
    cabinet: Cabinet,
    data: bytes,
    name: str,
    mime: str,
    fault: str,
) -> None:
    found = await sent(server, telegram, data, name, mime)
    assert (found.kind, found.text, found.file) == ("document", fault, 0)
    assert cabinet.kept == []


async def test_what_telegram_hands_out_to_nobody_is_too_large(
    server: TelegramServer, telegram: Telegram, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Cabinet, "most", 100 << 20)
    found = await sent(server, telegram, pdf(size=20 << 20), "扫描.pdf")
    assert found.text == "large:20"
    assert server.calls["getFile"] == 0


async def test_what_nobody_wants_is_not_fetched(
    server: TelegramServer, telegram: Telegram, cabinet: Cabinet
) -> None:
    cabinet.owner = 0
    found = await sent(server, telegram, pdf(), "工资条.pdf")
    assert (found.kind, found.text, found.file) == ("document", "", 0)
    assert server.calls["getFile"] == 0


async def test_a_document_that_does_not_come_is_told(
    server: TelegramServer, telegram: Telegram
) -> None:
    server.faults.add(Kind.ERROR_BEFORE, method="getFile")
    assert (await sent(server, telegram, pdf(), "a.pdf")).text == "lost"


@pytest.mark.parametrize(
    ("whose", "name", "error"),
    [
        (Fetching, "_bytes", RuntimeError()),
        (Fetching, "_bytes", OSError()),
        (Cabinet, "keep", CannotOpen()),
    ],
)
async def test_a_file_that_fails_keeps_no_update_from_us(
    server: TelegramServer,
    telegram: Telegram,
    monkeypatch: pytest.MonkeyPatch,
    whose: type,
    name: str,
    error: Exception,
) -> None:
    async def fail(*given: object) -> int:
        raise error

    monkeypatch.setattr(whose, name, fail)
    assert (await sent(server, telegram, pdf(), "a.pdf")).text == "lost"


async def test_a_photo_that_fails_is_told_without_its_picture(
    server: TelegramServer, telegram: Telegram, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def fail(*given: object) -> bytes:
        raise RuntimeError

    monkeypatch.setattr(Fetching, "_bytes", fail)
    found = await received(server, telegram)
    assert [(incoming.kind, incoming.data) for incoming in found] == [
        ("text", b""),
        ("photo", b""),
        ("text", b""),
    ]


async def test_a_database_that_is_gone_leaves_a_file_for_later(
    server: TelegramServer, telegram: Telegram, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def fail(*given: object) -> int:
        raise OperationalError("", {}, ValueError())

    monkeypatch.setattr(Cabinet, "keep", fail)
    with pytest.raises(OperationalError):
        await sent(server, telegram, pdf(), "a.pdf")


async def test_a_file_that_hangs_is_given_up_once_for_all_tries(
    server: TelegramServer, telegram: Telegram, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.channels.telegram.fetching.SECONDS", 0.05)
    server.faults.add(Kind.HANG, method="getFile")
    assert (await sent(server, telegram, pdf(), "a.pdf")).text == "lost"
    assert server.calls["getFile"] == 1


async def test_few_files_are_brought_side_by_side(
    server: TelegramServer, telegram: Telegram, monkeypatch: pytest.MonkeyPatch
) -> None:
    at_once = most = 0

    async def fetch(self: Fetching, file_id: str) -> bytes:
        nonlocal at_once, most
        at_once += 1
        most = max(most, at_once)
        await asyncio.sleep(0)
        at_once -= 1
        return pdf()

    monkeypatch.setattr(Fetching, "_bytes", fetch)
    for number in range(3 * AT_ONCE):
        await server.person(11 + number).send_document(pdf(), "a.pdf", PDF)
    await asyncio.gather(*map(telegram._fetching.read, server.updates.get()))
    assert most == AT_ONCE
