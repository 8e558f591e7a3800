"""Views: what a page of the console shows, as values; templates/console draws them.

Most pages are a `List`, a `Detail` or a `Fill`, and need no template of their own.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar

from bot.console.desk import Text


@dataclass(frozen=True)
class Option:
    """One of the things to choose."""

    key: str
    label: Text


@dataclass(frozen=True)
class Input:
    """A field: `kind` is that of an HTML input, or area, select, radios or checks."""

    name: str
    label: Text
    kind: str = "text"
    value: str | Sequence[str] = ""
    options: tuple[Option, ...] = ()
    hint: Text = ""
    required: bool = True
    longest: int = 200
    complete: str = "off"
    inserts: tuple[Option, ...] = ()
    """What a touch puts where one writes."""


@dataclass(frozen=True)
class Do:
    """A button or link: a path to open, or one where a form is sent at once."""

    label: Text
    path: str
    at_once: bool = False
    kind: str = ""
    """"main" for what is done most, "danger" for what is hard to take back."""


@dataclass(frozen=True)
class Badge:
    """A short word about a row; `tone` is "", good, wait or bad."""

    label: Text
    tone: str = ""


@dataclass(frozen=True)
class Line:
    """One row of a list: where it leads, and a cell for each column."""

    path: str
    cells: tuple[Text, ...]
    badge: Badge | None = None
    key: str = ""
    links: Mapping[int, str] = field(default_factory=dict)
    """Where other cells lead, by their place."""


@dataclass(frozen=True)
class List:
    """Rows that can be found, filtered and paged; the address says which."""

    template: ClassVar[str] = "list"

    title: Text
    columns: tuple[Text, ...]
    lines: tuple[Line, ...]
    empty: Text
    filters: tuple[Input, ...] = ()
    after: str | None = None
    """The key of the last row, where there are more."""
    actions: tuple[Do, ...] = ()
    many: tuple[Do, ...] = ()
    """What can be done with several rows at once."""


@dataclass(frozen=True)
class Sheet:
    """A part of a detail page: a title, and rows of name and value."""

    title: Text
    rows: tuple[tuple[Text, Text], ...] = ()
    lines: tuple[Line, ...] = ()
    picture: str = ""
    text: Text = ""
    share: tuple[int, int] | None = None
    """How many are done, of how many."""
    live: str = ""
    """The state in which it moves by itself, so that the page looks again."""


@dataclass(frozen=True)
class Detail:
    """All about one row, and what can be done with it."""

    template: ClassVar[str] = "detail"

    title: Text
    sheets: tuple[Sheet, ...]
    badge: Badge | None = None
    notice: tuple[Text, ...] = ()
    actions: tuple[Do, ...] = ()
    back: Do | None = None
    beside: bool = False
    """The first two sheets stand side by side, where there is room."""
    again: int = 0
    """After how many seconds the page is looked at again, where something goes on."""


@dataclass(frozen=True)
class Fill:
    """A form, or a last question before something that is hard to take back."""

    template: ClassVar[str] = "fill"

    title: Text
    submit: Text
    inputs: tuple[Input, ...] = ()
    why: Text = ""
    rows: tuple[tuple[Text, Text], ...] = ()
    picture: str = ""
    danger: bool = False
    back: Do | None = None


@dataclass(frozen=True)
class Own:
    """A page with a template of its own: templates/console/<template>.html."""

    template: str
    title: Text
    values: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class File:
    """Bytes instead of a page: a picture, or something to save under a `name`.

    What is painted is given as what paints it, beside the event loop, one at a time.
    """

    data: bytes | Callable[[], bytes]
    mime: str
    name: str = ""


@dataclass(frozen=True)
class Piece:
    """What is new in an open page since a mark, and the mark from then on."""

    mark: str
    html: str


Drawable = List | Detail | Fill | Own
View = Drawable | File | Piece


def choose(name: str, label: Text, value: str, options: Mapping[str, Text]) -> Input:
    """Make a field with one of several to choose."""
    offered = tuple(Option(key, text) for key, text in options.items())
    return Input(name, label, "select", value, offered, required=False)
