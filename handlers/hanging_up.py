"""Hanging up: a live talk is over, and whoever was in it hears so, and why.

The form that somebody was in the middle of is offered again.
"""

from collections.abc import Iterable
from functools import partial

from handlers.say import Choice, Say, Word
from handlers.talk import with_resume
from handlers.turn import Turn
from models.case import Case
from models.columns import short
from models.message import Kind

ENDED, IDLE, STOPPED = "ended", "idle", "stopped"
"""Why a talk is over: somebody said so, nobody said anything, somebody is not there."""

AT_DESK = "at_desk"
"""The same for the chat of staff, where it was ended on their page."""


def tell_over(turn: Turn, row: Case, chats: Iterable[int], why: str = ENDED) -> None:
    """Have the other chats that were in a talk told that it is over."""
    for chat_id in chats:
        if chat_id != turn.chat.id:
            turn.elsewhere.append((chat_id, partial(over, row=row, why=why)))


def over(turn: Turn, row: Case, why: str) -> list[Say]:
    """Say to either side that the other is no more there."""
    to = "worker" if turn.worker.id == row.worker_id else "staff"
    words = Word("live", f"over_{to}_{why}", {"number": row.number})
    message = Say(words, choices=(way_back(turn, row),), kind=Kind.RECEIPT)
    return [with_resume(turn, message)]


def way_back(turn: Turn, row: Case) -> Choice:
    """Return the way to the case, as its worker or as who handles it."""
    own = turn.worker.id == row.worker_id
    view = "my_case" if own else "case"
    return Choice(Word("live", "look"), f"v:{view}:{short(row.id)}")
