"""Reminding: each thing due is said once, and one kind never holds up another."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy.exc import OperationalError
from sqlmodel import Session, select

from bot import reminding
from bot.database import Database, read
from bot.kit import Kit
from models.columns import new_id
from models.message import Fate
from models.reminder import Reminder
from models.rules import Rules
from tests.world import World

NIGHT = datetime(2026, 11, 23, 15, 0, tzinfo=UTC)
"""Eleven at night where the product is at home."""


@pytest.fixture
def world(database: Database) -> World:
    return World(database)


def schedule(world: World, kind: str, subject: str) -> int:
    def make(session: Session) -> int:
        due = world.now - timedelta(minutes=1)
        row = Reminder(id=new_id(), kind=kind, subject=subject, due=due)
        session.add(row)
        return row.id

    return world.write(make)


def tell(world: World, number: int) -> Reminder:
    def work(session: Session) -> Reminder:
        reminding.tell(session, world.kit, world.cans, number, world.now)
        return session.get_one(Reminder, number)

    return world.write(work)


def found(world: World) -> list[int]:
    """Return what is due and not held back; that is looked at again later."""

    def is_left(session: Session, number: int) -> bool:
        reminding.tell(session, world.kit, world.cans, number, world.now)
        row = session.get_one(Reminder, number)
        return row.next_at <= world.now

    due = world.write(lambda s: reminding.find_due(s, world.now))
    return [one for one in due if world.write(lambda s, n=one: is_left(s, n))]  # type: ignore[misc]


def test_what_is_held_back_at_night_hides_nothing_hurried(world: World) -> None:
    world.now = NIGHT
    for number in range(60):
        schedule(world, "unfinished", str(number))
    hurried = schedule(world, "decision", "1")
    due = world.write(lambda s: reminding.find_due(s, world.now))
    assert (due[0], len(due)) == (hurried, reminding.AT_ONCE)
    assert found(world) == [hurried]


def test_in_the_morning_all_is_due(world: World) -> None:
    world.now = NIGHT
    number = schedule(world, "unfinished", "1")
    assert found(world) == []
    world.now += timedelta(hours=10)
    assert found(world) == [number]


def test_a_kind_nobody_knows_waits_for_who_does(world: World) -> None:
    schedule(world, "of tomorrow", "1")
    assert found(world) == []


async def test_a_kind_that_cannot_be_found_holds_up_no_other(
    kit: Kit, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(session: Session, rules: Rules, now: datetime) -> None:
        raise ValueError

    broken = [replace(one, find=fails) for one in reminding.FINDING[:1]]
    monkeypatch.setattr(reminding, "FINDING", [*broken, *reminding.FINDING[1:]])
    due = Reminder(id=1, kind="unfinished", subject="1", due=NIGHT)
    await kit.writer.write(lambda s: s.add(due))
    async for _ in reminding.sweep(kit, {}, NIGHT + timedelta(hours=10)):
        pass
    row = await read(kit.database, lambda s: s.get_one(Reminder, 1))
    assert (row.fate, row.reason) == (Fate.SKIPPED, "no_chat")


async def test_where_the_database_is_away_the_sweep_ends(
    kit: Kit, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(session: Session, rules: Rules, now: datetime) -> None:
        raise OperationalError("", {}, Exception())

    broken = [replace(one, find=fails) for one in reminding.FINDING]
    monkeypatch.setattr(reminding, "FINDING", broken)
    with pytest.raises(OperationalError):
        async for _ in reminding.sweep(kit, {}, NIGHT):
            pass


def test_a_subject_without_a_chat_ends_as_skipped(world: World) -> None:
    row = tell(world, schedule(world, "unfinished", "1"))
    assert (row.fate, row.reason) == (Fate.SKIPPED, "no_chat")


def test_who_blocked_us_is_skipped(world: World) -> None:
    world.fill("full_name")
    world.do("stop")
    conversation, _ = world.conversation()
    row = tell(world, schedule(world, "unfinished", str(conversation.id)))
    assert (row.fate, row.reason) == (Fate.SKIPPED, "stopped")


def test_an_error_ends_one_reminder_as_failed(world: World) -> None:
    number = schedule(world, "unfinished", "1")
    world.write(lambda s: reminding.fail(s, number, world.now))
    row = world.write(lambda s: s.get_one(Reminder, number))
    assert (row.fate, row.reason, row.ended_at) == (Fate.FAILED, "error", world.now)


def test_what_has_ended_is_not_said_again(world: World) -> None:
    world.fill("full_name")
    conversation, _ = world.conversation()
    number = schedule(world, "unfinished", str(conversation.id))
    world.now += timedelta(days=1)
    first = tell(world, number)
    world.now += timedelta(minutes=1)
    again = tell(world, number)
    assert first.ended_at == again.ended_at
    rows = world.write(lambda s: s.exec(select(Reminder)).all())
    assert len(rows) == 1
