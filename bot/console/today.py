"""Today: what waits for who works here, each with its count, its age and the way to it.

What waits is said by each noun itself; this page only asks them all.
"""

from functools import partial

from bot.console.desk import Desk, Label
from bot.console.noun import Noun, Page, Rule, whole
from bot.console.views import Own, View
from models.staff import CONSOLE


def over(nouns: tuple[Noun, ...]) -> Noun:
    """Make the first page over all others."""
    everybody = Rule(CONSOLE, whole)
    page = Page("", everybody, partial(show, nouns))
    return Noun("today", Label("Today"), (page,))


def show(nouns: tuple[Noun, ...], desk: Desk, row: str) -> View:
    """Show what waits, what is late first, then the oldest."""
    found = [
        waiting
        for noun in nouns
        if noun.waits is not None and noun.opens_to(desk.staff.role)
        for waiting in noun.waits(desk)
    ]
    found.sort(key=lambda waiting: (not waiting.late, waiting.oldest or desk.now))
    rows = [(one, (desk.now - (one.oldest or desk.now)).days) for one in found]
    return Own("today", Label("Today"), {"found": rows})
