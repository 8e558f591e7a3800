"""Each fault looks to the stock bot like the real thing."""

from __future__ import annotations

import httpx
import pytest
from telegram import Bot
from telegram.error import (
    BadRequest,
    Conflict,
    Forbidden,
    NetworkError,
    RetryAfter,
    TimedOut,
)

from . import Kind, Person, TelegramServer


@pytest.mark.parametrize(
    ("kind", "error", "arrives"),
    [
        ("refuse", NetworkError, False),
        ("hang_after_accept", TimedOut, True),
        ("reset_after_accept", NetworkError, True),
        ("flood", RetryAfter, False),
        ("blocked", Forbidden, False),
        ("bad_request", BadRequest, False),
        ("error_before", NetworkError, False),
        ("error_after", NetworkError, True),
    ],
)
async def test_a_fault_raises_its_error_and_has_its_effect(
    server: TelegramServer,
    bot: Bot,
    person: Person,
    kind: str,
    error: type[Exception],
    arrives: bool,
) -> None:
    server.faults.add(kind, times=1)
    with pytest.raises(error) as raised:
        await bot.send_message(11, "您好")
    assert type(raised.value) is error
    assert [one.fault for one in server.telegram.effects] == [kind] * arrives
    assert len(server.faulted) == (not arrives)
    assert server.refused == []


async def test_a_fault_ends_after_its_times(
    server: TelegramServer, bot: Bot, person: Person
) -> None:
    server.faults.add(Kind.ERROR_BEFORE, times=2)
    for _ in range(2):
        with pytest.raises(NetworkError):
            await bot.send_message(11, "您好")
    await bot.send_message(11, "您好")


async def test_a_fault_strikes_only_its_method_and_chat(
    server: TelegramServer, bot: Bot, person: Person
) -> None:
    server.person(12)
    server.faults.add("blocked", method="sendMessage", chat=11)
    await bot.send_message(12, "您好")
    await bot.send_photo(11, b"picture")
    with pytest.raises(Forbidden):
        await bot.send_message(11, "您好")


async def test_a_fault_strikes_by_chance_and_the_seed_repeats_it() -> None:
    async def struck(seed: int) -> list[bool]:
        server = TelegramServer(seed=seed)
        server.faults.add("error_before", probability=0.3)
        draws = (server.faults.draw("sendMessage", 1) for _ in range(200))
        return [fault is not None for _, fault in draws]

    assert await struck(5) == await struck(5) != await struck(6)
    assert 40 <= sum(await struck(5)) <= 80


async def test_slow_delays_the_answer_but_not_the_effect(
    server: TelegramServer, bot: Bot, person: Person
) -> None:
    server.faults.add("slow", delay=5.0)
    with pytest.raises(TimedOut):
        await bot.send_message(11, "您好")
    assert (await person.hear()).text == "您好"


async def test_another_poller_is_a_conflict(
    server: TelegramServer, bot: Bot, person: Person
) -> None:
    server.faults.add("conflict", method="getUpdates", times=1)
    await person.say("入会")
    with pytest.raises(Conflict):
        await bot.get_updates()
    assert len(await bot.get_updates()) == 1


async def test_a_poll_can_fail_after_it_confirmed(
    server: TelegramServer, bot: Bot, person: Person
) -> None:
    await person.say("入会")
    [update] = await bot.get_updates()
    server.faults.add("error_after", method="getUpdates", times=1)
    with pytest.raises(NetworkError):
        await bot.get_updates(offset=update.update_id + 1)
    assert await bot.get_updates() == ()


async def test_a_send_inside_retry_after_is_a_violation(
    server: TelegramServer, bot: Bot, person: Person
) -> None:
    server.person(12)
    server.faults.add("flood", retry_after=30, times=1)
    for _ in range(2):
        with pytest.raises(RetryAfter):
            await bot.send_message(11, "您好")
    await bot.send_message(12, "您好")
    assert [chat for chat, _ in server.gate.violations] == [11]


async def test_a_flood_on_a_call_without_a_chat_closes_nothing(
    server: TelegramServer, bot: Bot, person: Person
) -> None:
    server.faults.add("flood", method="getUpdates", times=1)
    with pytest.raises(RetryAfter):
        await bot.get_updates()
    await bot.send_message(11, "您好")
    assert server.gate.violations == []


async def test_a_closed_door_refuses_connections_until_it_opens(
    server: TelegramServer, bot: Bot, person: Person
) -> None:
    await server.close_door()
    with pytest.raises(NetworkError) as raised:
        await bot.send_message(11, "您好")
    # The connection kept from before breaks first; a new one is refused.
    with pytest.raises(NetworkError) as raised:
        await bot.send_message(11, "您好")
    assert isinstance(raised.value.__cause__, httpx.ConnectError)
    await server.start()
    await bot.send_message(11, "您好")
