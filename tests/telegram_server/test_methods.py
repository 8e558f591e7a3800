"""Each method answers the stock bot as Telegram does."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from telegram import (
    Bot,
    BotCommand,
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    KeyboardButton,
    MenuButtonCommands,
    ReplyKeyboardMarkup,
    ReplyKeyboardRemove,
    ReplyParameters,
    Update,
)
from telegram.error import BadRequest, Forbidden, InvalidToken
from telegram.request import HTTPXRequest

from . import Person, TelegramServer

BUTTONS = InlineKeyboardMarkup([[InlineKeyboardButton("好", callback_data="yes")]])


@pytest.fixture(autouse=True)
def nothing_was_refused(
    server: TelegramServer, request: pytest.FixtureRequest
) -> Iterator[None]:
    yield
    if "refusal" not in request.node.name:
        assert server.refused == []


async def next_update(bot: Bot) -> Update:
    *_, last = await bot.get_updates(timeout=5)
    return last


async def test_the_bot_knows_itself(bot: Bot) -> None:
    assert bot.username == "zhigong_bot"
    assert (await bot.get_me()).is_bot


async def test_a_wrong_token_meets_a_refusal(server: TelegramServer) -> None:
    async with HTTPXRequest() as request:
        bot = Bot("1:wrong", base_url=server.url, request=request)
        with pytest.raises(InvalidToken):
            await bot.get_me()


async def test_message_ids_grow_within_each_chat(
    server: TelegramServer, bot: Bot, person: Person
) -> None:
    server.person(12)
    sent = [await bot.send_message(chat, "您好") for chat in (11, 11, 12)]
    assert [one.message_id for one in sent] == [1, 2, 1]
    await person.say("在")
    assert (await bot.send_message(11, "好的")).message_id == 4


async def test_a_text_arrives_with_its_entities_and_buttons(
    bot: Bot, person: Person
) -> None:
    sent = await bot.send_message(
        11,
        "<b>入会</b>\U0001f600 &lt;<i>好</i>",
        parse_mode="HTML",
        reply_markup=BUTTONS,
    )
    heard = await person.hear()
    assert sent.text == heard.text == "入会\U0001f600 <好"
    assert [(one.type, one.offset, one.length) for one in sent.entities] == [
        ("bold", 0, 2),
        ("italic", 6, 1),
    ]
    assert heard.buttons == {"好": "yes"}


async def test_a_reply_keyboard_reaches_the_person_and_goes_away(
    bot: Bot, person: Person
) -> None:
    wish = KeyboardButton("发送手机号", request_contact=True)
    keyboard = ReplyKeyboardMarkup([[wish]], one_time_keyboard=True)
    sent = await bot.send_message(11, "请发送手机号", reply_markup=keyboard)
    assert sent.reply_markup is None
    assert (await person.hear()).buttons == {"发送手机号": None}
    await bot.send_message(11, "谢谢", reply_markup=ReplyKeyboardRemove())
    assert (await person.hear()).buttons == {}


async def test_a_reply_names_the_message_it_answers(bot: Bot, person: Person) -> None:
    await person.say("您好")
    sent = await bot.send_message(11, "在", reply_parameters=ReplyParameters(1))
    again = await bot.send_message(11, "在", reply_parameters=ReplyParameters(2))
    assert sent.reply_to_message is not None
    assert sent.reply_to_message.text == "您好"
    assert again.reply_to_message is not None
    assert again.reply_to_message.reply_to_message is None


async def test_a_photo_is_uploaded_and_sent_again_by_its_id(
    server: TelegramServer, bot: Bot, person: Person
) -> None:
    sent = await bot.send_photo(11, b"picture", caption="会员证")
    again = await bot.send_photo(11, sent.photo[-1].file_id)
    assert again.photo[-1].file_unique_id == sent.photo[-1].file_unique_id
    assert (await person.hear()).text == "会员证"
    assert server.telegram.files[sent.photo[-1].file_id].content == b"picture"


async def test_a_document_keeps_its_name_and_content(bot: Bot, person: Person) -> None:
    sent = await bot.send_document(11, b"a,b", filename="ledger.csv", caption="台账")
    assert sent.document is not None
    assert sent.document.file_name == "ledger.csv"
    file = await bot.get_file(sent.document)
    assert bytes(await file.download_as_bytearray()) == b"a,b"


async def test_places_are_sent_as_points_and_as_venues(
    bot: Bot, person: Person
) -> None:
    point = await bot.send_location(11, 23.1, 113.3)
    venue = await bot.send_venue(11, 23.1, 113.3, "司机之家", "天河区")
    assert point.location is not None
    assert venue.venue is not None
    assert (point.location.latitude, venue.venue.title) == (23.1, "司机之家")


async def test_a_press_is_answered_and_its_message_edited(
    bot: Bot, person: Person
) -> None:
    await bot.send_message(11, "同意吗？", reply_markup=BUTTONS)
    await person.press(await person.hear(), "好")
    query = (await next_update(bot)).callback_query
    assert query is not None
    assert query.data == "yes"
    assert await query.answer("收到")
    assert person.toasts == ["收到"]
    await query.edit_message_text("已同意")
    heard = await person.hear(edited=True)
    assert (heard.text, heard.buttons, heard.edited) == ("已同意", {}, True)


async def test_buttons_alone_are_edited(bot: Bot, person: Person) -> None:
    sent = await bot.send_message(11, "同意吗？", reply_markup=BUTTONS)
    edited = await bot.edit_message_reply_markup(11, sent.message_id)
    assert not isinstance(edited, bool)
    assert (edited.text, edited.reply_markup) == ("同意吗？", None)


async def test_deleting_a_message_twice_meets_a_refusal(
    bot: Bot, person: Person
) -> None:
    sent = await bot.send_message(11, "一次性")
    assert await sent.delete()
    with pytest.raises(BadRequest, match="to delete not found"):
        await sent.delete()


async def test_the_menu_is_set_and_taken_back(
    server: TelegramServer, bot: Bot, person: Person
) -> None:
    assert await bot.set_my_commands([BotCommand("join", "申请入会")])
    assert await bot.delete_my_commands(language_code="en")
    assert await bot.set_chat_menu_button(11, MenuButtonCommands())
    assert await bot.send_chat_action(11, "typing")
    kept = server.telegram.settings["setMyCommands"]["commands"]
    assert kept == [{"command": "join", "description": "申请入会"}]


async def test_a_photo_of_a_person_can_be_fetched(bot: Bot, person: Person) -> None:
    await person.send_photo(b"\xff\xd8certificate")
    message = (await next_update(bot)).message
    assert message is not None
    file = await message.photo[-1].get_file()
    assert bytes(await file.download_as_bytearray()) == b"\xff\xd8certificate"


async def test_who_blocked_the_bot_gets_no_message(
    server: TelegramServer, bot: Bot, person: Person
) -> None:
    person.block()
    change = (await next_update(bot)).my_chat_member
    assert change is not None
    assert change.new_chat_member.status == "kicked"
    with pytest.raises(Forbidden, match="blocked by the user"):
        await bot.send_message(11, "您好")
    assert [one.code for one in server.faulted] == [403]
    person.block(False)
    await bot.send_message(11, "欢迎回来")


async def test_an_unknown_chat_meets_a_refusal(
    server: TelegramServer, bot: Bot
) -> None:
    with pytest.raises(BadRequest, match="Chat not found"):
        await bot.send_message(99, "您好")
    assert [(one.method, one.chat) for one in server.refused] == [("sendMessage", 99)]


async def test_every_effect_is_logged(
    server: TelegramServer, bot: Bot, person: Person
) -> None:
    await bot.send_message(11, "一")
    await bot.send_photo(11, b"picture", caption="二")
    [first, second] = server.telegram.effects
    assert (first.method, first.chat, first.text) == ("sendMessage", 11, "一")
    assert (second.method, second.text, second.fault) == ("sendPhoto", "二", None)
    assert first.call < second.call
    assert first.at <= second.at
    assert list(server.telegram.texts(11)) == ["一", "二"]
