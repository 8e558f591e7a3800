"""A simulated year: the program is away for seconds or for a week, clocks change, and
each reminder is told once, in its reader's hours, or ends with a stated reason.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, time, timedelta
from itertools import cycle
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlmodel import Session, col, select

from bot import reminding
from bot.database import Database
from handlers.reminders import Remind, nothing
from handlers.reports import Period
from handlers.reports.reminders import reminders
from handlers.say import Say, Word
from models import reminder
from models.chat import Chat
from models.hours import next_open
from models.message import Fate, Kind, Message
from models.place import Atlas
from models.preference import MEALS, Preference, Topic, keep
from models.reminder import Reminder
from models.rules import Rules
from models.worker import Worker
from tests.world import World

START = datetime(2026, 1, 1, tzinfo=UTC)
YEAR, HOUR, SECOND = timedelta(days=365), timedelta(hours=1), timedelta(seconds=1)
GOOD_FOR = 6 * HOUR
USUAL = (time(21), time(8))

PEOPLE: dict[str, tuple[dict[str, Any], str | None, list[tuple[time, time]]]] = {
    "by day": ({}, None, [USUAL]),
    "by night": (
        {"quiet_start": time(8), "quiet_end": time(16)},
        None,
        [(time(8), time(16))],
    ),
    "rider": ({}, "delivery_rider", [USUAL, *MEALS]),
    "opted out": ({"events": False}, None, [USUAL]),
}
"""What each chose, their group, and when they are to be left in peace."""

OUTAGES = [
    (START + timedelta(days=20, hours=9), timedelta(seconds=5)),
    (START + timedelta(days=40, hours=2), timedelta(minutes=20)),
    (START + timedelta(days=87, hours=12), timedelta(hours=14)),
    (START + timedelta(days=150), timedelta(days=2)),
    (START + timedelta(days=290), timedelta(days=7)),
]

ZONES = ["Asia/Shanghai", "Europe/Berlin", "Australia/Lord_Howe", "Asia/Kolkata"]


def _say(turn: Any, row: Reminder) -> list[Say]:
    words = Word("common", "own_words", {"typed": row.subject})
    return [Say(words, kind=Kind.REMINDER)]


def _whose(session: Session, row: Reminder) -> int | None:
    address = row.subject.partition(":")[0]
    return session.exec(select(Chat.id).where(Chat.address == address)).first()


NEWS = Remind("news", nothing, _whose, _say, topic=Topic.EVENTS, expires=GOOD_FOR)
SOON = Remind("soon", nothing, _whose, _say, brief=True, expires=HOUR)
ALARM = Remind("alarm", nothing, _whose, _say, hurried=True)
KINDS = {remind.kind: remind for remind in (NEWS, SOON, ALARM)}


@pytest.fixture
def world(sqlite: Database, monkeypatch: pytest.MonkeyPatch) -> World:
    monkeypatch.setattr(reminding, "REMINDERS", KINDS)
    monkeypatch.setattr(reminding, "HURRIED", [ALARM.kind])
    return World(sqlite, now=START)


def _settle_in(session: Session) -> None:
    """Let everybody choose; schedule a year's reminders, some as the clocks change."""
    chance = random.Random(11)
    for address, (chosen, group, _) in PEOPLE.items():
        chat = session.exec(select(Chat).where(Chat.address == address)).one()
        session.get_one(Worker, chat.worker_id).group = group
        keep(session, Preference(worker_id=chat.worker_id, **chosen))
        moments = [START + YEAR * chance.random() for _ in range(6)]
        dues = [*moments, *_changes(), *_away(chance)]
        kinds = cycle((NEWS.kind, NEWS.kind, SOON.kind, ALARM.kind))
        for number, (due, kind) in enumerate(zip(dues, kinds, strict=False)):
            reminder.schedule(session, kind, f"{address}:{kind}{number}", due)


def _changes() -> Iterator[datetime]:
    """Yield hours about the moments at which clocks change somewhere."""
    for month, day in ((3, 29), (4, 4), (10, 3), (10, 25)):
        for hour in (-12, 0, 1, 13):
            yield datetime(2026, month, day, tzinfo=UTC) + hour * HOUR


def _away(chance: random.Random) -> Iterator[datetime]:
    for start, length in OUTAGES:
        yield from (start + length * chance.random() for _ in range(3))


def _back(moment: datetime) -> datetime:
    """Return the first moment from this one at which the program runs."""
    ends = (start + n for start, n in OUTAGES if start <= moment < start + n)
    return next(ends, moment)


def _live(world: World) -> None:
    """Let the year pass: the sweep wakes when something is due or may be told again."""
    waiting = select(Reminder.next_at).where(Reminder.fate == Fate.WAITING)
    first = waiting.order_by(col(Reminder.next_at))
    while due := world.write(lambda s: s.exec(first).first()):
        world.now = _back(max(world.now, due) + SECOND)
        for found in world.write(lambda s: reminding.find_due(s, world.kit, world.now)):
            world.write(lambda s, at=found: _tell(s, world, at))  # type: ignore[misc]


def _tell(session: Session, world: World, number: int) -> None:
    reminding.tell(session, world.kit, world.cans, number, world.now)


@pytest.mark.parametrize("zone", ZONES)
def test_each_is_told_once_or_says_why_not(world: World, zone: str) -> None:
    world.kit.rules = Rules(zone=zone)
    for address in PEOPLE:
        world.do("hello", who=address)
    world.write(_settle_in)
    _live(world)
    rows = world.write(lambda s: list(s.exec(select(Reminder))))
    said = Counter(body["text"] for who in PEOPLE for body in world.history(who, "bot"))
    for row in rows:
        address = row.subject.partition(":")[0]
        assert said[f"就填“{row.subject}”"] == (row.fate is Fate.SENT), row
        if row.kind == ALARM.kind:
            assert row.fate is Fate.SENT
        elif address == "opted out" and row.kind == NEWS.kind:
            assert (row.fate, row.reason) == (Fate.SKIPPED, "opted_out")
        else:
            _in_their_hours(world, row, zone, PEOPLE[address][2])
    assert {row.reason for row in rows} == {"", "too_late", "opted_out"}
    _adds_up(world, len(rows))


def _in_their_hours(
    world: World, row: Reminder, zone: str, quiet: list[tuple[time, time]]
) -> None:
    """Hold that it was told at an open minute in time, or that nobody was there to."""
    remind = KINDS[row.kind]
    quiet = quiet[:1] if remind.brief else quiet
    good_for = remind.expires or YEAR
    first = next_open(row.due, zone, quiet)
    if row.fate is Fate.SENT:
        key = row.chat_id, row.number
        at = world.write(lambda s: s.get_one(Message, key).at)
        assert next_open(at, zone, quiet) == at, (row, at.astimezone(ZoneInfo(zone)))
        assert first <= at <= first + good_for
    else:
        assert (row.fate, row.reason) == (Fate.SKIPPED, "too_late")
        assert next_open(_back(first), zone, quiet) > first + good_for


def _adds_up(world: World, count: int) -> None:
    period = Period(START, START + 2 * YEAR)
    table = world.write(lambda s: reminders(s, Atlas(), period, "zh-CN"))
    assert table.adds_up
    assert sum(int(str(row[2])) for row in table.rows) == count
