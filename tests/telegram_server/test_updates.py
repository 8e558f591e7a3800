"""The queue keeps the rules of getUpdates."""

from __future__ import annotations

import asyncio
import random
from typing import Any

import pytest
from telegram import Bot
from telegram.error import Conflict

from . import Delivery, Person, TelegramServer
from .updates import Updates


def queue_of(*texts: str, seed: int = 1) -> Updates:
    updates = Updates(random.Random(seed), first=101)
    for number, text in enumerate(texts):
        updates.push({"message": {"chat": {"id": number % 2 + 1}, "text": text}})
    return updates


def ids(batch: list[dict[str, Any]]) -> list[int]:
    return [update["update_id"] for update in batch]


def texts(batch: list[dict[str, Any]]) -> list[str]:
    return [update["message"]["text"] for update in batch]


def test_an_update_stays_until_a_higher_offset_is_asked_for() -> None:
    updates = queue_of("a", "b", "c")
    assert ids(updates.get()) == [101, 102, 103]
    assert ids(updates.get(101)) == [101, 102, 103]
    assert ids(updates.get(102)) == [102, 103]
    assert ids(updates.get()) == [102, 103]
    assert updates.get(104) == []
    assert len(updates) == 0


def test_a_batch_has_a_hundred_at_most() -> None:
    updates = queue_of(*map(str, range(150)))
    assert len(updates.get()) == 100
    assert len(updates.get(limit=7)) == 7
    assert len(updates.get(201)) == 50


def test_an_unknown_offset_starts_at_the_head_and_confirms_nothing() -> None:
    updates = queue_of("a", "b")
    assert ids(updates.get(999_999)) == [101, 102]
    assert ids(updates.get(5)) == [101, 102]
    assert ids(updates.get()) == [101, 102]


def test_a_negative_offset_counts_from_the_end_and_forgets_the_rest() -> None:
    updates = queue_of("a", "b", "c")
    assert texts(updates.get(-1)) == ["c"]
    assert texts(updates.get()) == ["c"]
    assert texts(updates.get(-50)) == ["c"]


def test_ids_restart_lower_only_after_silence() -> None:
    updates = queue_of("a")
    with pytest.raises(ValueError, match="silence"):
        updates.restart(at=7)
    updates.get(102)
    updates.restart(at=7)
    updates.push({"message": {"chat": {"id": 1}, "text": "b"}})
    assert ids(updates.get(102)) == [7]


def test_kinds_not_allowed_never_come() -> None:
    updates = queue_of()
    assert not updates.push({"chat_member": {}})
    updates.allowed = ["callback_query"]
    assert not updates.push({"message": {"chat": {"id": 1}}})
    assert updates.pushed == 0


def test_a_confirmed_update_is_delivered_up_to_five_times() -> None:
    seen: dict[int, int] = {}
    updates = queue_of(*map(str, range(50)))
    updates.delivery = Delivery(redeliver=1.0)
    offset = 0
    while batch := updates.get(offset, limit=10):
        for at in ids(batch):
            seen[at] = seen.get(at, 0) + 1
        offset = batch[-1]["update_id"] + 1
    assert len(seen) == 50
    assert set(seen.values()) >= {2, 3, 4, 5}
    assert max(seen.values()) == 5


def test_reorder_between_chats_keeps_the_order_within_one() -> None:
    given = list(map(str, range(40)))
    updates = queue_of(*given)
    updates.delivery = Delivery(reorder="between")
    batch = updates.get()
    assert texts(batch) != given
    assert ids(batch) == sorted(ids(batch))
    for chat in (1, 2):
        own = [one for one in batch if one["message"]["chat"]["id"] == chat]
        assert texts(own) == given[chat - 1 :: 2]


def test_reorder_within_a_chat_mixes_that_too() -> None:
    given = list(map(str, range(40)))
    updates = queue_of(*given)
    updates.delivery = Delivery(reorder="within")
    own = [one for one in updates.get() if one["message"]["chat"]["id"] == 1]
    assert texts(own) != given[::2]
    assert sorted(texts(own), key=int) == given[::2]


def test_the_same_seed_makes_the_same_disorder() -> None:
    def shuffled(seed: int) -> list[str]:
        updates = queue_of(*map(str, range(40)), seed=seed)
        updates.delivery = Delivery(reorder="within")
        return texts(updates.get())

    assert shuffled(3) == shuffled(3) != shuffled(4)


async def test_a_long_poll_answers_when_something_comes(
    server: TelegramServer, bot: Bot, person: Person
) -> None:
    poll = asyncio.create_task(bot.get_updates(timeout=10))
    await server.called("getUpdates")
    await person.say("入会")
    [update] = await poll
    assert update.message is not None
    assert update.message.text == "入会"


async def test_a_long_poll_ends_empty_when_nothing_comes(bot: Bot) -> None:
    assert await bot.get_updates(timeout=0) == ()
    assert await bot.get_updates(timeout=1) == ()


async def test_a_second_poll_ends_the_first_with_a_conflict(
    server: TelegramServer, bot: Bot
) -> None:
    first = asyncio.create_task(bot.get_updates(timeout=10))
    await server.called("getUpdates")
    assert await bot.get_updates(timeout=0) == ()
    with pytest.raises(Conflict, match="only one bot instance"):
        await first


async def test_updates_of_a_lost_poll_wait_for_the_next(
    server: TelegramServer, bot: Bot, person: Person
) -> None:
    lost = asyncio.create_task(bot.get_updates(timeout=10))
    await server.called("getUpdates")
    lost.cancel()
    await asyncio.gather(lost, return_exceptions=True)
    await person.say("入会")
    assert len(await bot.get_updates(timeout=0)) == 1


async def test_ids_restart_under_a_polling_bot(
    server: TelegramServer, bot: Bot, person: Person
) -> None:
    await person.say("一")
    [old] = await bot.get_updates()
    poll = asyncio.create_task(bot.get_updates(offset=old.update_id + 1, timeout=10))
    await server.drained()
    server.updates.restart(at=7)
    await person.say("二")
    assert [one.update_id for one in await poll] == [7]
    assert [one.update_id for one in await bot.get_updates(offset=7)] == [7]
    assert await bot.get_updates(offset=8) == ()


async def test_polling_allows_only_the_kinds_asked_for(
    server: TelegramServer, bot: Bot, person: Person
) -> None:
    await bot.get_updates(timeout=0, allowed_updates=["callback_query"])
    await person.say("入会")
    assert await bot.get_updates(timeout=0) == ()
