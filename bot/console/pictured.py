"""Pictured: the file that came with a row, for whoever may see the row."""

from collections.abc import Callable
from typing import TypeVar

from bot.console.desk import Desk
from bot.console.noun import Page, Rule
from bot.console.views import File, View
from bot.files import file_of

Row = TypeVar("Row")


def picture_page(
    rule: Rule[Row], number_of: Callable[[Desk, Row], int | None]
) -> Page[File]:
    """Return the page of the picture of a row, found by the rule of the row."""

    def own(desk: Desk, key: str) -> File | None:
        row = rule.own(desk, key)
        return sent_file(desk, number_of(desk, row)) if row is not None else None

    return Page("{key}/picture", Rule(rule.roles, own), as_it_is)


def sent_file(desk: Desk, number: int | None) -> File | None:
    """Return a file that somebody sent, with the name it has."""
    found = file_of(desk.session, desk.kit, number or 0)
    return File(found.data, found.mime, found.name) if found else None


def as_it_is(desk: Desk, file: File) -> View:
    """Show a picture, or save a document."""
    return file
