"""People write valid updates, hear what was sent to them, and lose patience."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from typing import Any

import aiogram
import pytest
import telegram
from telegram import Bot, InlineKeyboardButton, InlineKeyboardMarkup

from . import Person, Silence, TelegramServer, crowd, fill_in
from .strict import closed_models

Act = Callable[[Person], Coroutine[Any, Any, None]]


async def block(person: Person) -> None:
    person.block()


ACTS: dict[str, Act] = {
    "say": lambda person: person.say("入会"),
    "start": lambda person: person.start("site-7"),
    "contact": lambda person: person.share_contact("13800000000"),
    "location": lambda person: person.share_location(23.1, 113.3),
    "photo": lambda person: person.send_photo(b"picture", "证书"),
    "block": block,
}


@pytest.mark.parametrize("act", ACTS)
async def test_updates_are_valid_for_both_libraries(
    server: TelegramServer, person: Person, act: str
) -> None:
    closed_models()
    await ACTS[act](person)
    [raw] = server.updates.get()
    aiogram.types.Update.model_validate(raw)
    update = telegram.Update.de_json(raw, None)
    assert update.effective_chat is not None
    assert update.effective_chat.id == 11
    message = update.effective_message
    assert not (update.api_kwargs or (message and message.api_kwargs))


async def test_a_press_is_a_valid_update(
    server: TelegramServer, bot: Bot, person: Person
) -> None:
    button = InlineKeyboardButton("货车司机", callback_data="group:1")
    await bot.send_message(
        11, "哪一行？", reply_markup=InlineKeyboardMarkup([[button]])
    )
    await person.press(await person.hear(), "司机")
    [raw] = server.updates.get()
    aiogram.types.Update.model_validate(raw)
    query = telegram.Update.de_json(raw, None).callback_query
    assert query is not None
    assert query.data == "group:1"


async def test_a_start_link_is_a_command(server: TelegramServer, bot: Bot) -> None:
    await server.person(11).start("site-7")
    [update] = await bot.get_updates()
    assert update.message is not None
    assert update.message.text == "/start site-7"
    assert [(one.type, one.length) for one in update.message.entities] == [
        ("bot_command", 6)
    ]


async def test_no_button_or_two_alike_cannot_be_pressed(
    bot: Bot, person: Person
) -> None:
    keyboard = InlineKeyboardMarkup.from_column(
        [InlineKeyboardButton(one, callback_data=one) for one in ("货车", "客车")]
    )
    await bot.send_message(11, "哪种车？", reply_markup=keyboard)
    heard = await person.hear()
    for label in ("火车", "车"):
        with pytest.raises(AssertionError, match="buttons are like"):
            await person.press(heard, label)


async def test_silence_is_an_error(server: TelegramServer) -> None:
    person = server.person(11, timeout=0.01)
    await person.say("入会")
    with pytest.raises(Silence, match="chat 11"):
        await person.hear()


async def test_an_impatient_person_says_it_again(
    server: TelegramServer, bot: Bot
) -> None:
    person = server.person(11, patience=0.01, tries=3)
    await person.say("入会")
    with pytest.raises(Silence):
        await person.hear()
    told = [one.message.text for one in await bot.get_updates() if one.message]
    assert told == ["入会"] * 4
    assert person.tries_again == 3


async def test_a_crowd_measures_each_answer(server: TelegramServer, bot: Bot) -> None:
    async def greet(person: Person) -> None:
        await person.say("您好")
        await bot.send_message(person.chat.id, "在")
        await fill_in(person, {}, until="在")

    figures = await crowd(server, greet, people=3, conversations=10)
    assert (figures.finished, figures.hurt, figures.given_up) == (10, 0, 0)
    assert len(figures.answers) == 10
    assert figures.rate > 0
    assert 0 < figures.wait(50) <= figures.wait(99)


async def test_who_meets_silence_starts_over(server: TelegramServer, bot: Bot) -> None:
    started: list[int] = []

    async def try_it(person: Person) -> None:
        await person.say("您好")
        started.append(person.chat.id)
        if len(started) > 1:
            await bot.send_message(person.chat.id, "在")
        await person.hear()

    figures = await crowd(server, try_it, conversations=1, patience=0.05, tries=1)
    assert (figures.finished, figures.started_over, figures.hurt) == (1, 1, 1)


async def test_a_repeated_question_gets_one_answer(
    server: TelegramServer, bot: Bot, person: Person
) -> None:
    for text in ("请问您的姓名？", "请问您的姓名？", "已收到"):
        await bot.send_message(11, text)
    await fill_in(person, {"姓名": "王师傅"}, until="已收到")
    assert person.heard_again == 1
    assert server.updates.pushed == 1
