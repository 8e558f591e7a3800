"""The inbox: committed before it is acknowledged; what cannot be handled is kept."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import orjson
import pytest
from sqlalchemy.exc import OperationalError
from sqlmodel import Session, select

import bot.step
from bot.inbox import Inbox
from bot.kit import Kit
from bot.outbox import Outbox
from handlers.turn import Incoming
from models.arrival import TRIES, Arrival, Poison
from models.sealing import unseal
from models.worker import Worker

from .mail import Post, until
from .test_step import CANS, said

BAD = "这一条谁也处理不了"


@pytest.fixture
async def post() -> Post:
    return Post()


@pytest.fixture
async def inbox(kit: Kit, post: Post) -> AsyncIterator[Inbox]:
    made = Inbox(kit, CANS, Outbox(kit, {"post": post}, {}, 8))
    running = asyncio.create_task(made.run())
    yield made
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
    await made.outbox.stop(1)


@pytest.fixture
def bad(monkeypatch: pytest.MonkeyPatch) -> list[Exception]:
    """Let the step of one text raise, as long as there are errors in the list."""
    errors: list[Exception] = [KeyError("bug")] * 100
    from handlers.route import step as real

    def step(turn: Any, incoming: Incoming) -> Any:
        if incoming.text == BAD and errors:
            raise errors.pop()
        return real(turn, incoming)

    monkeypatch.setattr(bot.step, "step", step)
    return errors


def poison(kit: Kit) -> list[Poison]:
    with Session(kit.database.reading) as session:
        return list(session.exec(select(Poison)))


def keys(kit: Kit) -> set[str]:
    with Session(kit.database.reading) as session:
        return {row.key for row in session.exec(select(Arrival))}


async def test_a_batch_is_committed_when_take_returns(inbox: Inbox, kit: Kit) -> None:
    await inbox.take([said("你好", str(n), key=f"k{n}") for n in range(250)])
    assert keys(kit) == {f"k{n}" for n in range(250)}


async def test_nothing_handed_in_is_nothing_done(inbox: Inbox, kit: Kit) -> None:
    await inbox.take([])
    assert keys(kit) == set()


async def test_one_bad_update_spoils_no_other(
    inbox: Inbox, kit: Kit, post: Post, bad: list[Exception]
) -> None:
    batch = [said("你好", str(n), key=str(n)) for n in range(5)]
    batch[2] = said(BAD, "2", key="2")
    await inbox.take(batch)
    assert keys(kit) == {"0", "1", "2", "3", "4"}
    (kept,) = poison(kit)
    assert (kept.settled, kept.attempts) == ("", 1)
    await until(lambda: len(post.sent) == 5)


async def test_what_is_kept_is_sealed_with_its_person_s_key(
    inbox: Inbox, kit: Kit, bad: list[Exception]
) -> None:
    await inbox.take([said(BAD)])
    (kept,) = poison(kit)
    assert BAD.encode() not in kept.update
    with Session(kit.database.reading) as session:
        key = session.get_one(Worker, kept.worker_id).open_key(kit.keys)
    found = orjson.loads(unseal(key, f"poison.update|{kept.id}", kept.update))
    assert found["text"] == BAD


async def test_a_bad_update_that_comes_again_is_kept_once(
    inbox: Inbox, kit: Kit, post: Post, bad: list[Exception]
) -> None:
    update = said(BAD)
    await inbox.take([update])
    await inbox.take([update])
    assert len(poison(kit)) == 1
    await until(lambda: len(post.sent) == 1)


async def test_it_is_tried_again_and_then_done(
    inbox: Inbox, kit: Kit, post: Post, bad: list[Exception]
) -> None:
    await inbox.take([said(BAD)])
    bad.clear()
    await inbox.retry_poison()
    assert [(row.settled, row.update) for row in poison(kit)] == [("handled", b"")]
    await until(lambda: len(post.sent) == 2)
    await inbox.retry_poison()
    assert len(post.sent) == 2


@pytest.mark.parametrize(
    "facts",
    [
        {"kind": "photo", "data": bytes(range(256)), "mime": "image/jpeg"},
        {"kind": "location", "lat": 23.13, "lon": 113.26},
        {"kind": "press", "label": "我要入会", "given_id": "g-1", "language": "en"},
    ],
)
async def test_it_is_tried_again_as_its_person_sent_it(
    inbox: Inbox,
    kit: Kit,
    bad: list[Exception],
    monkeypatch: pytest.MonkeyPatch,
    facts: dict[str, Any],
) -> None:
    update = said(BAD, **facts)
    await inbox.take([update])
    tried: list[Incoming] = []

    def step(turn: Any, incoming: Incoming) -> list[Any]:
        tried.append(incoming)
        return []

    monkeypatch.setattr(bot.step, "step", step)
    await inbox.retry_poison()
    assert tried == [update]


async def test_it_is_tried_a_few_times_and_then_left_to_a_person(
    inbox: Inbox, kit: Kit, bad: list[Exception]
) -> None:
    await inbox.take([said(BAD)])
    for _ in range(TRIES + 3):
        await inbox.retry_poison()
    (row,) = poison(kit)
    assert (row.settled, row.attempts) == ("given_up", TRIES)


async def test_once_its_person_went_on_it_is_left_to_a_person(
    inbox: Inbox, kit: Kit, post: Post, bad: list[Exception]
) -> None:
    await inbox.take([said(BAD)])
    await inbox.take([said("菜单")])
    bad.clear()
    await inbox.retry_poison()
    assert [(row.settled, row.update) for row in poison(kit)] == [("overtaken", b"")]
    await until(lambda: len(post.sent) == 2)


async def test_an_outage_of_the_database_is_the_caller_s_to_try_again(
    inbox: Inbox, kit: Kit, bad: list[Exception]
) -> None:
    bad[:] = [OperationalError("statement", {}, Exception("disk is full"))]
    update = said(BAD, key="again")
    with pytest.raises(OperationalError):
        await inbox.take([update])
    assert poison(kit) == []
    assert keys(kit) == set()
    await inbox.take([update])
    assert keys(kit) == {"again"}


async def test_after_a_failure_the_inbox_goes_on(
    inbox: Inbox, kit: Kit, bad: list[Exception]
) -> None:
    await asyncio.gather(
        *(inbox.take([said(BAD if n % 3 else "你好", str(n))]) for n in range(9))
    )
    assert len(keys(kit)) == 9
    assert len(poison(kit)) == 6
