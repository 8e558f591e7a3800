"""Quiet hours: when a message that can wait may leave."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from models.rules import Rules

Window = tuple[time, time]

EARLY_ENOUGH = timedelta(hours=12)
"""Who is told so long before something begins is not woken for it."""


def in_good_time(rules: Rules, begins: datetime, now: datetime) -> datetime:
    """Give when to tell of what begins: at a decent hour if early enough, else now."""
    due = next_open(now, rules.zone, [(rules.quiet_start, rules.quiet_end)])
    return due if due <= begins - EARLY_ENOUGH else now


def next_open(now_utc: datetime, zone: str, windows: Sequence[Window]) -> datetime:
    """Give the first moment from now outside all quiet windows of a person's zone.

    A window runs from its first time up to its second, over midnight if that is the
    earlier; equal times are no window. ValueError if no minute of a day is open.
    """
    moment, there = now_utc.astimezone(UTC), ZoneInfo(zone)
    latest = moment + timedelta(days=2)
    while end := _quiet_until(_wall(moment, there), windows):
        moment = _move(moment, there, end)
        if moment > latest:
            raise ValueError("The quiet hours leave no minute of the day open.")
    return moment


def _wall(moment: datetime, there: ZoneInfo) -> datetime:
    """Give what a clock on the wall shows."""
    return moment.astimezone(there).replace(tzinfo=None)


def _quiet_until(wall: datetime, windows: Sequence[Window]) -> datetime | None:
    """Give the wall-clock end of a window that is on, if one is."""
    for start, end in windows:
        over_midnight = start > end
        if over_midnight and wall.time() >= start:
            return datetime.combine(wall.date() + timedelta(days=1), end)
        if wall.time() < end and (over_midnight or wall.time() >= start):
            return datetime.combine(wall.date(), end)
    return None


def _move(moment: datetime, there: ZoneInfo, end: datetime) -> datetime:
    """Leap to the end of a window, or creep by minutes if the clocks change first."""
    leap = moment + (end - _wall(moment, there))
    if _wall(leap, there) == end:
        return leap
    return moment.replace(second=0, microsecond=0) + timedelta(minutes=1)
