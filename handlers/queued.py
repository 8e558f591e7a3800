"""One row of what waits for who serves a union; the list of them is waiting.py.

Where several people stand in one message, nobody is named: a row says a number, and
for how many days it has waited.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from handlers.say import Choice, Word
from handlers.turn import Turn
from models.worker import Worker

WAITING_LIST = Choice(Word("reviewing", "waiting"), "v:waiting:0")


@dataclass(frozen=True)
class Queued:
    """What somebody waits for since when; only what is shown is put into words.

    None of the `people` it is about decides it; a `role` that is named alone does.
    What is `urgent` comes before all else; what a staff member has is theirs alone.
    """

    since: datetime
    people: set[int]
    press: str
    line: Callable[[Turn], Word]
    role: str = ""
    urgent: bool = False
    holder: int | None = None


def days_since(turn: Turn, moment: datetime) -> int:
    """Return for how many whole days something has waited."""
    return (turn.now - moment) // timedelta(days=1)


def member_number(turn: Turn, worker_id: int) -> str:
    """Return the end of a member's number, which names them to nobody else."""
    return (turn.session.get_one(Worker, worker_id).member_no or "")[-4:]
