"""One row of what waits for who serves a union; the list of them is waiting.py.

Where several people stand in one message, nobody is named: a row says a number, and
for how many days it has waited.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from handlers.say import Choice, Text, Word
from handlers.turn import Turn
from models.columns import short
from models.queue import Queue
from models.staff import Staff
from models.worker import Worker

WAITING_LIST = Choice(Word("reviewing", "waiting"), "v:waiting:0")


@dataclass(frozen=True)
class Source:
    """A queue, the press that opens one of its rows, and what a row is called."""

    queue: Queue
    press: str
    line: Callable[[Turn, Any], Word]

    def count(self, turn: Turn, staff: Staff, unions: set[str]) -> int:
        """Count what waits."""
        return self.queue.count(turn.session, staff, unions)

    def oldest(
        self, turn: Turn, staff: Staff, unions: set[str], limit: int
    ) -> "list[Queued]":
        """Return what has waited longest, without reading it."""
        found = self.queue.oldest(turn.session, staff, unions, limit)
        return [Queued(since, number, self) for since, number in found]


@dataclass(frozen=True)
class Queued:
    """What somebody waits for since when; only what is shown is put into words."""

    since: datetime
    number: int
    source: Source

    def choice(self, turn: Turn) -> Choice:
        """Return the way to look at it."""
        row = turn.session.get_one(self.source.queue.table, self.number)
        press = f"{self.source.press}:{short(self.number)}"
        return Choice(self.source.line(turn, row), press)


def own_words(turn: Turn, text: str) -> Text:
    """Return what somebody told the union; not over a channel that is not trusted."""
    return text if turn.trusted or not text else Word("reviewing", "on_the_page")


def days_since(turn: Turn, moment: datetime) -> int:
    """Return for how many whole days something has waited."""
    return (turn.now - moment) // timedelta(days=1)


def member_number(turn: Turn, worker_id: int) -> str:
    """Return the end of a member's number, which names them to nobody else."""
    return (turn.session.get_one(Worker, worker_id).member_no or "")[-4:]
