"""Offers: the possible answers to a question, and finding one by what was typed.

A choice is found by its number, its label, a part of the label nothing else has, or its
pinyin; long lists are searched by typing and turned over nine at a time.
"""

import re
import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Protocol, TypeVar

from handlers.say import Choice, Text, Word
from handlers.turn import Turn

PAGE = 9
"""At most this many choices are on the screen, so that one digit names each."""

OWN_WORDS = "="
"""How the key of an answer in the person's own words begins."""

UNTICK = "-"
"""How the key of a press that takes one of several answers away again begins."""


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
Item = TypeVar("Item")
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
        """Return the answers on offer; with a `query` those it may mean."""
        if query and self.searching:
            return exact(list(self.searching(turn, answers, query)), query)
        found = list(self.listing(turn, answers))
        return matching(found, query) if query else found

    def find(self, turn: Turn, answers: Any, key: str) -> Option | None:
        """Return the answer with this key while it is still on offer."""
        if self.finding:
            return self.finding(turn, answers, key)
        for option in self.listing(turn, answers):
            if option.key == key:
                return option
        return None


def plain(text: str) -> str:
    """Fold a text for comparing: width, case, spaces, punctuation do not count."""
    folded = unicodedata.normalize("NFKC", text).casefold()
    return re.sub(r"[\s\W_]+", "", folded)


def is_exact(option: Named, typed: str) -> bool:
    """Tell whether a typed text is the whole label of an option, or one of its keys."""
    wanted, name = plain(typed), option.label
    return wanted in option.keys.split() or (
        isinstance(name, str) and plain(name) == wanted
    )


def exact(options: list[Matched], typed: str) -> list[Matched]:
    """Return the options that a typed text names exactly; all where it names none."""
    return [o for o in options if is_exact(o, typed)] or options


def matching(options: Sequence[Matched], typed: str) -> list[Matched]:
    """Return the options a typed text may mean: the exact one alone, else all with it.

    Only labels that are plain text can be compared; the others are on the screen.
    """
    wanted = plain(typed)
    if not wanted:
        return []
    named = [(o, plain(o.label)) for o in options if isinstance(o.label, str)]
    found = [o for o, name in named if wanted in name] or [
        o for o, _ in named if any(k.startswith(wanted) for k in o.keys.split())
    ]
    whole = [o for o, _ in named if is_exact(o, typed)]
    return whole or found


def page_of(
    options: Sequence[Item], page: int, room: int = PAGE
) -> tuple[list[Item], bool]:
    """Return the options of one page and whether there are more pages than this."""
    shown, more = slice_of(len(options), page, room)
    return list(options[shown]), more


def slice_of(count: int, page: int, room: int = PAGE) -> tuple[slice, bool]:
    """Return which of so many rows one page shows, and whether there are more."""
    if count <= room:
        return slice(0, count), False
    size = room - 1
    start = (page % -(-count // size)) * size
    return slice(start, start + size), True


def next_page(press: str, count: int, page: int, room: int = PAGE) -> Choice:
    """Return the way to the page behind one; behind the last comes the first."""
    pages = -(-count // (room - 1))
    after = (page + 1) % pages
    return Choice(Word("common", "more" if after else "first_page"), f"{press}{after}")


def page_number(text: str) -> int:
    """Read the number of a page from a press; 0 for anything else."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 5 else 0


def as_choices(options: Sequence[Option], press: Callable[[str], str]) -> list[Choice]:
    """Return options as choices on the screen."""
    return [Choice(o.label, press(o.key), o.keys) for o in options]
