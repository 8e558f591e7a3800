"""Fields: what a record says of itself, each asked, read and shown in one way.

A field is declared once; the frame draws it in the form of a new row, in that of a
changed one, and on the page of a row.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from functools import partial
from math import isfinite
from typing import Any
from zoneinfo import ZoneInfo

from bot.console.desk import Desk, Label, Text
from bot.console.views import Input, Option

Options = Mapping[str, Text]

MOST_YEARS = 50
"""How far from today an instant may be; calendars of machines end somewhere."""


class Unread(Exception):
    """What stands in a field is not what it asks for; says what it asks for."""

    def __init__(self, why: Text) -> None:
        super().__init__()
        self.why = why


def _same(desk: Desk, text: str) -> Any:
    return text


def _written(desk: Desk, value: Any) -> str:
    return "" if value is None else str(value)


@dataclass(frozen=True)
class Field:
    """One thing said of a row; `made_with` it is what is never changed later."""

    name: str
    label: Text
    kind: str = "text"
    required: bool = True
    longest: int = 200
    hint: Text = ""
    usual: str = ""
    empty: Any = ""
    """What is kept where nothing was said."""
    options: Callable[[Desk], Options] | None = None
    read: Callable[[Desk, str], Any] = _same
    write: Callable[[Desk, Any], str] = _written
    get: Callable[[Desk, Any], Any] | None = None
    """Find the value where the row has no column of this name."""
    made_with: bool = False
    inserts: Options | None = None
    """What a touch puts where one writes, by what is put."""

    def value(self, desk: Desk, row: Any) -> Any:
        """Return what a row says."""
        return self.get(desk, row) if self.get else getattr(row, self.name)

    def asked(self, desk: Desk, row: Any = None) -> Input:
        """Return how it is asked, with what stands there already."""
        usual = desk.query.get(self.name, self.usual)
        value = usual if row is None else self._in_form(desk, row)
        given = self.options(desk) if self.options else {}
        offered = tuple(Option(key, text) for key, text in given.items())
        return Input(
            self.name,
            self.label,
            self.kind,
            value,
            offered,
            self.hint,
            self.required,
            self.longest,
            inserts=tuple(Option(*one) for one in (self.inserts or {}).items()),
        )

    def _in_form(self, desk: Desk, row: Any) -> str | Sequence[str]:
        value = self.value(desk, row)
        if self.kind == "checks":
            return [str(one) for one in value]
        return self.write(desk, value)

    def take(self, desk: Desk) -> Any:
        """Return what was sent; raises Unread."""
        if self.kind == "checks":
            chosen, given = desk.fields.all(self.name), self._keys(desk)
            return tuple(key for key in given if key in chosen)
        text = desk.fields.get(self.name)[: self.longest]
        if not text:
            if self.required:
                raise Unread(Label("Please fill this in."))
            return self.empty
        if self.options and text not in self._keys(desk):
            raise Unread(Label("Please choose one of these."))
        return self.read(desk, text)

    def _keys(self, desk: Desk) -> Options:
        return self.options(desk) if self.options else {}

    def shown(self, desk: Desk, row: Any) -> str:
        """Return what a row says, as somebody reads it."""
        value = self.value(desk, row)
        if self.options is None:
            return self.write(desk, value).replace(
                "T", " ", self.kind == "datetime-local"
            )
        names = self.options(desk)
        keys = value if self.kind == "checks" else [self.write(desk, value)]
        return desk.joined(names.get(str(key), str(key)) for key in keys if key)


def text(name: str, label: Text, **more: Any) -> Field:
    """Ask for words on a line."""
    return Field(name, label, **more)


def words(name: str, label: Text, longest: int = 2000, **more: Any) -> Field:
    """Ask for words on several lines."""
    return Field(name, label, "area", longest=longest, **more)


def one_of(
    name: str, label: Text, options: Callable[[Desk], Options], **more: Any
) -> Field:
    """Ask to choose one."""
    return Field(name, label, "select", options=options, empty=None, **more)


def word(name: str, label: Text, kind: type[StrEnum], names: Options) -> Field:
    """Ask to choose one of the words of a list."""
    return one_of(name, label, lambda desk: names, read=lambda desk, text: kind(text))


def some_of(
    name: str, label: Text, options: Callable[[Desk], Options], **more: Any
) -> Field:
    """Ask to choose several, or none."""
    return Field(name, label, "checks", required=False, options=options, **more)


def yes_no(name: str, label: Text, usual: bool, hint: Text = "") -> Field:
    """Ask for yes or no."""
    return Field(
        name,
        label,
        "select",
        usual=_yes(None, usual),
        hint=hint,
        options=lambda desk: {"yes": Label("Yes"), "no": Label("No")},
        read=lambda desk, text: text == "yes",
        write=_yes,
    )


def _yes(desk: Desk | None, value: bool) -> str:
    return "yes" if value else "no"


def number(name: str, label: Text, **more: Any) -> Field:
    """Ask for a whole number."""
    return Field(name, label, "number", longest=9, empty=None, read=_number, **more)


def _number(desk: Desk, text: str) -> int:
    if not text.removeprefix("-").isdecimal():
        raise Unread(Label("Please write a whole number."))
    return int(text)


def degrees(name: str, label: Text, **more: Any) -> Field:
    """Ask for a coordinate."""
    return Field(name, label, longest=24, empty=None, read=_degrees, **more)


def _degrees(desk: Desk, text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = float("nan")
    if not isfinite(value):
        raise Unread(Label("Please write a number such as 23.1291."))
    return value


def day(name: str, label: Text, **more: Any) -> Field:
    """Ask for a day."""
    return Field(name, label, "date", empty=None, read=partial(_when, date), **more)


def moment(name: str, label: Text, **more: Any) -> Field:
    """Ask for a day and an hour, of the clock where the product is used."""
    return Field(
        name, label, "datetime-local", empty=None, read=_moment, write=_wall, **more
    )


def _when(kind: type[date], desk: Desk, text: str) -> Any:
    try:
        return kind.fromisoformat(text)
    except ValueError:
        raise Unread(Label("Please choose a day on the calendar.")) from None


def _moment(desk: Desk, text: str) -> datetime:
    wall = _when(datetime, desk, text)
    if abs(wall.year - desk.today.year) > MOST_YEARS:
        raise Unread(Label("Please choose a day on the calendar."))
    return wall.replace(tzinfo=ZoneInfo(desk.kit.rules.zone))  # type: ignore[no-any-return]


def _wall(desk: Desk, value: datetime | None) -> str:
    zone = ZoneInfo(desk.kit.rules.zone)
    return f"{value.astimezone(zone):%Y-%m-%dT%H:%M}" if value else ""


def split(separator: str, name: str) -> Callable[[Desk, Any], list[str]]:
    """Find several in one column, where they stand with something between them."""
    return lambda desk, row: [one for one in getattr(row, name).split(separator) if one]


def groups(desk: Desk) -> Options:
    """Offer the occupations of today."""
    atlas = desk.kit.atlas
    return {group.code: desk.named(group) for group in atlas.groups_on(desk.today)}


def unions(desk: Desk) -> Options:
    """Offer one's own union and those below it."""
    return {code: desk.union(code) for code in sorted(desk.unions)}


def divisions(desk: Desk) -> Options:
    """Offer the places where one's own unions are."""
    atlas = desk.kit.atlas
    roots = {atlas.unions[code].division for code in desk.unions}
    found = sorted(
        code for code in atlas.divisions if any(code.startswith(root) for root in roots)
    )
    return {code: desk.named(atlas.divisions[code]) for code in found}


def none_or(options: Callable[[Desk], Options], none: Text) -> Callable[..., Options]:
    """Offer these, and to choose none of them."""
    return lambda desk: {"": none, **options(desk)}
