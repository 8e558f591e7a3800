"""Opening hours: what is read, and whether a door is open now."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from models.opening import Door, door, read_hours

ZONE = "Asia/Shanghai"
WEEK = "mon-fri 08:30-12:00,14:00-18:00; sat 09:00-12:00"
MONDAY = datetime(2026, 11, 23, tzinfo=UTC) - timedelta(hours=8)
"""Monday, midnight in Shanghai."""


def at(day: int, hour: float) -> datetime:
    return MONDAY + timedelta(days=day, hours=hour)


def look(hours: str, day: int, hour: float) -> Door:
    return door(hours, ZONE, at(day, hour))


@pytest.mark.parametrize(
    ("day", "hour", "is_open", "until"),
    [
        (0, 9, True, at(0, 12)),
        (0, 12, False, at(0, 14)),
        (0, 18, False, at(1, 8.5)),
        (4, 19, False, at(5, 9)),
        (5, 12, False, at(7, 8.5)),
        (6, 9, False, at(7, 8.5)),
    ],
)
def test_a_door_says_until_or_from_when(
    day: int, hour: float, is_open: bool, until: datetime
) -> None:
    assert look(WEEK, day, hour) == Door(is_open, until)


def test_what_never_shuts_has_no_end() -> None:
    assert look("24h", 0, 3) == Door(True, None)
    assert look("mon-sun 00:00-24:00", 6, 23.9) == Door(True, None)


def test_what_never_opens_has_no_beginning() -> None:
    assert look("", 0, 9) == Door(False, None)


@pytest.mark.parametrize(("day", "hour"), [(0, 23), (1, 1)])
def test_a_window_may_run_over_midnight(day: int, hour: float) -> None:
    assert look("mon 22:00-02:00", day, hour) == Door(True, at(1, 2))
    assert not look("mon 22:00-02:00", 1, 2).is_open


def test_days_may_run_over_the_weekend() -> None:
    assert look("fri-mon 10:00-11:00", 6, 10).is_open
    assert not look("fri-mon 10:00-11:00", 2, 10).is_open


def test_midnight_ends_a_day() -> None:
    assert look("mon 20:00-24:00", 0, 21) == Door(True, at(1, 0))


@pytest.mark.parametrize(
    "hours",
    ["daily", "mon", "mon 9-18", "mon 25:00-26:00", "mon 09:60-10:00", "xyz 1:00-2:00"],
)
def test_what_are_no_hours_is_refused(hours: str) -> None:
    with pytest.raises(ValueError):
        read_hours(hours)
