"""Taking: eight processes take the same cases all at once; each must have one taker."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass

from sqlmodel import Session, func, select

from bot.database import Database, in_transaction
from models import handling
from models.application import CannotDecide
from models.audit import AuditEntry
from models.case import Case, Course
from models.place import Atlas, read_atlas
from models.staff import Staff
from tests.databases import opened
from tests.models.casework import a_case
from tests.models.cast import NOW, reviewer
from tests.torture.rushing import PROCESSES, rush

Taken = dict[int, int]
"""Who was told that they have a case, by case."""


@dataclass(frozen=True)
class Part:
    """One staff member, and the cases in the order they try them."""

    who: int
    cases: Sequence[int]


@dataclass(frozen=True)
class Taking:
    """What came of it: who was told what, and what the rows and the audit say."""

    told: list[tuple[int, int]]
    rows: Taken
    waiting: int
    entries: int

    @property
    def faults(self) -> list[str]:
        """What was promised and not kept."""
        promises = {
            "each has one taker": len({case for case, _ in self.told})
            == len(self.told)
            == len(self.rows),
            "who was told has it": dict(self.told) == self.rows,
            "none is left": self.waiting == 0,
            "each is audited once": self.entries == len(self.rows),
        }
        return [name for name, kept in promises.items() if not kept]


def take_all(url: str, cases: int, seed: int = 1) -> Taking:
    """Let eight staff members take every case, each in an order of their own."""
    draw = random.Random(seed)
    with opened(url) as database:
        numbers, staff = in_transaction(database, lambda s: _prepare(s, cases))
    parts = [Part(who, draw.sample(numbers, len(numbers))) for who in staff]
    told = [one for some in rush(url, _take_some, parts) for one in some]
    with opened(url) as database, Session(database.reading) as session:
        return _read(session, told)


def _prepare(session: Session, cases: int) -> tuple[list[int], list[int]]:
    staff = [reviewer(session).id for _ in range(PROCESSES)]
    return [a_case(session).id for _ in range(cases)], staff


def _take_some(database: Database, part: Part) -> list[tuple[int, int]]:
    atlas = in_transaction(database, read_atlas)
    who = part.who
    return [(n, who) for n in part.cases if _take(database, atlas, who, n)]


def _take(database: Database, atlas: Atlas, who: int, number: int) -> bool:
    def work(session: Session) -> bool:
        staff, row = session.get_one(Staff, who), session.get_one(Case, number)
        try:
            handling.take(session, atlas, staff, row, NOW)
        except CannotDecide:
            return False
        return True

    return in_transaction(database, work)


def _read(session: Session, told: list[tuple[int, int]]) -> Taking:
    rows = session.exec(select(Case.id, Case.staff_id).where(Case.staff_id != 0))
    waiting = select(func.count()).where(Case.course == Course.WAITING)
    entries = select(func.count()).where(AuditEntry.action == "case.taken")
    return Taking(
        told=told,
        rows={case: who for case, who in rows if who is not None},
        waiting=session.exec(waiting).one(),
        entries=session.exec(entries.select_from(AuditEntry)).one(),
    )
