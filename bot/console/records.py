"""Records: a noun that says its columns, filters, fields and acts, and gets its pages.

A list, a form for a new row and one to change it, the row's page with what was done to
it, and a confirm page for each act.  Everything is done by operations of `models`,
which raise a Failure; `faults` says beside which field it is explained, and how.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from typing import Any, Generic, TypeVar

from sqlmodel import col, select

from bot.console.desk import Desk, Label, Text, Went, Wrong
from bot.console.drawing import ROLES
from bot.console.fields import Field, Unread
from bot.console.listing import page_of
from bot.console.noun import Form, Noun, Page, Rule, Waiting, whole
from bot.console.views import (
    Badge,
    Detail,
    Do,
    Fill,
    Input,
    Line,
    List,
    Sheet,
    View,
    choose,
)
from models import coded
from models.audit import entries_about
from models.columns import long, short
from models.errors import Failure
from models.staff import Staff

Row = TypeVar("Row")
Facts = dict[str, Any]

HISTORY = 30
"""How many of the newest deeds a row's page shows."""

DEEDS: Mapping[str, Text] = {
    "created": Label("made"),
    "changed": Label("changed"),
    "ended": Label("ended"),
    "resumed": Label("taken up again"),
    "cancelled": Label("cancelled"),
    "published": Label("published"),
}
"""What was done, by the last part of its name; a record may name more."""

GONE = Label(
    "This cannot be done any more: it has changed meanwhile. Please look once more."
)


@dataclass(frozen=True)
class Act(Generic[Row]):
    """Something done to a row, after a last question; there is a button while it can.

    `do` returns what is said then.
    """

    name: str
    label: Text
    ask: Text
    why: Text
    can: Callable[[Desk, Row], bool]
    do: Callable[[Desk, Row, Facts], Text]
    kind: str = ""
    fields: tuple[Field, ...] = ()
    fields_of: Callable[[Desk, Row], Iterable[Input]] | None = None
    ends: bool = False
    """Whether there is no row any more, and its list is shown."""
    at_once: bool = False
    """Whether it is done by one touch, without the question."""


@dataclass(frozen=True)
class Filter(Generic[Row]):
    """A choice above the list: what may be chosen, and what it asks of a row."""

    name: str
    label: Text
    options: Callable[[Desk], Mapping[str, Text]]
    where: Callable[[Desk, str], Any]
    usual: str = ""


@dataclass(frozen=True)
class Record(Generic[Row]):
    """All that is said of a noun whose rows staff make and keep."""

    name: str
    label: Label
    new: Label
    table: Any
    key: str
    """The column that names a row in addresses: "id" or "code"."""
    order: tuple[Any, ...]
    roles: tuple[str, ...]
    keepers: tuple[str, ...]
    """Of the roles, those that may change something."""
    mine: Callable[[Desk], Sequence[Any]]
    """Which rows belong to who looks: conditions."""
    columns: tuple[Label, ...]
    cells: Callable[[Desk, Row], tuple[Text, ...]]
    badge: Callable[[Desk, Row], Badge]
    empty: Label
    fields: tuple[Field, ...]
    title: Callable[[Desk, Row], Text]
    make: Callable[[Desk, Facts], Row] | None = None
    change: Callable[[Desk, Row, Facts], None] | None = None
    may_change: Callable[[Desk, Row], bool] = lambda desk, row: True
    kept: Callable[[Desk, Row], bool] = lambda desk, row: True
    """Tell whether a row is theirs to change; others they only see."""
    acts: tuple[Act[Row], ...] = ()
    filters: tuple[Filter[Row], ...] = ()
    faults: Mapping[str, tuple[str, Text]] | None = None
    sheets: Callable[[Desk, Row], Iterable[Sheet]] = lambda desk, row: ()
    ways: Callable[[Desk, Row], Iterable[Do]] = lambda desk, row: ()
    deeds: Mapping[str, Text] | None = None
    newest_first: bool = False
    hint: Text = ""
    note: Callable[[Desk, Row], None] | None = None
    pages: tuple[Page[Any] | Form[Any], ...] = ()
    """More pages, of its own."""
    waits: Callable[[Desk], Iterable[Waiting]] | None = None

    @property
    def path(self) -> str:
        """The address of the list."""
        return f"/console/{self.name}"

    def at(self, row: Row) -> str:
        """Return the address of a row's page."""
        return f"{self.path}/{self.key_of(row)}"

    def key_of(self, row: Row) -> str:
        """Return what names a row in addresses."""
        value = getattr(row, self.key)
        return value if self.key == "code" else short(value)

    def own(self, desk: Desk, key: str) -> Row | None:
        """Find a row among those of who looks."""
        value = key if self.key == "code" else long(key)
        column = col(getattr(self.table, self.key))
        found = select(self.table).where(column == value, *self.mine(desk))
        return desk.session.exec(found).first()

    def own_kept(self, desk: Desk, key: str) -> Row | None:
        """Find a row among those that are theirs to change."""
        row = self.own(desk, key)
        return row if row is not None and self.kept(desk, row) else None

    def noun(self) -> Noun:
        """Return its pages."""
        anybody, keeper = Rule(self.roles, whole), Rule(self.keepers, whole)
        mine, kept = Rule(self.roles, self.own), Rule(self.keepers, self.own_kept)
        made = (Form("new", keeper, self._ask_new, self._make),) if self.make else ()
        changed = (
            (Form("{key}/change", kept, self._ask_change, self._change),)
            if self.change
            else ()
        )
        acts = (
            Form(
                f"{{key}}/{act.name}",
                kept,
                partial(self._ask_act, act),
                partial(self._act, act),
            )
            for act in self.acts
        )
        row = Page("{key}", mine, self._show, self.note)
        first = Page("", anybody, self._list)
        pages = (first, *made, row, *changed, *acts, *self.pages)
        return Noun(self.name, self.label, pages, self.waits)

    def _keeps(self, desk: Desk) -> bool:
        return desk.staff.role in self.keepers

    def _list(self, desk: Desk, whatever: str) -> View:
        asked = [self._asked(desk, one) for one in self.filters]
        conditions = [
            one.where(desk, value)
            for one, (value, _) in zip(self.filters, asked, strict=True)
            if value
        ]
        query = select(self.table).where(*self.mine(desk), *conditions)
        after = desk.query.get("after", "")
        rows, more = page_of(desk.session, query, self.order, after, self.newest_first)
        lines = tuple(
            Line(self.at(row), self.cells(desk, row), self.badge(desk, row))
            for row in rows
        )
        new = Do(self.new, f"{self.path}/new", kind="main")
        return List(
            self.label,
            self.columns,
            lines,
            self.empty,
            tuple(choice for _, choice in asked),
            after=more,
            actions=(new,) if self.make and self._keeps(desk) else (),
        )

    def _asked(self, desk: Desk, one: Filter[Row]) -> tuple[str, Input]:
        options = {"": Label("All"), **one.options(desk)}
        value = desk.query.get(one.name, one.usual)
        value = value if value in options else one.usual
        return value, choose(one.name, one.label, value, options)

    def _show(self, desk: Desk, row: Row) -> View:
        facts = ((one.label, one.shown(desk, row)) for one in self.fields)
        told = tuple((label, text) for label, text in facts if text)
        sheets = (
            *self.sheets(desk, row),
            Sheet(Label("Particulars"), told),
            Sheet(Label("What was done"), lines=tuple(self._history(desk, row))),
        )
        return Detail(
            self.title(desk, row),
            tuple(one for one in sheets if one != Sheet(one.title)),
            self.badge(desk, row),
            actions=(*self.ways(desk, row), *self._buttons(desk, row)),
            back=Do(self.label, self.path),
        )

    def _buttons(self, desk: Desk, row: Row) -> Iterable[Do]:
        if not (self._keeps(desk) and self.kept(desk, row)):
            return
        if self.change and self.may_change(desk, row):
            yield Do(Label("Change"), f"{self.at(row)}/change")
        for act in self.acts:
            if act.can(desk, row):
                path = f"{self.at(row)}/{act.name}"
                yield Do(act.label, path, act.at_once, act.kind)

    def _history(self, desk: Desk, row: Any) -> Iterable[Line]:
        by_code = self.key == "code"
        noun = coded.noun_of(self.table)
        about = coded.subject(noun, row.code) if by_code else row.id
        for entry in entries_about(desk.session, about, HISTORY):
            deed = entry.action.rpartition(".")[2]
            names = {**DEEDS, **(self.deeds or {})}
            done = names.get(deed, entry.action)
            who = position(desk, entry.actor_id)
            yield Line("", (desk.moment(entry.at), done, who))

    def _back(self, desk: Desk, row: Row) -> Do:
        return Do(self.title(desk, row), self.at(row))

    def _ask_new(self, desk: Desk, whatever: str) -> View:
        asked = tuple(one.asked(desk) for one in self.fields)
        back = Do(self.label, self.path)
        return Fill(self.new, Label("Save"), asked, self.hint, back=back)

    def _make(self, desk: Desk, whatever: str) -> Went:
        facts = taken(desk, self.fields)
        with self.explained():
            row = self.make(desk, facts)  # type: ignore[misc]
        return Went(self.at(row), Label("Saved."))

    def _changeable(self) -> tuple[Field, ...]:
        return tuple(one for one in self.fields if not one.made_with)

    def _ask_change(self, desk: Desk, row: Row) -> View:
        asked = tuple(one.asked(desk, row) for one in self._changeable())
        back = self._back(desk, row)
        return Fill(Label("Change"), Label("Save"), asked, self.hint, back=back)

    def _change(self, desk: Desk, row: Row) -> Went:
        facts = taken(desk, self._changeable())
        with self.explained():
            self.change(desk, row, facts)  # type: ignore[misc]
        return Went(self.at(row), Label("Saved."))

    def _ask_act(self, act: Act[Row], desk: Desk, row: Row) -> View:
        more = act.fields_of(desk, row) if act.fields_of else ()
        return Fill(
            act.ask,
            act.label,
            (*(one.asked(desk) for one in act.fields), *more),
            act.why,
            danger=act.kind == "danger",
            back=self._back(desk, row),
        )

    def _act(self, act: Act[Row], desk: Desk, row: Row) -> Went:
        facts = taken(desk, act.fields)
        with self.explained():
            said = act.do(desk, row, facts)
        return Went(self.path if act.ends else self.at(row), said)

    @contextmanager
    def explained(self) -> Iterator[None]:
        """Turn what an operation refuses into an explanation beside its field."""
        try:
            yield
        except Failure as failure:
            part = str(failure.args[0]) if failure.args else ""
            name, text = (self.faults or {}).get(part, ("", GONE))
            raise Wrong(**{name: text}) from None


def taken(desk: Desk, fields: Iterable[Field]) -> Facts:
    """Return what was sent in these fields; raises Wrong with all that will not do."""
    facts: Facts = {}
    wrong: dict[str, Text] = {}
    for one in fields:
        try:
            facts[one.name] = one.take(desk)
        except Unread as unread:
            wrong[one.name] = unread.why
    if wrong:
        raise Wrong(**wrong)
    return facts


def position(desk: Desk, staff_id: int | None) -> Text:
    """Say in which position somebody did something; nobody's name is kept."""
    if staff_id is None:
        return Label("by itself")
    if staff_id == desk.staff.id:
        return Label("you")
    staff = desk.session.get(Staff, staff_id)
    if staff is None:
        return ""
    role = ROLES.get(staff.role)
    return f"{desk.union(staff.union_code)} {desk.text(role) if role else staff.role}"
