"""Opening hours as data: 24h, or "mon-fri 08:30-12:00,14:00-18:00; sat 09:00-17:00".

A window may run over midnight (22:00-06:00); 24:00 is the end of a day.
"""

import re
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
ALWAYS = "24h"
LONGEST_WAIT = 8
"""How many days ahead an opening is looked for: a week comes round within these."""

_SPAN = re.compile(r"([a-z]{3})(?:-([a-z]{3}))?\s+(\S+)")
_WINDOW = re.compile(r"(\d{1,2}):(\d{2})-(\d{1,2}):(\d{2})")

Window = tuple[timedelta, timedelta]
"""When a door opens and shuts, since midnight; the second may be the next day."""


@dataclass(frozen=True)
class Span:
    """Days of the week, first and last, that have the same windows."""

    first: int
    last: int
    windows: tuple[Window, ...]

    def holds(self, weekday: int) -> bool:
        """Tell whether a weekday is one of these; fri-mon goes over the weekend."""
        return (weekday - self.first) % 7 <= (self.last - self.first) % 7


@dataclass(frozen=True)
class Door:
    """Whether a place is open, and until or from when; None: it never changes."""

    is_open: bool
    until: datetime | None


@lru_cache(maxsize=4096)
def read_hours(text: str) -> tuple[Span, ...]:
    """Read opening hours; raise ValueError for what are none."""
    if text.strip() == ALWAYS:
        return (Span(0, 6, ((timedelta(), timedelta(days=1)),)),)
    return tuple(_span(part.strip()) for part in text.split(";") if part.strip())


def are_hours(text: str) -> bool:
    """Tell whether a text says opening hours, and some."""
    try:
        return bool(read_hours(text))
    except ValueError:
        return False


def _span(text: str) -> Span:
    found = _SPAN.fullmatch(text.lower())
    days = [day for day in found.groups()[:2] if day] if found else []
    if found is None or not {*days} <= {*DAYS}:
        raise ValueError(text)
    windows = tuple(_window(part) for part in found[3].split(","))
    return Span(DAYS.index(days[0]), DAYS.index(days[-1]), windows)


def _window(text: str) -> Window:
    found = _WINDOW.fullmatch(text)
    if found is None:
        raise ValueError(text)
    opens, shuts = _clock(*found.groups()[:2]), _clock(*found.groups()[2:])
    return opens, shuts if shuts > opens else shuts + timedelta(days=1)


def _clock(hours: str, minutes: str) -> timedelta:
    at = timedelta(hours=int(hours), minutes=int(minutes))
    if int(minutes) > 59 or at > timedelta(days=1):
        raise ValueError(f"{hours}:{minutes}")
    return at


def door(hours: str, zone: str, now: datetime) -> Door:
    """Tell whether a place is open now, and when that changes next."""
    there = ZoneInfo(zone)
    wall = now.astimezone(there).replace(tzinfo=None)
    open_ = _joined(sorted(_around(read_hours(hours), wall)))
    for opens, shuts in open_:
        if opens <= wall < shuts:
            never = shuts - wall > timedelta(days=LONGEST_WAIT - 1)
            return Door(True, None if never else shuts.replace(tzinfo=there))
        if opens > wall:
            return Door(False, opens.replace(tzinfo=there))
    return Door(False, None)


def _around(spans: tuple[Span, ...], wall: datetime) -> list[tuple[datetime, datetime]]:
    """Return the windows from yesterday on, as they stand on the wall."""
    midnight = datetime.combine(wall.date(), time())
    days = [midnight + timedelta(days=n) for n in range(-1, LONGEST_WAIT)]
    return [
        (day + opens, day + shuts)
        for day in days
        for span in spans
        if span.holds(day.weekday())
        for opens, shuts in span.windows
    ]


def _joined(
    windows: list[tuple[datetime, datetime]],
) -> list[tuple[datetime, datetime]]:
    """Join windows that touch, so that a place is open until it really shuts."""
    found: list[tuple[datetime, datetime]] = []
    for opens, shuts in windows:
        if found and opens <= found[-1][1]:
            found[-1] = found[-1][0], max(shuts, found[-1][1])
        else:
            found.append((opens, shuts))
    return found
