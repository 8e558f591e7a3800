"""Undoing: a button takes back the decision its page shows, and no later one."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from bot.console.desk import Desk, Label, Wrong
from bot.console.views import Do
from handlers.matter import Matter
from handlers.say import Word
from models.columns import long, short

UNDONE = Word("reviewing", "undone")


def undo_of(at: str, step_id: int) -> Do:
    """Return the button that takes back one decision about the row of a page."""
    path = f"{at}/undo?step={short(step_id)}"
    return Do(Label("Undo this decision"), path, at_once=True)


def step_of(desk: Desk) -> int:
    """Return which decision a button was to take back."""
    return long(desk.query.get("step", ""))


@contextmanager
def or_wrong(matter: Matter[Any]) -> Iterator[None]:
    """Say why something cannot be done about a matter; then nothing changes."""
    try:
        yield
    except matter.failures as failure:
        raise Wrong.altogether(matter.why_not(failure)) from None
