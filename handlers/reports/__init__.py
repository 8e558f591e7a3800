"""Reports: what a report is; each is a function in a file of its own.

A report reads rows and returns a `Table`; the command line and, later, pages print it.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session

from handlers.say import Text
from models.place import Atlas


@dataclass(frozen=True)
class Period:
    """The time a report is about: from the first instant up to before the second.

    Days are those of a zone.
    """

    since: datetime
    until: datetime
    zone: str = "Asia/Shanghai"


@dataclass(frozen=True)
class Table:
    """What a report says: a title, the names of its columns, its rows.

    One that does not `add_up` says so at its end.
    """

    title: Text
    columns: tuple[Text, ...]
    rows: tuple[tuple[Text | int, ...], ...]
    adds_up: bool = True


Report = Callable[[Session, Atlas, Period, str], Table]
"""A report: (session, places, period, language) → table."""

Listing = Callable[[Session, Atlas, str, str], Table | None]
"""A report about one thing: (session, places, its code, language) → table, if any."""
