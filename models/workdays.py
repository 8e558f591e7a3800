"""Count working days as the State Council's yearly holiday notice sets them."""

from __future__ import annotations

from datetime import date, timedelta
from functools import lru_cache


def add_workdays(day: date, n: int) -> date:
    """Give the n-th working day after a day; 0 gives the day itself."""
    for _ in range(n):
        day += timedelta(days=1)
        while not _is_workday(day):
            day += timedelta(days=1)
    return day


def workday_until(day: date) -> date:
    """Give the last working day that is not after a day."""
    while not _is_workday(day):
        day -= timedelta(days=1)
    return day


@lru_cache(maxsize=8)
def workdays_ago(day: date, n: int) -> date:
    """Give the first day whose n-th working day is not past on another day."""
    first = day
    while add_workdays(first - timedelta(days=1), n) >= day:
        first -= timedelta(days=1)
    return first


def _is_workday(day: date) -> bool:
    """Ask the holiday calendar; where it ends, Monday to Friday are worked."""
    from chinese_calendar import is_workday

    try:
        return bool(is_workday(day))
    except NotImplementedError:
        return day.weekday() < 5
