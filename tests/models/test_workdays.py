"""Working days, with China's holidays and worked weekends."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.workdays import add_workdays, workdays_ago

DAYS = st.dates(date(2004, 1, 1), date(2040, 12, 31))


@pytest.mark.parametrize(
    ("day", "n", "due"),
    [
        (date(2026, 3, 2), 0, date(2026, 3, 2)),
        (date(2026, 3, 2), 3, date(2026, 3, 5)),
        (date(2026, 3, 6), 1, date(2026, 3, 9)),
        # The National Day week of 2025 ends with a worked Saturday.
        (date(2025, 9, 30), 1, date(2025, 10, 9)),
        (date(2025, 10, 10), 1, date(2025, 10, 11)),
    ],
)
def test_it_counts_days_that_are_worked(day: date, n: int, due: date) -> None:
    assert add_workdays(day, n) == due


def test_it_counts_weekdays_where_the_calendar_ends() -> None:
    assert add_workdays(date(2039, 9, 30), 1) == date(2039, 10, 3)


@given(DAYS, st.integers(0, 20), st.integers(0, 20))
def test_counting_twice_is_counting_at_once(day: date, first: int, then: int) -> None:
    assert add_workdays(add_workdays(day, first), then) == add_workdays(
        day, first + then
    )


@given(DAYS, st.integers(1, 20))
def test_more_working_days_are_always_later(day: date, n: int) -> None:
    assert day <= add_workdays(day, n - 1) < add_workdays(day, n)


@pytest.mark.parametrize("n", [1, 2, 5])
@given(day=DAYS)
def test_so_many_working_days_ago_is_the_first_day_not_past(n: int, day: date) -> None:
    first = workdays_ago(day, n)
    assert add_workdays(first, n) >= day
    assert add_workdays(first - timedelta(days=1), n) < day
