"""Preferences: what holds for one person."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pytest
from sqlmodel import Session

from models.preference import (
    Preference,
    Topic,
    a_year_after,
    greetings_due,
    has_meals,
    keep,
    leave_room,
    next_birthday,
    next_open,
    preference_of,
    quiet_hours,
    wants,
)
from models.rules import Rules
from models.worker import Worker
from tests.models.cast import NOW, applicant, meet

RULES = Rules()
ZONE = "Asia/Shanghai"


def clock(hour: float) -> datetime:
    return datetime(2026, 11, 23, tzinfo=UTC) + timedelta(hours=hour - 8)


def worker(session: Session, group: str | None = None, **chosen: Any) -> Worker:
    row, _ = meet(session, f"{group}{chosen}")
    row.group = group
    keep(session, Preference(worker_id=row.id, **chosen))
    return row


def opens(session: Session, row: Worker, hour: float) -> datetime:
    return next_open(session, RULES, row, clock(hour))


def test_who_said_nothing_has_the_usual_and_wants_everything(session: Session) -> None:
    row, _ = meet(session)
    assert all(wants(session, row.id, topic) for topic in (*Topic, None))
    assert quiet_hours(RULES, preference_of(session, row.id)) == (time(21), time(8))
    assert opens(session, row, 22) == clock(32)
    assert opens(session, row, 12) == clock(12)


def test_a_topic_that_is_off_is_not_wanted(session: Session) -> None:
    row = worker(session, events=False)
    assert not wants(session, row.id, Topic.EVENTS)
    assert wants(session, row.id, Topic.NOTICES)
    assert wants(session, row.id, None)


def test_own_quiet_hours_take_the_place_of_the_usual(session: Session) -> None:
    row = worker(session, quiet_start=time(8), quiet_end=time(16))
    assert opens(session, row, 23) == clock(23)
    assert opens(session, row, 9) == clock(16)


@pytest.mark.parametrize("group", ["courier", "delivery_rider"])
def test_riders_and_couriers_are_left_in_peace_at_meal_times(
    session: Session, group: str
) -> None:
    row = worker(session, group)
    assert opens(session, row, 12) == clock(13.5)
    assert opens(session, row, 18) == clock(19.5)
    assert opens(session, row, 15) == clock(15)


def test_what_is_brief_waits_for_the_night_alone(session: Session) -> None:
    row = worker(session, "courier")
    assert next_open(session, RULES, row, clock(12), brief=True) == clock(12)
    assert next_open(session, RULES, row, clock(22), brief=True) == clock(32)


def test_meal_times_can_be_switched_either_way(session: Session) -> None:
    assert opens(session, worker(session, "courier", meals=False), 12) == clock(12)
    assert opens(session, worker(session, "truck_driver", meals=True), 12) == clock(
        13.5
    )


def test_the_group_somebody_applied_with_counts(session: Session) -> None:
    row = session.get_one(Worker, applicant(session, group="courier").worker_id)
    assert has_meals(session, row, preference_of(session, row.id))


def test_hours_that_leave_nothing_open_do_without_the_meals(session: Session) -> None:
    row = worker(session, "courier", quiet_start=time(19, 30), quiet_end=time(17))
    assert not leave_room((time(19, 30), time(17)), meals=True)
    assert leave_room((time(19, 30), time(17)), meals=False)
    assert opens(session, row, 12) == clock(17)


@pytest.mark.parametrize(
    ("born", "due"),
    [
        (date(1980, 12, 1), datetime(2026, 12, 1, 1, tzinfo=UTC)),
        (date(1980, 11, 1), datetime(2027, 11, 1, 1, tzinfo=UTC)),
        (date(1980, 2, 29), datetime(2027, 2, 28, 1, tzinfo=UTC)),
    ],
)
def test_a_birthday_comes_round(born: date, due: datetime) -> None:
    found = next_birthday(born, ZONE, NOW)
    assert found == due
    assert a_year_after(found, ZONE).year == found.year + 1


def test_greetings_that_are_due_are_found(session: Session) -> None:
    row = worker(session, greet_at=NOW)
    assert [p.worker_id for p in greetings_due(session, NOW)] == [row.id]
    assert greetings_due(session, NOW - timedelta(seconds=1)) == []
