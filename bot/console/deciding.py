"""Deciding: the pages of one kind of matter, made of the chat's dossier of it.

Rows are listed, looked at and decided by the operations the chat calls, with the same
entries in the audit; of two who decide at once one is told that it is decided.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import Any, Generic, TypeVar

from sqlmodel import col, select

from bot.console.asking import answers_to, inputs_of
from bot.console.desk import Desk, Label, Text, Went, Wrong
from bot.console.listing import page_of
from bot.console.noun import Form, Noun, Page, Rule, Waiting, whole
from bot.console.pictured import picture_page
from bot.console.records import position
from bot.console.undoing import UNDONE, or_wrong, step_of, undo_of
from bot.console.views import (
    Badge,
    Detail,
    Do,
    File,
    Fill,
    Line,
    List,
    Sheet,
    View,
    choose,
)
from bot.console.words_of_deeds import deed_of
from handlers.dossier import ByForm, ByPress, Dossier, Undoing
from handlers.matter import Told
from handlers.say import Say, Word
from models import audit
from models.columns import long, short
from models.staff import SERVING, Staff

HISTORY = 30
"""How many of the newest deeds a row's page shows."""

WAITING, ALL = "waiting", "all"

Row = TypeVar("Row", bound=Told)
Way = ByPress[Row] | ByForm[Row]
Act = Callable[[Staff, Row], Say]


@dataclass(frozen=True)
class Pages(Generic[Row]):
    """The pages of one kind of matter."""

    of: Dossier[Row]

    @property
    def path(self) -> str:
        """The address of the list."""
        return f"/console/{self.of.name}"

    @property
    def roles(self) -> tuple[str, ...]:
        """The roles that decide it."""
        role = self.of.source.queue.role
        return (role,) if role else SERVING

    def at(self, row: Row) -> str:
        """Return the address of a row's page."""
        return f"{self.path}/{short(row.id)}"

    def noun(self) -> Noun:
        """Return the list, a row's page, and a form for each decision."""
        return Noun(
            self.of.name,
            self.of.title,
            (
                Page("", Rule(self.roles, whole), self.list),
                Page("{key}", Rule(self.roles, self.own), self.show, self.note),
                *(self._form(way) for way in self.of.ways),
                *self._undo_form(),
                *self._picture_page(),
            ),
            self.waits,
            under="matters",
        )

    def _form(self, way: Way[Row]) -> Form[Row]:
        rule, path = Rule(self.roles, self.own), f"{{key}}/{way.name}"
        if isinstance(way, ByForm):
            ask, do = partial(self._ask, way), partial(self._answer, way)
            return Form(path, rule, ask, do, note=partial(self._note_unless, way))
        return Form(path, rule, self.show, partial(self._press, way), note=self.note)

    def _undo_form(self) -> Iterator[Form[Row]]:
        if self.of.undoing is not None:
            rule, do = Rule(self.roles, self.own), partial(self._undo, self.of.undoing)
            yield Form("{key}/undo", rule, self.show, do, note=self.note)

    def _picture_page(self) -> Iterator[Page[File]]:
        photo, rule = self.of.photo, Rule(self.roles, self.own)
        if photo is not None:
            yield picture_page(rule, lambda desk, row: photo(row))

    # What there is.

    def own(self, desk: Desk, key: str) -> Row | None:
        """Find a row among those that who works here may see."""
        table = self.of.matter.table
        mine = self.of.theirs(desk.staff, desk.unions)
        found = select(table).where(col(table.id) == long(key), *mine)
        return desk.session.exec(found).first()

    def list(self, desk: Desk, whatever: str) -> View:
        """List rows: those that wait, the oldest first, unless asked otherwise."""
        show, union = self._asked(desk)
        queue, table = self.of.source.queue, self.of.matter.table
        below = desk.kit.atlas.branch(union) & desk.unions if union else desk.unions
        query = select(table).where(*self._that(desk, show, below))
        order, after = (queue.since, table.id), desk.query.get("after", "")
        newest_first = show != WAITING
        rows, more = page_of(desk.session, query, order, after, newest_first)
        unions = {code: desk.union(code) for code in sorted(desk.unions)}
        return List(
            self.of.title,
            (Label("Which one"), Label("About"), Label("Union"), Label("Sent in")),
            tuple(self._line(desk, row) for row in rows),
            Label("Nothing of this kind here."),
            (
                choose("show", Label("State"), show, self._states()),
                choose("union", Label("Union"), union, {"": Label("All"), **unions}),
            ),
            after=more,
        )

    def _asked(self, desk: Desk) -> tuple[str, str]:
        """Return what the address asks for, as far as it is offered."""
        show, union = desk.query.get("show", WAITING), desk.query.get("union", "")
        return (
            show if show in self._states() else WAITING,
            union if union in desk.unions else "",
        )

    def _states(self) -> dict[str, Text]:
        named = {key: state.name for key, state in self.of.states.items()}
        return {WAITING: Label("Still waiting"), **named, ALL: Label("All")}

    def _that(self, desk: Desk, show: str, unions: set[str]) -> Iterator[Any]:
        """Yield the conditions of what is asked for; what waits is for these unions."""
        if show == WAITING:
            yield from self.of.source.queue.theirs(desk.staff, unions)
            return
        yield from self.of.theirs(desk.staff, unions)
        if show in self.of.states:
            yield self.of.states[show].holds

    def _line(self, desk: Desk, row: Row) -> Line:
        since = desk.moment(getattr(row, self.of.source.queue.since.key))
        union = desk.union(self.of.union(desk.turn, row))
        cells = (*self.of.called(desk.turn, row), union, since)
        return Line(self.at(row), cells, self._badge(desk, row))

    def _badge(self, desk: Desk, row: Row) -> Badge:
        if self.of.is_late(desk.turn, row):
            return Badge(Label("Overdue"), "bad")
        waits = self.of.matter.waits(desk.turn, row)
        return Badge(self.of.state(row), "wait" if waits else "")

    def waits(self, desk: Desk) -> Iterator[Waiting]:
        """Count what waits; of a single row the way leads to its page."""
        source, who = self.of.source, (desk.turn, desk.staff, desk.unions)
        # A colleague may decide between the two looks.
        first = source.oldest(*who, 1)
        count = source.count(*who) if first else 0
        if count:
            [oldest] = first
            row = desk.session.get_one(self.of.matter.table, oldest.number)
            path = self.at(row) if count == 1 else self.path
            late = self.of.are_late(*who)
            yield Waiting(self.of.title, count, oldest.since, path, late)

    # One row.

    def note(self, desk: Desk, row: Row) -> None:
        """Write down that somebody looks at a row."""
        audit.record(desk.session, desk.now, desk.staff.id, self.of.read, row.id)

    def show(self, desk: Desk, row: Row) -> View:
        """Show all that a decider must know, and what may be decided."""
        said = self.of.show(desk.turn, row)
        pictured = self.of.photo is not None and self.of.photo(row)
        picture = f"{self.at(row)}/picture" if pictured else ""
        stands: tuple[tuple[Text, Text], ...] = (
            (Label("Union"), desk.union(self.of.union(desk.turn, row))),
            *self.of.history(desk.turn, row),
        )
        return Detail(
            said.title or self.of.title,
            (
                Sheet(self.of.title, said.rows, picture=picture, text=said.text or ""),
                Sheet(Label("How it stands"), stands),
                Sheet(Label("What was done"), lines=tuple(self._deeds(desk, row))),
            ),
            self._badge(desk, row),
            actions=tuple(self._actions(desk, row)),
            back=Do(self.of.title, self.path),
        )

    def _actions(self, desk: Desk, row: Row) -> Iterator[Do]:
        ways = self.of.open_to(desk.turn, desk.staff, row)
        for way in ways:
            path, kind = f"{self.at(row)}/{way.name}", "main" if way is ways[0] else ""
            at_once = isinstance(way, ByPress)
            yield Do(way.label(row), path, at_once, kind)
        undoing = self.of.undoing
        step = undoing.last(desk.turn, desk.staff, row) if undoing else None
        if step is not None:
            yield undo_of(self.at(row), step)

    def _deeds(self, desk: Desk, row: Row) -> Iterator[Line]:
        for entry in audit.entries_about(desk.session, row.id, HISTORY):
            done = deed_of(entry.action) or entry.action
            who = position(desk, entry.actor_id)
            yield Line("", (desk.moment(entry.at), done, who))

    # Deciding it.

    def _press(self, way: ByPress[Row], desk: Desk, row: Row) -> Went:
        return self._decide(way, desk, row, partial(way.do, desk.turn))

    def _is_open(self, way: Way[Row], desk: Desk, row: Row) -> bool:
        return way in self.of.open_to(desk.turn, desk.staff, row)

    def _note_unless(self, way: ByForm[Row], desk: Desk, row: Row) -> None:
        """Write down a look where there is nothing to fill in any more."""
        if not self._is_open(way, desk, row):
            self.note(desk, row)

    def _ask(self, way: ByForm[Row], desk: Desk, row: Row) -> View:
        """Show the form, or the row where it cannot be decided so any more."""
        if not self._is_open(way, desk, row):
            return self.show(desk, row)
        form, key = way.form, short(row.id)
        return Fill(
            form.title(desk.turn, key, named=True),
            Word(form.name, "submit"),
            tuple(inputs_of(desk, form, key)),
            why=Word(form.name, "ask_sure"),
            back=Do(self.of.show(desk.turn, row).title or self.of.title, self.at(row)),
        )

    def _answer(self, way: ByForm[Row], desk: Desk, row: Row) -> Went:
        answers = answers_to(desk, way.form, short(row.id))
        form = way.form.model_construct(**answers)
        return self._decide(way, desk, row, partial(form.decide, desk.turn))

    def _decide(self, way: Way[Row], desk: Desk, row: Row, act: Act[Row]) -> Went:
        """Carry out a decision; where it cannot be made any more nothing changes."""
        matter = self.of.matter
        if not self._is_open(way, desk, row):
            waits = matter.waits(desk.turn, row) and way.when(row)
            raise Wrong.altogether(matter.others if waits else matter.settled)
        with or_wrong(matter):
            said = act(desk.staff, row)
        return Went(self._after(desk, row), said.text or "")

    def _after(self, desk: Desk, row: Row) -> str:
        """Return where to go on: to the list where the row is for others now."""
        return self.at(row) if self.own(desk, short(row.id)) else self.path

    def _undo(self, undoing: Undoing[Row], desk: Desk, row: Row) -> Went:
        with or_wrong(self.of.matter):
            undoing.do(desk.turn, desk.staff, row, step_of(desk))
        return Went(self._after(desk, row), UNDONE)
