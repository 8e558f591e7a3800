"""Sending: each way a call can fail has its one meaning for the outbox."""

from __future__ import annotations

import asyncio
import io
import sys
from collections.abc import AsyncIterator
from contextlib import suppress
from typing import cast

import pytest
from PIL import Image
from zxingcpp import read_barcodes

from bot.channels import (
    Busy,
    Outgoing,
    Refused,
    Stopped,
    TryLater,
    Uncertain,
    Unreachable,
)
from bot.channels.telegram import TOKEN_SECONDS, Telegram
from bot.channels.telegram.http import Http
from bot.config import Config
from bot.sections import Telegram as Settings
from models.document import PDF, Enclosed
from models.message import Body, Kind
from tests.papers import Cabinet, pdf
from tests.programs import TOKEN, free_port
from tests.telegram_server import TelegramServer

CHAT = 11


def opened(data: bytes) -> Image.Image:
    return Image.open(io.BytesIO(data))


PAPER = ["abc", "劳动合同.pdf", "1 KB", "请在聊天网页上看"]


@pytest.fixture
async def server() -> AsyncIterator[TelegramServer]:
    async with TelegramServer(token=TOKEN, strict=True) as server:
        server.person(CHAT)
        yield server


def made(base_url: str, token: str = TOKEN, found: Enclosed | None = None) -> Telegram:
    settings = {"token": token, "base_url": base_url, "private_answers": "link"}
    config = Config(telegram=Settings.model_validate(settings))
    return Telegram(config, Cabinet(found))


@pytest.fixture
async def telegram(server: TelegramServer) -> AsyncIterator[Telegram]:
    telegram = made(server.url)
    yield telegram
    await telegram.close()


def outgoing(text: str = "您好", **more: object) -> Outgoing:
    body: Body = {"text": text, **more}  # type: ignore[typeddict-item]
    return Outgoing("telegram", str(CHAT), 1, 1, Kind.REPLY, body)


async def test_a_sent_message_gives_its_number_there(
    server: TelegramServer, telegram: Telegram
) -> None:
    assert await telegram.send(outgoing()) == "1"
    assert list(server.telegram.texts(CHAT)) == ["您好"]


async def test_an_answer_that_never_comes_leaves_it_uncertain(
    server: TelegramServer, telegram: Telegram
) -> None:
    server.faults.add("hang_after_accept")
    telegram._http = Http(2, read_seconds=0.2)
    with pytest.raises(Uncertain):
        await telegram.send(outgoing())
    assert list(server.telegram.texts(CHAT)) == ["您好"]


@pytest.mark.parametrize("kind", ["reset_after_accept", "error_after", "error_before"])
async def test_a_broken_answer_leaves_it_uncertain(
    server: TelegramServer, telegram: Telegram, kind: str
) -> None:
    server.faults.add(kind)
    with pytest.raises(Uncertain):
        await telegram.send(outgoing())


async def test_a_refused_connection_means_nothing_was_sent() -> None:
    telegram = made(f"http://127.0.0.1:{free_port()}/bot")
    with pytest.raises(Unreachable):
        await telegram.send(outgoing())
    await telegram.close()


async def test_a_wait_is_taken_from_telegram_s_own_words(
    server: TelegramServer, telegram: Telegram
) -> None:
    server.faults.add("flood", retry_after=17)
    with pytest.raises(TryLater) as later:
        await telegram.send(outgoing())
    assert later.value.seconds == 17


async def test_who_blocked_us_is_stopped(
    server: TelegramServer, telegram: Telegram
) -> None:
    server.faults.add("blocked")
    with pytest.raises(Stopped):
        await telegram.send(outgoing())


async def test_a_wrong_call_is_refused_for_good(
    server: TelegramServer, telegram: Telegram
) -> None:
    server.faults.add("bad_request")
    with pytest.raises(Refused, match="bad_request"):
        await telegram.send(outgoing())


async def test_a_wrong_token_holds_the_message_until_it_is_put_right(
    server: TelegramServer,
) -> None:
    telegram = made(server.url, "987654321:AAabcdefghijklmnopqrstuvwxyz0123456")
    with pytest.raises(TryLater) as later:
        await telegram.send(outgoing())
    assert later.value.seconds == TOKEN_SECONDS
    await telegram.close()


async def test_markup_telegram_cannot_read_goes_again_as_plain_text(
    server: TelegramServer, telegram: Telegram, monkeypatch: pytest.MonkeyPatch
) -> None:
    drawing = sys.modules["bot.channels.telegram.draw"]  # the name is the function's
    monkeypatch.setattr(drawing, "escape", lambda text, quote: text)
    await telegram.send(outgoing("1 < 2", title="<收到"))
    assert list(server.telegram.texts(CHAT)) == ["<收到\n1 < 2"]
    assert [attempt.code for attempt in server.refused] == [400]


async def test_a_picture_goes_with_its_words_and_its_buttons(
    server: TelegramServer,
) -> None:
    picture = Enclosed("image/jpeg", b"\xff\xd8 some bytes")
    telegram = made(server.url, found=picture)
    choices = [[1, "通过", "a:pool:1"]]
    await telegram.send(outgoing("看一下", choices=choices, image="abc"))
    await telegram.close()
    (shown,) = server.telegram.chats[CHAT].messages.values()
    assert shown["caption"] == "看一下"
    assert shown["reply_markup"]["inline_keyboard"][0][0]["text"] == "1 通过"


async def test_a_drawing_is_painted_and_sent_with_its_words(
    server: TelegramServer, telegram: Telegram
) -> None:
    address = "https://home.example.org/card/" + "Ab3_" * 9
    rows = [["姓名", "张*"], ["会员证号", "44011100000001"], ["有效至", "10:12"]]
    choices = [[1, "刷新", "v:card:"]]
    await telegram.send(
        outgoing(
            "请扫码",
            title="会员卡",
            rows=rows,
            drawing=["card", address],
            choices=choices,
        )
    )
    (shown,) = server.telegram.chats[CHAT].messages.values()
    file = server.telegram.files[shown["photo"][-1]["file_id"]]
    assert [code.text for code in read_barcodes(opened(file.content))] == [address]
    assert "会员证号：44011100000001" in shown["caption"]
    assert shown["reply_markup"]["inline_keyboard"][0][0]["text"] == "1 刷新"


async def test_a_drawing_that_fails_goes_as_words_alone(
    server: TelegramServer, telegram: Telegram
) -> None:
    await telegram.send(
        outgoing("请扫码", drawing=["a drawing of old", "https://x.org"])
    )
    assert list(server.telegram.texts(CHAT)) == ["请扫码"]


def notice(**more: object) -> Outgoing:
    message = outgoing("停水", title="通知", **more)
    message.kind = Kind.BROADCAST
    return message


@pytest.mark.parametrize(
    ("file", "more", "call"),
    [
        (Enclosed("image/jpeg", b"picture"), {"image": "abc"}, "sendPhoto"),
        (Enclosed(PDF, pdf(), "放假.pdf"), {"document": PAPER}, "sendDocument"),
    ],
)
async def test_the_file_of_a_notice_is_uploaded_once(
    server: TelegramServer, file: Enclosed, more: dict[str, object], call: str
) -> None:
    telegram = made(server.url, found=file)
    cabinet = cast(Cabinet, telegram.files)
    copies = (telegram.send(notice(**more)) for _ in range(3))
    found = await asyncio.gather(*copies, return_exceptions=True)
    assert found[0] == "1"
    assert [type(one) for one in found[1:]] == [Busy, Busy]
    assert server.calls[call] == 1
    await asyncio.gather(*(telegram.send(notice(**more)) for _ in range(2)))
    assert list(server.telegram.texts(CHAT)) == ["通知\n停水"] * 3
    assert cabinet.fetched == 1
    assert [f.content for f in server.telegram.files.values()] == [file.data]
    await telegram.close()


async def test_a_file_whose_upload_fails_is_uploaded_with_the_next_copy(
    server: TelegramServer,
) -> None:
    telegram = made(server.url, found=Enclosed("image/jpeg", b"picture"))
    server.faults.add("error_before", times=1)
    for _ in range(2):
        with suppress(Uncertain):
            await telegram.send(notice(image="abc"))
    assert server.calls["sendPhoto"] == 2
    assert list(server.telegram.texts(CHAT)) == ["通知\n停水"]
    await telegram.close()


async def test_a_document_goes_under_its_name(server: TelegramServer) -> None:
    telegram = made(server.url, found=Enclosed(PDF, pdf(), "劳动合同.pdf"))
    await telegram.send(outgoing("请看", document=PAPER))
    (shown,) = server.telegram.chats[CHAT].messages.values()
    assert shown["document"]["file_name"] == "劳动合同.pdf"
    assert shown["caption"] == "请看"
    await telegram.close()


async def test_words_too_many_for_a_file_follow_it_whole(
    server: TelegramServer,
) -> None:
    telegram = made(server.url, found=Enclosed("image/jpeg", b"picture"))
    rows = [["说了什么", "长" * 600], ["又说", "短" * 500]]
    choices = [[1, "回复", "a:talk:1"]]
    more = {"rows": rows, "choices": choices, "image": "abc"}
    assert await telegram.send(outgoing("最迟 12 月 1 日", title="案件", **more)) == "2"
    photo, words = server.telegram.chats[CHAT].messages.values()
    assert not {"caption", "reply_markup"} & {*photo}
    assert words["text"].endswith("最迟 12 月 1 日")
    assert "短" * 500 in words["text"]
    assert words["reply_markup"]["inline_keyboard"][0][0]["text"] == "1 回复"
    await telegram.close()


async def test_a_file_that_is_gone_leaves_the_words(
    server: TelegramServer, telegram: Telegram
) -> None:
    await telegram.send(outgoing("您好", document=PAPER))
    assert list(server.telegram.texts(CHAT)) == ["您好"]
