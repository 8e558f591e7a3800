"""The waiting list: all that waits for who serves a union, whatever it is.

A noun that may wait has its own `SOURCE` beside its view, and a line in SOURCES.  Of
each only as many rows are looked at as the page shows.
"""

from heapq import merge
from itertools import islice

from handlers import answering, checking_in, handling, reviewing
from handlers.dossiers import DOSSIERS
from handlers.offers import next_page, page_number, slice_of
from handlers.queued import Queued
from handlers.say import Say, say
from handlers.turn import Turn
from models.staff import Staff, staff_of

SOURCES = (
    handling.URGENT_SOURCE,
    handling.SOURCE,
    reviewing.SOURCE,
    *(dossier.source for dossier in DOSSIERS),
    answering.SOURCE,
    checking_in.SOURCE,
)
"""What may wait for a social worker; one more is a line here."""


def waiting(turn: Turn, arg: str) -> list[Say]:
    """List what a staff member's unions have to review, oldest first."""
    staff = staff_of(turn.session, turn.worker.id)
    if staff is None:
        return [say("reviewing", "not_staff")]
    unions = turn.atlas.branch(staff.union_code)
    count = sum(source.count(turn, staff, unions) for source in SOURCES)
    if not count:
        return [say("reviewing", "nobody_waits")]
    number = page_number(arg)
    shown, more = slice_of(count, number)
    choices = [row.choice(turn) for row in _oldest(turn, staff, unions, shown)]
    if more:
        choices.append(next_page("v:waiting:", count, number))
    return [say("reviewing", "list", count=count).offering(*choices)]


def _oldest(turn: Turn, staff: Staff, unions: set[str], shown: slice) -> list[Queued]:
    """Return which rows of all that waits one page shows: urgent ones, then oldest."""
    every = (source.oldest(turn, staff, unions, shown.stop) for source in SOURCES)
    ordered = merge(*every, key=lambda row: (not row.source.queue.urgent, row.since))
    return list(islice(ordered, shown.start, shown.stop))
