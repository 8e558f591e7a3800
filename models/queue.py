"""Queues: what waits for those who serve a union, whatever noun it is of.

A noun says by a `Queue` what of it waits, since when, and for which union.  It is
counted, and its oldest few are found, in an index that ends with the people; nobody
reads all that waits.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlmodel import Session, SQLModel, col, func, or_, select

from models.staff import Staff


@dataclass(frozen=True)
class Queue:
    """What of a table waits: where `waits` holds, for the `union`, and `since` when.

    `joins` are what binds a row to others it cannot be read without.
    None of the `people` it is about decides it; a `role` that is named alone does.
    What a `holder` has taken is theirs alone.  What is `urgent` comes before all else.
    """

    table: type[SQLModel]
    since: Any
    union: Any
    waits: tuple[Any, ...]
    joins: tuple[Any, ...] = ()
    people: tuple[Any, ...] = ()
    role: str = ""
    holder: Any = None
    urgent: bool = False

    def count(self, session: Session, staff: Staff, unions: set[str]) -> int:
        """Count what waits for a staff member of these unions."""
        if self._is_for_others(staff):
            return 0
        every = select(func.count()).select_from(self.table)
        return session.exec(every.where(*self.theirs(staff, unions))).one()

    def oldest(
        self, session: Session, staff: Staff, unions: set[str], limit: int
    ) -> Sequence[tuple[datetime, int]]:
        """Return since when the longest waiting ones wait, and their ids."""
        if self._is_for_others(staff):
            return []
        since, key = col(self.since), col(self.table.id)  # type: ignore[attr-defined]
        found = select(since, key).where(*self.theirs(staff, unions))
        return session.exec(found.order_by(since, key).limit(limit)).all()

    def of_others(self, staff: Staff) -> list[Any]:
        """Return the conditions of what is not about this staff member."""
        return [*self.joins, *(one != staff.worker_id for one in self.people)]

    def theirs(self, staff: Staff, unions: set[str]) -> list[Any]:
        """Return the conditions of what waits for a staff member of these unions."""
        theirs = (*self.of_others(staff), col(self.union).in_(unions))
        return [*self.waits, *theirs, *self._free(staff)]

    def _is_for_others(self, staff: Staff) -> bool:
        return self.role not in ("", staff.role)

    def _free(self, staff: Staff) -> list[Any]:
        if self.holder is None:
            return []
        return [or_(col(self.holder).is_(None), col(self.holder) == staff.id)]
