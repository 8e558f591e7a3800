"""Noticing that is paused, stopped, recalled, restarted, killed or that fails."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy.sql.dml import UpdateBase
from sqlmodel import Session, col, select, update

from bot.addressing import GROUP
from bot.channels import (
    Refused,
    TryLater,
)
from bot.database import in_transaction
from bot.kit import Kit, clock
from models import notice, notice_total, outcome
from models.chat import Chat
from models.message import Fate, Message, unseal_body
from models.notice import Notice, NoticeState
from models.worker import Worker
from tests.bot.dispatch import World, begin_to_send, run
from tests.bot.mail import until
from tests.programs import KEYRING


@pytest.fixture
def world(kit: Kit) -> Iterator[World]:
    yield World(kit)


async def killed_in_the_middle(world: World) -> set[str]:
    """Let a first group begin and nothing of it end; return whom it was for."""
    world.post.open.clear()
    await begin_to_send(world)
    for task in world.noticing._tasks:
        task.cancel()
    return {address for address, _ in world.post.begun}


def test_a_pause_takes_effect_within_a_group(world: World) -> None:
    world.people(250)
    world.schedule()

    async def go() -> None:
        await begin_to_send(world)
        world.do(notice.pause)
        await world.work()
        assert len(world.post.begun) == GROUP

    run(go)
    assert world.row.state is NoticeState.PAUSED
    world.do(notice.resume)
    run(world.work)
    assert len(world.told) == len(set(world.told)) == 250


def test_what_is_stopped_is_told_to_nobody_else(world: World) -> None:
    world.people(250)
    world.schedule()

    async def go() -> None:
        await begin_to_send(world)
        world.do(notice.stop)
        await world.work()

    run(go)
    sums = world.fates()
    assert len(world.told) == GROUP
    assert sums == {"sent": GROUP, "skipped": 250 - GROUP}
    assert (world.row.state, world.row.settled) == (NoticeState.STOPPED, True)


def test_a_recalled_notice_is_taken_back_where_it_can_be(world: World) -> None:
    world.people(60)
    leaf = world.member("leaf", "paper")
    world.schedule()
    run(world.work)
    world.post.fails["p7"] = [Refused("bad_request")]
    world.post.fails["p8"] = [TryLater(0)]
    world.do(notice.recall)
    run(world.work)
    assert len(world.post.retracted) == 59
    assert any(written.cut for written in world.written)
    with Session(world.kit.database.reading) as session:
        found = notice_total.sums_of(session, world.notice_id)
        row = session.exec(select(Message)).one()
        key = session.get_one(Worker, leaf).open_key(KEYRING)
        body = unseal_body(key, row.chat_id, row.number, row.body)
        edition = session.get_one(Chat, row.chat_id).edition
    assert found == {
        (Fate.SENT, "recalled"): 59,
        (Fate.SENT, "not_recalled"): 1,
        (Fate.KEPT, "recalled"): 1,
    }
    assert (body, edition) == ({"text": "（这条通知已撤回）", "gone": True}, 1)


def test_a_restart_loses_none_and_doubles_none(world: World) -> None:
    world.people(230)
    world.schedule()
    leading = asyncio.Event()

    async def go() -> None:
        leading.set()
        first = world.process()
        first.start(leading)
        await until(lambda: len(world.post.begun) >= 60)
        await first.stop()
        assert world.fates().get("uncertain") is None
        second = world.process()
        second.start(leading)
        await until(lambda: world.row.state is NoticeState.DONE)
        await second.stop()

    run(go)
    assert len(world.told) == len(set(world.told)) == 230
    assert world.fates() == {"sent": 230}


def test_a_kill_doubles_none_and_lists_what_it_had_claimed(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.people(230)
    world.schedule()

    async def go() -> None:
        killed = await killed_in_the_middle(world)
        world.post.open.set()
        later = clock() + timedelta(minutes=2)
        monkeypatch.setattr("bot.noticing.clock", lambda: later)
        await world.work(world.process())
        assert killed.isdisjoint(world.told)
        assert world.fates() == {"sent": 230 - len(killed), "uncertain": len(killed)}

    run(go)


def test_what_a_kill_had_claimed_is_taken_back_once(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.people(230)
    world.schedule()

    async def go() -> None:
        killed = len(await killed_in_the_middle(world))
        world.do(notice.recall)
        world.post.open.set()
        await world.work(world.process())
        assert world.fates()["waiting"] == killed
        later = clock() + timedelta(minutes=2)
        monkeypatch.setattr("bot.noticing.clock", lambda: later)
        await world.work(world.process())
        assert world.fates()["uncertain"] == killed
        assert world.row.settled

    run(go)


def test_what_was_taken_back_is_not_asked_back_again(world: World) -> None:
    world.people(3)
    world.schedule()
    run(world.work)
    world.do(notice.recall)
    run(world.work)
    world.post.retracted.clear()
    in_transaction(world.kit.database, lambda s: s.exec(_unsettle(world.notice_id)))
    run(world.work)
    assert world.row.settled
    assert world.post.retracted == []


def test_a_recall_while_it_ends_is_not_lost(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.people(GROUP)
    world.schedule()

    async def go() -> None:
        await begin_to_send(world)
        await until(lambda: world.fates() == {"sent": GROUP})
        seen = world.row
        world.do(notice.recall)
        await world.noticing._advance(seen, clock())
        assert not world.row.settled
        await world.work()

    run(go)
    assert len(world.post.retracted) == GROUP


def _unsettle(notice_id: int) -> UpdateBase:
    return update(Notice).where(col(Notice.id) == notice_id).values(settled=False)


def test_a_failure_is_logged_and_tried_again(
    world: World, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    world.people(1)
    world.schedule()
    monkeypatch.setattr("bot.noticing.IDLE_SECONDS", 0.01)
    monkeypatch.setattr("bot.addressing.settle", broken_once(outcome.settle))
    leading = asyncio.Event()
    leading.set()

    async def go() -> None:
        world.noticing.start(leading)
        await until(lambda: world.row.state is NoticeState.DONE)
        await world.noticing.stop()

    run(go)
    assert world.fates() == {"sent": 1}
    assert world.told == ["p0"]
    assert "could not be sent" in caplog.text


def test_what_cannot_be_marked_is_marked_later(
    world: World, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    world.people(GROUP)
    world.schedule()
    monkeypatch.setattr("bot.settling.AGAIN_SECONDS", 0.01)
    monkeypatch.setattr("bot.settling.settle", broken_once(outcome.settle))

    async def go() -> None:
        await begin_to_send(world)
        await until(lambda: world.fates() == {"sent": GROUP})

    run(go)
    assert "cannot be marked yet" in caplog.text


def broken_once(settle: Callable[..., None]) -> Callable[..., None]:
    """Give what fails the first time it has something to write."""
    broken = [RuntimeError("once")]

    def either(*arguments: Any) -> None:
        if arguments[2] and broken:
            raise broken.pop()
        settle(*arguments)

    return either
