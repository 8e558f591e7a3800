"""Reminding: each thing due is said once, and one kind never holds up another."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from sqlmodel import Session, select

from bot import reminding
from bot.database import Database
from models.columns import new_id
from models.message import Fate
from models.reminder import Reminder
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
    return world.write(lambda s: reminding.find_due(s, world.kit, world.now))


def test_what_is_held_back_at_night_hides_nothing_hurried(world: World) -> None:
    world.now = NIGHT
    for number in range(60):
        schedule(world, "unfinished", str(number))
    hurried = schedule(world, "decision", "1")
    assert found(world) == [hurried]


def test_in_the_morning_all_is_due(world: World) -> None:
    world.now = NIGHT
    number = schedule(world, "unfinished", "1")
    assert found(world) == []
    world.now += timedelta(hours=10)
    assert found(world) == [number]


def test_a_kind_nobody_knows_ends_as_failed(world: World) -> None:
    row = tell(world, schedule(world, "gone", "1"))
    assert (row.fate, row.reason) == (Fate.FAILED, "unknown_kind")


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
