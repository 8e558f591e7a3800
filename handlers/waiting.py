"""The waiting list: all that waits for who serves a union, whatever it is.

A noun that may wait has its own `queue` beside its view, and a line in SOURCES.
"""

from collections.abc import Callable, Iterator

from sqlmodel import Session

from handlers import (
    admitting,
    answering,
    confirming,
    correcting,
    handling,
    moving,
    objecting,
    reviewing,
    serving,
    site_faults,
)
from handlers.offers import page_number, page_of
from handlers.queued import Queued
from handlers.say import Choice, Say, Word, say
from handlers.turn import Turn
from models.staff import Staff, staff_of

SOURCES: tuple[Callable[[Session, set[str]], Iterator[Queued]], ...] = (
    reviewing.queue,
    correcting.queue,
    confirming.queue,
    site_faults.queue,
    moving.queue,
    serving.queue,
    admitting.queue,
    objecting.queue,
    answering.queue,
    handling.queue,
)
"""What may wait for a social worker; one more is a line here."""


def waiting(turn: Turn, arg: str) -> list[Say]:
    """List what a staff member's unions have to review, oldest first."""
    staff = staff_of(turn.session, turn.worker.id)
    if staff is None:
        return [say("reviewing", "not_staff")]
    rows = _queue(turn, staff)
    if not rows:
        return [say("reviewing", "nobody_waits")]
    number = page_number(arg)
    shown, more = page_of(rows, number)
    choices = [Choice(row.line(turn), row.press) for row in shown]
    if more:
        choices.append(Choice(Word("common", "more"), f"v:waiting:{number + 1}"))
    return [say("reviewing", "list", count=len(rows)).offering(*choices)]


def _queue(turn: Turn, staff: Staff) -> list[Queued]:
    """Return all that waits for a staff member's unions but one's own, oldest first."""
    unions = turn.atlas.branch(staff.union_code)
    every = (row for source in SOURCES for row in source(turn.session, unions))
    others = (
        row
        for row in every
        if turn.worker.id not in row.people
        and row.role in ("", staff.role)
        and row.holder in (None, staff.id)
    )
    return sorted(others, key=lambda row: (not row.urgent, row.since))
