"""Checking a list of members: which rows are good, and what is wrong with the others.

Nothing is written.  It is asked of the whole list what no row knows by itself: whether
somebody is in it twice, is a member already, or has applied.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sqlmodel import Session

from models.enrolling import known, numbers_taken
from models.import_rows import (
    BadRow,
    Fault,
    Frame,
    Person,
    Row,
    as_row,
    columns_of,
    doubled,
    fault,
    read,
)
from models.sealing import Keyring


@dataclass(frozen=True)
class Checked:
    """What a list holds."""

    good: list[Person]
    bad: list[BadRow]


def check(
    session: Session, keys: Keyring, frame: Frame, lines: Sequence[Sequence[str]]
) -> Checked:
    """Look through a list whose first line names its columns; raises NoColumns."""
    columns = columns_of(lines[0])
    people: list[tuple[int, Row, Person]] = []
    bad: list[BadRow] = []
    for number, cells in enumerate(lines[1:], 2):
        row = as_row(columns, cells)
        found = read(frame, row)
        if isinstance(found, Person):
            people.append((number, row, found))
        else:
            bad.append(BadRow(number, row, found))
    faults = _Others(session, keys, [person for _, _, person in people])
    good = []
    for number, row, person in people:
        if wrong := list(faults.of(row, person)):
            bad.append(BadRow(number, row, wrong))
        else:
            good.append(person)
    return Checked(good, sorted(bad, key=lambda one: one.number))


class _Others:
    """What is wrong with somebody because of somebody else."""

    def __init__(self, session: Session, keys: Keyring, people: list[Person]) -> None:
        self.papers, self.numbers = doubled(people)
        papers = {(one.id_type, one.id_number) for one in people}
        self.known = known(session, keys, papers)
        self.taken = numbers_taken(session, {p.member_no for p in people} - {""})

    def of(self, row: Row, person: Person) -> Iterable[Fault]:
        """Yield what is wrong with somebody."""
        paper = person.id_type, person.id_number
        if paper in self.papers:
            yield fault(row, "id_number", "twice")
        if paper in self.known:
            yield fault(row, "id_number", self.known[paper])
        if person.member_no in self.numbers:
            yield fault(row, "member_no", "twice")
        if person.member_no in self.taken:
            yield fault(row, "member_no", "taken")
