"""Quiet hours in any zone, over midnight and over a change of clocks."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from models.hours import Window, next_open

NIGHT = (time(21), time(8))
MEALS = [(time(11), time(13, 30)), (time(17), time(19, 30))]
CITIES = {
    "Africa": "Casablanca Cairo",
    "America": "New_York Chicago Denver Los_Angeles Anchorage Adak Halifax St_Johns"
    " Havana Toronto Winnipeg Santiago Asuncion Tijuana Nuuk",
    "Asia": "Beirut Jerusalem",
    "Atlantic": "Azores Madeira",
    "Australia": "Sydney Adelaide Lord_Howe",
    "Europe": "London Lisbon Dublin Berlin Paris Rome Madrid Vienna Warsaw Athens"
    " Helsinki Kyiv Bucharest Sofia Chisinau",
    "Pacific": "Auckland Chatham Norfolk",
}
ZONES = [f"{region}/{city}" for region in CITIES for city in CITIES[region].split()]
STEADY_ZONES = ["Asia/Shanghai", "Asia/Urumqi", "Asia/Kolkata", "Asia/Kathmandu"]
TIMES = st.times(time(0), time(23, 59)).map(
    lambda t: t.replace(second=0, microsecond=0)
)
WINDOWS = st.lists(st.tuples(TIMES, TIMES), max_size=3)
MOMENTS = st.datetimes(datetime(2018, 1, 1), datetime(2030, 1, 1))  # noqa: DTZ001


def shanghai(day: int, hour: int, minute: int = 0) -> datetime:
    return datetime(2026, 3, day, hour, minute, tzinfo=ZoneInfo("Asia/Shanghai"))


def is_quiet(moment: datetime, zone: str, windows: list[Window]) -> bool:
    """Decide on its own, minute by minute, what next_open leaps over."""
    clock = moment.astimezone(ZoneInfo(zone)).time()
    return any(
        start <= clock < end if start <= end else clock >= start or clock < end
        for start, end in windows
    )


def test_an_open_minute_is_now() -> None:
    now = shanghai(2, 9, 15)
    assert next_open(now, "Asia/Shanghai", [NIGHT]) == now


def test_the_result_is_in_utc() -> None:
    found = next_open(shanghai(2, 23), "Asia/Shanghai", [NIGHT])
    assert found.tzinfo is UTC
    assert found == shanghai(3, 8)


@pytest.mark.parametrize(
    ("now", "due"),
    [
        (shanghai(2, 21), shanghai(3, 8)),
        (shanghai(3, 0), shanghai(3, 8)),
        (shanghai(3, 7, 59), shanghai(3, 8)),
        (shanghai(3, 8), shanghai(3, 8)),
        (shanghai(3, 11, 0), shanghai(3, 13, 30)),
        (shanghai(3, 18, 0), shanghai(3, 19, 30)),
        (shanghai(3, 20, 59), shanghai(3, 20, 59)),
    ],
)
def test_a_rider_is_left_alone_at_night_and_at_meals(
    now: datetime, due: datetime
) -> None:
    assert next_open(now, "Asia/Shanghai", [NIGHT, *MEALS]) == due


def test_windows_that_touch_are_one() -> None:
    windows = [(time(8), time(9)), (time(9), time(10))]
    assert next_open(shanghai(2, 8, 30), "Asia/Shanghai", windows) == shanghai(2, 10)


def test_equal_times_are_no_window() -> None:
    now = shanghai(2, 8)
    assert next_open(now, "Asia/Shanghai", [(time(8), time(8))]) == now


def test_it_refuses_windows_that_fill_the_day() -> None:
    with pytest.raises(ValueError, match="no minute"):
        next_open(
            shanghai(2, 8),
            "Asia/Shanghai",
            [(time(8), time(20)), (time(20), time(8))],
        )


def test_a_night_that_loses_an_hour_ends_by_the_clock() -> None:
    # Berlin, 2026-03-29: 02:00 becomes 03:00.
    now = datetime(2026, 3, 28, 22, 0, tzinfo=UTC)
    due = datetime(2026, 3, 29, 6, 0, tzinfo=UTC)
    assert next_open(now, "Europe/Berlin", [NIGHT]) == due


def test_a_night_that_gains_an_hour_ends_by_the_clock() -> None:
    # Berlin, 2026-10-25: 03:00 becomes 02:00.
    now = datetime(2026, 10, 24, 22, 0, tzinfo=UTC)
    due = datetime(2026, 10, 25, 7, 0, tzinfo=UTC)
    assert next_open(now, "Europe/Berlin", [NIGHT]) == due


def test_an_end_the_clock_skips_is_the_minute_it_skips_to() -> None:
    now = datetime(2026, 3, 29, 0, 30, 15, tzinfo=UTC)
    due = datetime(2026, 3, 29, 1, 0, tzinfo=UTC)
    assert next_open(now, "Europe/Berlin", [(time(1), time(2, 30))]) == due


def test_an_hour_that_comes_twice_may_open_early() -> None:
    # 02:59 is followed by 02:00, which is before the window.
    now = datetime(2026, 10, 25, 0, 45, tzinfo=UTC)
    due = datetime(2026, 10, 25, 1, 0, tzinfo=UTC)
    assert next_open(now, "Europe/Berlin", [(time(2, 30), time(4))]) == due


@given(MOMENTS, st.sampled_from(ZONES + STEADY_ZONES), WINDOWS)
def test_it_is_the_first_open_minute(
    now: datetime, zone: str, windows: list[Window]
) -> None:
    now = now.replace(second=0, microsecond=0, tzinfo=UTC)
    try:
        found = next_open(now, zone, windows)
    except ValueError:
        assume(False)
    assert not is_quiet(found, zone, windows)
    minutes = int((found - now) / timedelta(minutes=1))
    waited = (now + timedelta(minutes=m) for m in range(minutes))
    assert all(is_quiet(minute, zone, windows) for minute in waited)


@pytest.mark.parametrize("zone", ZONES)
def test_every_hour_around_a_change_of_clocks_opens_on_time(zone: str) -> None:
    there = ZoneInfo(zone)
    hours = [datetime(2024, 1, 1, tzinfo=UTC) + timedelta(hours=h) for h in range(8784)]
    offsets = [hour.astimezone(there).utcoffset() for hour in hours]
    changes = [i for i in range(1, 8784) if offsets[i] != offsets[i - 1]]
    assert changes
    windows = [NIGHT, (time(1, 30), time(2, 30))]
    for at in changes:
        for hour in hours[max(0, at - 6) : at + 3]:
            found = next_open(hour, zone, windows)
            assert not is_quiet(found, zone, windows)
            before = found - timedelta(minutes=1)
            assert found == hour or is_quiet(before, zone, windows)
