"""A wrong call is refused, by the fast layer or by the strict one."""

from __future__ import annotations

from typing import Any

import aiohttp
import pytest

from . import TelegramServer
from .errors import Refused
from .rules import PARAMETERS, check_call
from .strict import check_strictly, closed_models


def inline(**button: Any) -> dict[str, Any]:
    return {"inline_keyboard": [[button]]}


def message(**params: Any) -> dict[str, Any]:
    return {"chat_id": 11, "text": "您好", **params}


WRONG: list[tuple[str, dict[str, Any], str]] = [
    ("sendMessage", {"text": "您好"}, "chat_id is empty"),
    ("sendMessage", {"chat_id": 11}, "message text is empty"),
    ("sendMessage", message(txt="a"), "unknown parameter txt"),
    ("sendMessage", message(chat_id="eleven"), "invalid chat_id"),
    ("sendMessage", message(chat_id=True), "invalid chat_id"),
    ("sendMessage", message(text=None), "invalid text"),
    ("sendMessage", message(text=5), "invalid text"),
    ("sendMessage", message(parse_mode="html"), "wrong parse_mode"),
    ("sendMessage", message(protect_content="maybe"), "invalid protect_content"),
    ("sendMessage", message(reply_markup="{"), "invalid reply_markup"),
    ("sendMessage", message(reply_markup={}), "object expected as reply markup"),
    ("sendMessage", message(reply_markup=inline(text="")), "non-empty"),
    ("sendMessage", message(reply_markup=inline(text="好")), "exactly one action"),
    (
        "sendMessage",
        message(reply_markup=inline(text="好", callback_data="")),
        "BUTTON_DATA_INVALID",
    ),
    (
        "sendMessage",
        message(reply_markup=inline(text="好", callback_data="职" * 22)),
        "BUTTON_DATA_INVALID",
    ),
    (
        "sendMessage",
        message(reply_markup={"inline_keyboard": [{"text": "好"}]}),
        "array of arrays",
    ),
    (
        "sendMessage",
        message(reply_markup={"keyboard": [["好"]], "resize": True}),
        "unknown reply markup field resize",
    ),
    (
        "sendMessage",
        message(
            chat_id=-5,
            reply_markup={"keyboard": [[{"text": "好", "request_contact": True}]]},
        ),
        "private chats only",
    ),
    ("sendMessage", message(reply_markup={"force_reply": False}), "must be true"),
    ("sendMessage", message(reply_markup={"inline_keyboard": [[5]]}), "an object"),
    ("sendMessage", message(reply_markup={"keyboard": [[5]]}), "an object"),
    (
        "sendMessage",
        message(reply_markup={"keyboard": [["好"] * 101]}),
        "REPLY_MARKUP_TOO_LONG",
    ),
    (
        "sendMessage",
        message(reply_markup={"keyboard": [[{"text": "好", "callback_data": "a"}]]}),
        "at most one known action",
    ),
    (
        "sendMessage",
        message(reply_markup=inline(text="好", url="example")),
        "URL is invalid",
    ),
    ("sendPhoto", {"chat_id": 11}, "there is no photo"),
    ("sendLocation", {"chat_id": 11, "latitude": 91, "longitude": 0}, "range"),
    (
        "sendVenue",
        {"chat_id": 11, "latitude": 1, "longitude": 1, "title": " ", "address": "a"},
        "wrong title",
    ),
    ("getUpdates", {"limit": 101}, "limit is out of its range"),
    ("getUpdates", {"allowed_updates": "message"}, "invalid allowed_updates"),
    ("setMyCommands", {"commands": [{"command": "入会"}]}, "can't parse BotCommand"),
    (
        "setMyCommands",
        {"commands": [{"command": "Join", "description": "a"}]},
        "BOT_COMMAND_INVALID",
    ),
    (
        "setMyCommands",
        {"commands": [{"command": "join", "description": ""}]},
        "BOT_COMMAND_DESCRIPTION_INVALID",
    ),
    ("setWebhook", {"url": "", "secret_token": "两"}, "wrong secret_token"),
    ("sendChatAction", {"chat_id": 11, "action": "sleeping"}, "wrong action"),
    ("sendPigeon", {}, "Not Found"),
]


@pytest.mark.parametrize(("method", "params", "reason"), WRONG)
def test_a_wrong_call_is_refused(
    method: str, params: dict[str, Any], reason: str
) -> None:
    with pytest.raises(Refused) as refused:
        check_call(method, params, {})
    assert reason in refused.value.description


def test_forms_and_json_end_as_the_same_values() -> None:
    form = {
        "chat_id": "11",
        "text": "5",
        "protect_content": "true",
        "reply_markup": '{"force_reply":true}',
    }
    typed = {
        "chat_id": 11,
        "text": "5",
        "protect_content": True,
        "reply_markup": {"force_reply": True},
    }
    assert check_call("sendMessage", form, {}) == typed
    assert check_call("sendMessage", typed, {}) == typed


@pytest.mark.parametrize("method", sorted(PARAMETERS))
def test_both_layers_know_the_same_parameters(method: str) -> None:
    known = {name.removesuffix("!") for name in PARAMETERS[method].split()}
    assert known <= set(closed_models()[method.lower()].model_fields)


@pytest.mark.parametrize(
    ("params", "where"),
    [
        (message(link_preview_options={"is_off": True}), "link_preview_options"),
        (message(entities=[{"type": "bold", "offset": 0}]), "entities"),
        (message(reply_markup=inline(text="好", web_app={"uri": "a"})), "reply_markup"),
        (message(reply_parameters={"message_id": "x"}), "reply_parameters"),
    ],
)
def test_the_strict_layer_sees_what_the_fast_one_does_not(
    params: dict[str, Any], where: str
) -> None:
    with pytest.raises(Refused) as refused:
        check_strictly("sendMessage", check_call("sendMessage", params, {}), {})
    assert where in refused.value.description


async def post(server: TelegramServer, method: str, **given: Any) -> Any:
    address = f"{server.url}{server.token}/{method}"
    async with (
        aiohttp.ClientSession() as session,
        session.post(address, **given) as answer,
    ):
        return await answer.json()


async def test_a_refusal_has_telegrams_shape_and_is_kept(
    server: TelegramServer,
) -> None:
    answer = await post(server, "sendMessage", json={"chat_id": 11})
    reason = "Bad Request: message text is empty"
    assert answer == {"ok": False, "error_code": 400, "description": reason}
    assert [(one.code, one.reason) for one in server.refused] == [(400, reason)]


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (" \n", "message text is empty"),
        ("<b></b>", "message text is empty"),
        ("字" * 4097, "message is too long"),
        ("<b>", "can't parse entities"),
    ],
)
async def test_words_are_measured_after_their_tags(
    server: TelegramServer, text: str, reason: str
) -> None:
    server.person(11)
    call = {"chat_id": 11, "text": text, "parse_mode": "HTML"}
    assert reason in (await post(server, "sendMessage", json=call))["description"]


async def test_a_text_of_4096_characters_passes(server: TelegramServer) -> None:
    server.person(11)
    call = {"chat_id": 11, "text": f"<b>{'字' * 4096}</b>", "parse_mode": "HTML"}
    assert (await post(server, "sendMessage", json=call))["ok"]


@pytest.mark.parametrize("body", [b"{", b"[]"])
async def test_a_broken_body_is_refused(server: TelegramServer, body: bytes) -> None:
    kind = {"Content-Type": "application/json"}
    answer = await post(server, "sendMessage", data=body, headers=kind)
    assert answer["error_code"] == 400


async def test_an_edit_that_changes_nothing_is_refused(
    server: TelegramServer,
) -> None:
    server.person(11)
    await post(server, "sendMessage", json=message())
    answer = await post(server, "editMessageText", json=message(message_id=1))
    assert "message is not modified" in answer["description"]
    assert len(server.telegram.effects) == 1


@pytest.mark.parametrize(
    ("photo", "reason"),
    [("https://example.org/a.jpg", "wrong file identifier"), (b"", "non-empty")],
)
async def test_a_photo_must_be_there(
    server: TelegramServer, photo: str | bytes, reason: str
) -> None:
    server.person(11)
    form = aiohttp.FormData({"chat_id": "11"})
    form.add_field("photo", photo, filename="a.jpg" if photo == b"" else None)
    answer = await post(server, "sendPhoto", data=form)
    assert reason in answer["description"]


async def test_a_stray_file_is_refused(server: TelegramServer) -> None:
    form = aiohttp.FormData({"chat_id": "11", "text": "您好"})
    form.add_field("picture", b"a", filename="a.jpg")
    answer = await post(server, "sendMessage", data=form)
    assert "unexpected file picture" in answer["description"]


async def test_a_persons_message_cannot_be_edited(server: TelegramServer) -> None:
    await server.person(11).say("您好")
    answer = await post(server, "editMessageText", json=message(message_id=1))
    assert "can't be edited" in answer["description"]
    answer = await post(server, "editMessageText", json=message(message_id=2))
    assert "to edit not found" in answer["description"]


async def test_an_unknown_press_cannot_be_answered(server: TelegramServer) -> None:
    answer = await post(server, "answerCallbackQuery", json={"callback_query_id": "7"})
    assert "query is too old" in answer["description"]
