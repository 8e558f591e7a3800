"""Dossiers: all that who decides on a matter has before them, in chat and in console.

A matter gets its list, its page and its decisions in both from one `Dossier` beside it
and a line in `handlers.dossiers`.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from typing import Any, ClassVar, Generic, TypeVar

from sqlmodel import col, or_, select

from handlers.matter import Deciding, Matter, Told
from handlers.my_application import reason_text
from handlers.question import label
from handlers.queued import WAITING_LIST, Source
from handlers.say import Choice, Say, Text, Word
from handlers.turn import Turn
from models.columns import short
from models.staff import Staff
from models.worker import Worker

Row = TypeVar("Row", bound=Told)
Act = Callable[[Turn, str], list[Say]]
Facts = Iterator[tuple[Text, Text]]


@dataclass(frozen=True)
class ByPress(Generic[Row]):
    """A decision of one press, offered `when` a row is where it can be made."""

    letter: ClassVar[str] = "a"

    name: str
    label: Callable[[Row], Word]
    do: Callable[[Turn, Staff, Row], Say]
    when: Callable[[Row], bool] = lambda row: True


@dataclass(frozen=True)
class ByForm(Generic[Row]):
    """A decision that asks more first, such as a reason."""

    letter: ClassVar[str] = "f"

    form: type[Deciding]
    when: Callable[[Row], bool] = lambda row: True

    @property
    def name(self) -> str:
        """The name of the form."""
        return self.form.name

    def label(self, row: Row) -> Word:
        """Return what the way to the form is called."""
        return Word(self.name, "name")


@dataclass(frozen=True)
class Undoing(Generic[Row]):
    """How the last decision is taken back: which step that is now, if it can be."""

    last: Callable[[Turn, Staff, Row], int | None]
    do: Callable[[Turn, Staff, Row, int], None]


@dataclass(frozen=True)
class State:
    """Where a row may stand: what that is called, and of which rows it `holds`."""

    name: Word
    holds: Any


def states_of(column: Any, *kinds: StrEnum) -> dict[str, State]:
    """Return the states a column tells of by its words."""
    return {kind.value: State(label(kind), column == kind) for kind in kinds}


def settled(at: datetime | None) -> Facts:
    """Tell when something was settled, if it was."""
    if at is not None:
        yield Word("dossier", "settled"), Word("my_data", "moment", {"at": at})


def reason_of(turn: Turn, row: Any) -> Facts:
    """Tell why it was refused, in the words that were given to whom it is about."""
    why = row.read(turn.keys, turn.session.get_one(Worker, row.worker_id), "why")
    if why:
        yield Word("my_application", "reason"), reason_text(why)


def _standing(row: Any) -> Word:
    return label(row.standing)


def _union(turn: Turn, row: Any) -> str:
    return row.union_code or ""


@dataclass(frozen=True)
class Dossier(Generic[Row]):
    """A matter's rows as they are listed, shown and decided.

    `show` says all that a decider must know; `called` names a row in a list: which one,
    and what of.  `history` tells what became of it.  Others than who decides see a row
    where one of `unions` is theirs.  `due` is the column of the day by which it is
    decided.  What was done is called as the state it led to, where `deeds` has no word
    for it.
    """

    name: str
    noun: str
    source: Source
    matter: Matter[Row]
    show: Callable[[Turn, Row], Say]
    called: Callable[[Turn, Row], tuple[Text, Text]]
    ways: tuple[ByPress[Row] | ByForm[Row], ...]
    states: Mapping[str, State]
    history: Callable[[Turn, Row], Facts]
    state: Callable[[Row], Word] = _standing
    union: Callable[[Turn, Row], str] = _union
    photo: Callable[[Row], int | None] | None = None
    unions: tuple[Any, ...] = ()
    due: Any = None
    undoing: Undoing[Row] | None = None
    deeds: Mapping[str, Word] = field(default_factory=dict)

    @property
    def title(self) -> Word:
        """What its list is called."""
        return Word("dossier", self.name)

    @property
    def view(self) -> str:
        """The name of the chat's view of a row."""
        return self.source.press.removeprefix("v:")

    @property
    def read(self) -> str:
        """What the audit calls a look at a row."""
        return f"{self.noun}.read"

    @property
    def forms(self) -> tuple[type[Deciding], ...]:
        """The forms by which it is decided."""
        return tuple(way.form for way in self.ways if isinstance(way, ByForm))

    @property
    def acts(self) -> dict[str, Act]:
        """The acts of the chat by which it is decided."""
        presses = (way for way in self.ways if isinstance(way, ByPress))
        return {way.name: self._act(way) for way in presses}

    def theirs(self, staff: Staff, unions: set[str]) -> list[Any]:
        """Return the conditions of all rows that a staff member of unions may see."""
        columns = self.unions or (self.source.queue.union,)
        of_unions = or_(*(col(column).in_(unions) for column in columns))
        return [*self.source.queue.of_others(staff), of_unions]

    def is_late(self, turn: Turn, row: Row) -> bool:
        """Tell whether a row should be decided by now."""
        waits = self.due is not None and self.matter.waits(turn, row)
        return waits and bool(getattr(row, self.due.key) < turn.today)

    def are_late(self, turn: Turn, staff: Staff, unions: set[str]) -> bool:
        """Tell whether any of the rows that wait for a staff member is late."""
        if self.due is None:
            return False
        waiting = self.source.queue.theirs(staff, unions)
        found = select(self.due).where(*waiting, col(self.due) < turn.today)
        return turn.session.exec(found.limit(1)).first() is not None

    def open_to(
        self, turn: Turn, staff: Staff, row: Row
    ) -> list[ByPress[Row] | ByForm[Row]]:
        """Return how a staff member may decide on a row now."""
        if not (self.matter.waits(turn, row) and self.matter.may(turn, staff, row)):
            return []
        return [way for way in self.ways if way.when(row)]

    def look(self, turn: Turn, arg: str) -> list[Say]:
        """Show a row in the chat to who may decide it, and how they may."""
        return self.matter.look(turn, arg, self.read, self._shown)

    def _shown(self, turn: Turn, row: Row) -> Say:
        choices = self._choices(row) if self.matter.waits(turn, row) else ()
        image = self.photo(row) if self.photo and turn.trusted else None
        return replace(
            self.show(turn, row),
            choices=tuple(choices),
            back=WAITING_LIST.press,
            about=row.worker_id,
            image=image,
        )

    def _choices(self, row: Row) -> Iterator[Choice]:
        for way in self.ways:
            if way.when(row):
                press = f"{way.letter}:{way.name}:{short(row.id)}"
                yield Choice(way.label(row), press)

    def _act(self, way: ByPress[Row]) -> Act:
        def act(turn: Turn, arg: str) -> list[Say]:
            def do(staff: Staff, row: Row) -> Say:
                return way.do(turn, staff, row).offering(WAITING_LIST)

            return [self.matter.decide(turn, arg, do)]

        return act
