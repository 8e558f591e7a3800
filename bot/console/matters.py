"""Matters: all kinds of what workers ask, with what of each waits, on one page."""

from collections.abc import Iterator

from bot.console.deciding import Pages
from bot.console.desk import Desk, Label
from bot.console.noun import Noun, Page, Rule, whole
from bot.console.views import Line, List, View
from handlers.dossiers import DOSSIERS
from models.staff import SERVING

PAGES = tuple(Pages(dossier) for dossier in DOSSIERS)
KINDS = tuple(pages.noun() for pages in PAGES)
"""The pages of each kind."""


def show(desk: Desk, row: str) -> View:
    """List the kinds of matters, with how many wait of each, and since when."""
    return List(
        Label("Other matters"),
        (Label("About"), Label("Still waiting"), Label("Oldest")),
        tuple(_lines(desk)),
        "",
    )


def _lines(desk: Desk) -> Iterator[Line]:
    for pages, noun in zip(PAGES, KINDS, strict=True):
        if noun.opens_to(desk.staff.role):
            found = next(pages.waits(desk), None)
            count, since = (found.count, found.oldest) if found else (0, None)
            yield Line(noun.path, (noun.label, str(count), desk.moment(since)))


MATTERS = Noun(
    "matters", Label("Other matters"), (Page("", Rule(SERVING, whole), show),)
)
