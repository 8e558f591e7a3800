"""Offers: the answers a question can be answered with, and finding one by what was typed.

A choice is found by its number, its label, a part of the label nothing else has, or its
pinyin; long lists are searched by typing and turned over nine at a time.
"""

import re
import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Protocol, TypeVar

from handlers.say import Choice, Text
from handlers.turn import Turn

PAGE = 9
"""At most this many choices are on the screen, so that one digit names each."""

OWN_WORDS = "="
"""How the key of an answer in the person's own words begins."""


@dataclass(frozen=True)
class Option:
    """One possible answer: its key, its label, and other words that mean it."""

    key: str
    label: Text
    keys: str = ""


class Named(Protocol):
    """Anything with a label and other words that mean it."""

    @property
    def label(self) -> Any: ...

    @property
    def keys(self) -> str: ...


Matched = TypeVar("Matched", bound=Named)
Listing = Callable[[Turn, Any], Sequence[Option]]
Finding = Callable[[Turn, Any, str], Option | None]
Searching = Callable[[Turn, Any, str], Sequence[Option]]


@dataclass(frozen=True)
class Offer:
    """The possible answers: a listing, and for long ones a look-up and a search."""

    listing: Listing
    finding: Finding | None = None
    searching: Searching | None = None

    def options(self, turn: Turn, answers: Any, query: str = "") -> list[Option]:
        """Return the answers on offer, those that match `query` first and alone."""
        if query and self.searching:
            return list(self.searching(turn, answers, query))
        found = list(self.listing(turn, answers))
        return matching(found, query) if query else found

    def find(self, turn: Turn, answers: Any, key: str) -> Option | None:
        """Return the answer with this key while it is still on offer."""
        if self.finding:
            return self.finding(turn, answers, key)
        return next((o for o in self.listing(turn, answers) if o.key == key), None)


def plain(text: str) -> str:
    """Fold a text for comparing: width, case, spaces and punctuation make no difference."""
    folded = unicodedata.normalize("NFKC", text).casefold()
    return re.sub(r"[\s\W_]+", "", folded)


def matching(options: Sequence[Matched], typed: str) -> list[Matched]:
    """Return the options a typed text may mean: the exact one alone, else all with it.

    Only labels that are plain text can be compared; the others are on the screen.
    """
    wanted = plain(typed)
    if not wanted:
        return []
    named = [
        (o, plain(o.label), o.keys.split()) for o in options if isinstance(o.label, str)
    ]
    exact = [o for o, name, keys in named if wanted == name or wanted in keys]
    if exact:
        return exact
    inside = [o for o, name, _ in named if wanted in name]
    return inside or [
        o for o, _, keys in named if any(k.startswith(wanted) for k in keys)
    ]


def page_of(
    options: Sequence[Option], page: int, room: int = PAGE
) -> tuple[list[Option], bool]:
    """Return the options of one page and whether there are more pages than this."""
    if len(options) <= room:
        return list(options), False
    size = room - 1
    pages = -(-len(options) // size)
    start = (page % pages) * size
    return list(options[start : start + size]), True


def as_choices(options: Sequence[Option], press: Callable[[str], str]) -> list[Choice]:
    """Return options as choices on the screen."""
    return [Choice(o.label, press(o.key), o.keys) for o in options]
