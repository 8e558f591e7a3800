"""Nouns: what the console is about, each with its pages and who may use them.

No page exists without a `Rule`: which roles may open it, and how its row is found among
those that are theirs.  A row of others is not there: the answer is the same as for one
that never was.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Generic, TypeVar

from bot.console.desk import Desk, Fields, Text, Went
from bot.console.views import View

Row = TypeVar("Row")


@dataclass(frozen=True)
class Rule(Generic[Row]):
    """Who may use a page: these roles, and of rows those that `own` finds.

    `own` is given the key in the address and returns None for what is not theirs.
    """

    roles: tuple[str, ...]
    own: Callable[[Desk, str], Row | None]


def whole(desk: Desk, key: str) -> str | None:
    """Find nothing in particular: for pages that are about no one row."""
    return key


@dataclass(frozen=True)
class Page(Generic[Row]):
    """Something to read; `note` writes down first that it was read, where it must."""

    path: str
    rule: Rule[Row]
    show: Callable[[Desk, Row], View]
    note: Callable[[Desk, Row], None] | None = None


@dataclass(frozen=True)
class Form(Generic[Row]):
    """Something to fill in or confirm, and what it does, once.

    `do` raises Wrong where it cannot; then the form is shown again and nothing changed.
    `prepare` does before, and beside all else, what takes long: to look at a file, of
    so many bytes at most.  A document is written before, too, where `owner` says whose.
    `note` is that of the page it shows around itself, where that has one.
    """

    path: str
    rule: Rule[Row]
    show: Callable[[Desk, Row], View]
    do: Callable[[Desk, Row], Went]
    prepare: Callable[[Fields, int], Fields] | None = None
    owner: Callable[[Desk, Row], int] | None = None
    note: Callable[[Desk, Row], None] | None = None


@dataclass(frozen=True)
class Waiting:
    """So much of something waits for who looks, since when, and where it is."""

    label: Text
    count: int
    oldest: datetime | None
    """None where it does not matter since when."""
    path: str
    late: bool = False


@dataclass(frozen=True)
class Noun:
    """A part of the console: its place in the menu, its pages, what waits in it."""

    name: str
    label: Text
    pages: tuple[Page[Any] | Form[Any], ...]
    waits: Callable[[Desk], Iterable[Waiting]] | None = None
    under: str = ""
    """The noun that stands in the menu for it too, where it has no place of its own."""
    search: str = ""
    """The path of its form that finds a person, which the frame shows on every page."""

    @property
    def path(self) -> str:
        """The address of its first page."""
        return f"/console/{self.name}"

    def opens_to(self, role: str) -> bool:
        """Tell whether somebody of this role has anything to do here."""
        return role in self.pages[0].rule.roles

    def address(self, page: Page[Any] | Form[Any]) -> str:
        """Return the address of one of its pages; "{key}" stands for a row."""
        return f"{self.path}/{page.path}" if page.path else self.path
