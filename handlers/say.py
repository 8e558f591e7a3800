"""What the bot says, before it is put into anybody's language or onto any channel."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from models.document import Document
from models.message import Kind


@dataclass(frozen=True)
class Word:
    """A text: the block `key` of templates/chat/<language>/<flow>.txt."""

    flow: str
    key: str
    params: Mapping[str, Any] = field(default_factory=dict)


Text = str | Word


@dataclass(frozen=True)
class Choice:
    """Something to tap or to answer by number; `press` says what it means.

    `like` is a label whose other words mean this too.
    """

    label: Text
    press: str
    keys: str = ""
    like: Word | None = None


@dataclass(frozen=True)
class Drawing:
    """A picture of a message's own title and rows, and where its QR code leads."""

    name: str
    path: str


@dataclass(frozen=True)
class Say:
    """One message: its words, and what it has of a card, choices, a link, a wish.

    `side` is who says it: the bot, or a person.  Its choices are not `numbered` where a
    number would be an answer of its own.
    """

    text: Word | None
    before: Word | None = None
    after: Word | None = None
    title: Text | None = None
    rows: tuple[tuple[Text, Text], ...] = ()
    choices: tuple[Choice, ...] = ()
    back: str | None = None
    numbered: bool = True
    link: tuple[Text, str] | None = None
    image: int | None = None
    document: Document | None = None
    drawing: Drawing | None = None
    wish: str | None = None
    place: str | None = None
    kind: Kind = Kind.REPLY
    about: int | None = None
    side: str = "bot"
    beside: bool = False
    """Whether it leaves the screen as it is: its choices have no numbers to type."""

    def offering(self, *choices: Choice) -> "Say":
        """Return the same message with more choices at its end."""
        return replace(self, choices=(*self.choices, *choices))


def say(flow: str, key: str, /, **params: Any) -> Say:
    """Make a message of words alone."""
    return Say(Word(flow, key, params))
