"""Matters: what of a worker's waits for who serves a union, shown and decided there.

Permission is checked at the moment of each press, when a form is begun, and again when
it is finished; it is never remembered from the list.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Any, ClassVar, Generic, Protocol, TypeVar

from handlers.flow import Flow
from handlers.queued import WAITING_LIST
from handlers.say import Say, Word
from handlers.turn import Turn
from models import audit
from models.application import CannotDecide
from models.columns import long
from models.errors import Failure
from models.review import AlreadyTold, Overtaken, may_review
from models.staff import Staff, staff_of


class Told(Protocol):
    """What every row that staff decide on has: whom it is about."""

    @property
    def id(self) -> int: ...

    @property
    def worker_id(self) -> int | None: ...


Row = TypeVar("Row", bound=Told)

CANNOT_UNDO: dict[type[Failure], Word] = {
    AlreadyTold: Word("reviewing", "too_late"),
    Overtaken: Word("reviewing", "overtaken"),
}
"""What hinders that a decision is taken back."""


def _may_review(turn: Turn, staff: Staff, row: Any) -> bool:
    return may_review(turn.atlas, staff, row)


@dataclass(frozen=True)
class Matter(Generic[Row]):
    """A table whose rows staff decide on, and what is said to who may not.

    A row `waits` until it is decided; one of `too_late` says that somebody else was
    quicker, `hindered` what else may stand in the way.  `which` says whose it is, so
    that nobody decides about one and means another.
    """

    table: type[Row]
    others: Word
    settled: Word
    waits: Callable[[Turn, Row], bool]
    may: Callable[[Turn, Staff, Row], bool] = _may_review
    which: Callable[[Turn, Row, bool], dict[str, Any]] = lambda turn, row, named: {}
    too_late: tuple[type[Failure], ...] = (CannotDecide,)
    hindered: Mapping[type[Failure], Word] = field(default_factory=dict)

    def row(self, turn: Turn, arg: str) -> Row | None:
        """Return the row, whoever asks."""
        return turn.session.get(self.table, long(arg))

    def mine(self, turn: Turn, arg: str) -> tuple[Staff, Row] | None:
        """Return the staff member and the row if one may decide the other."""
        staff, row = staff_of(turn.session, turn.worker.id), self.row(turn, arg)
        if staff is None or row is None or not self.may(turn, staff, row):
            return None
        return staff, row

    def look(
        self, turn: Turn, arg: str, act: str, show: Callable[[Turn, Row], Say]
    ) -> list[Say]:
        """Show the row to who may decide it; the audit keeps the look as an `act`."""
        found = self.mine(turn, arg)
        if found is None:
            return [self.not_yours()]
        staff, row = found
        audit.record(turn.session, turn.now, staff.id, act, row.id)
        return [show(turn, row)]

    def refusal(self, turn: Turn, arg: str) -> Say | None:
        """Return why who asks cannot decide, if so."""
        found = self.mine(turn, arg)
        if found is None:
            return self.not_yours()
        return None if self.waits(turn, found[1]) else self.decided()

    def decide(self, turn: Turn, arg: str, act: Callable[[Staff, Row], Say]) -> Say:
        """Do something about the row and say so, or why it cannot be done."""
        found = self.mine(turn, arg)
        return self.attempt(partial(act, *found)) if found else self.not_yours()

    def attempt(self, act: Callable[[], Say]) -> Say:
        """Do what may be done, or say why it cannot be."""
        try:
            return act()
        except self.failures as failure:
            return Say(self.why_not(failure)).offering(WAITING_LIST)

    @property
    def failures(self) -> tuple[type[Failure], ...]:
        """What a decision may fail of."""
        return (*self.too_late, *self.hindered)

    def why_not(self, failure: Failure) -> Word:
        """Return what is said where a decision failed."""
        return self.hindered.get(type(failure), self.settled)

    def not_yours(self) -> Say:
        """Say that this is for others to decide."""
        return Say(self.others).offering(WAITING_LIST)

    def decided(self) -> Say:
        """Say that this is decided."""
        return Say(self.settled).offering(WAITING_LIST)


class Deciding(Flow):
    """What forms that decide about somebody's matter have in common."""

    about_others: ClassVar[bool] = True
    has_subject: ClassVar[bool] = True
    matter: ClassVar[Matter[Any]]

    @classmethod
    def refuse(cls, turn: Turn, subject: str) -> list[Say] | None:
        """Turn away who may not decide this, or comes too late."""
        instead = cls.matter.refusal(turn, subject)
        return [instead] if instead else None

    @classmethod
    def title(cls, turn: Turn, subject: str, named: bool = False) -> Word:
        """Say whose, so that nobody decides about one and means another."""
        row = cls.matter.row(turn, subject)
        if row is None:
            return super().title(turn, subject)
        return Word(cls.name, "title", cls.matter.which(turn, row, named))

    @classmethod
    def about(cls, turn: Turn, subject: str) -> int | None:
        """Keep what is said while deciding as the data of whom it is about."""
        row = cls.matter.row(turn, subject)
        return row.worker_id if row else None

    def decide(self, turn: Turn, staff: Staff, row: Any) -> Say:
        """Decide as the answers say; may raise what the matter may fail of."""
        raise NotImplementedError

    def finish(self, turn: Turn) -> Say:
        """Decide, or say why it cannot be done."""

        def act(staff: Staff, row: Any) -> Say:
            return self.decide(turn, staff, row).offering(WAITING_LIST)

        return self.matter.decide(turn, self.subject, act)
