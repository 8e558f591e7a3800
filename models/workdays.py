"""Count working days as the State Council's yearly holiday notice sets them."""

from __future__ import annotations

from datetime import date, timedelta


def add_workdays(day: date, n: int) -> date:
    """Give the n-th working day after a day; 0 gives the day itself."""
    for _ in range(n):
        day += timedelta(days=1)
        while not _is_workday(day):
            day += timedelta(days=1)
    return day


def _is_workday(day: date) -> bool:
    """Ask the holiday calendar; where it ends, Monday to Friday are worked."""
    from chinese_calendar import is_workday

    try:
        return bool(is_workday(day))
    except NotImplementedError:
        return day.weekday() < 5
