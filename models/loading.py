"""Loading places: rows of CSV files become divisions, unions, groups and enterprises.

A row with a code we have replaces it; nothing is deleted, since people may refer to it.
"""

from collections.abc import Callable, Iterable, Sequence
from datetime import date
from typing import Any

from sqlmodel import Session, SQLModel, col, select

from models.columns import new_id
from models.data import DIVISION_KINDS, UNION_KINDS, Row, check_tree, rows
from models.identity import uscc_fault
from models.pinyin import pinyin_keys
from models.place import Division, Edition, Enterprise, Group, Source, Union

LONGEST_UNION_CODE = 20
"""A union's code travels in buttons of at most 64 bytes together with other things."""


class BadRows(Exception):
    """The file was not loaded; each line says what is wrong with a row (permanent)."""

    def __init__(self, faults: list[str]) -> None:
        super().__init__("\n".join(faults))
        self.faults = faults


def load(session: Session, name: str, given: Sequence[Row]) -> int:
    """Load the rows of one kind and return how many; raise BadRows and load nothing."""
    faults = CHECKS[name](session, given)
    if faults:
        raise BadRows(faults)
    for position, row in enumerate(given):
        session.merge(MAKERS[name](session, row, position))
        session.flush()
    edition = session.get(Edition, 1) or Edition(id=1, number=0)
    edition.number += 1
    session.add(edition)
    return len(given)


def load_all(session: Session) -> None:
    """Load every file that comes with the product."""
    for name in MAKERS:
        load(session, name, rows(name))


def _with_known(
    session: Session, given: Sequence[Row], table: type[Division] | type[Union]
) -> list[Row]:
    """Return the rows with those of the tree already here, so that parents are found."""
    codes = {row.get("code") for row in given}
    known = session.exec(select(table)).all()
    kept = [
        {"code": k.code, "parent": k.parent or "", "kind": k.kind, "name": k.name}
        for k in known
        if k.code not in codes
    ]
    return [*given, *kept]


def _check_divisions(session: Session, given: Sequence[Row]) -> list[str]:
    return check_tree(_with_known(session, given, Division), DIVISION_KINDS)


def _check_unions(session: Session, given: Sequence[Row]) -> list[str]:
    faults = check_tree(_with_known(session, given, Union), UNION_KINDS)
    places = set(session.exec(select(Division.code)).all())
    for number, row in enumerate(given, start=2):
        if row.get("division") not in places:
            faults.append(f"Row {number}: division {row.get('division')!r} is unknown.")
        if len(row.get("code", "")) > LONGEST_UNION_CODE:
            faults.append(f"Row {number}: the code is longer than 20 characters.")
    return faults


def _check_enterprises(session: Session, given: Sequence[Row]) -> list[str]:
    faults = []
    unions = set(session.exec(select(Union.code)).all())
    for number, row in enumerate(given, start=2):
        if not row.get("name"):
            faults.append(f"Row {number}: the name is missing.")
        if row.get("kind") not in ("enterprise", "platform"):
            faults.append(f"Row {number}: kind is enterprise or platform.")
        if row.get("uscc") and uscc_fault(row["uscc"]):
            faults.append(f"Row {number}: the credit code is not valid.")
        if row.get("union") and row["union"] not in unions:
            faults.append(f"Row {number}: union {row['union']!r} is unknown.")
    return faults


def _need(*columns: str) -> Callable[[Session, Sequence[Row]], list[str]]:
    """Return a check that these columns are filled."""

    def check(session: Session, given: Iterable[Row]) -> list[str]:
        return [
            f"Row {number}: {column} is missing."
            for number, row in enumerate(given, start=2)
            for column in columns
            if not row.get(column)
        ]

    return check


def _degrees(text: str | None) -> float | None:
    return float(text) if text else None


def _division(session: Session, row: Row, position: int) -> SQLModel:
    return Division(
        code=row["code"],
        parent=row.get("parent") or None,
        kind=row["kind"],
        name=row["name"],
        name_en=row.get("name_en") or row["name"],
        lat=_degrees(row.get("lat")),
        lon=_degrees(row.get("lon")),
        pinyin=row.get("pinyin") or pinyin_keys(row["name"]),
    )


def _union(session: Session, row: Row, position: int) -> SQLModel:
    return Union(
        code=row["code"],
        parent=row.get("parent") or None,
        kind=row["kind"],
        name=row["name"],
        name_en=row.get("name_en") or row["name"],
        division=row["division"],
        groups=row.get("groups") or "",
        phone=row.get("phone") or "",
    )


def _group(session: Session, row: Row, position: int) -> SQLModel:
    until = row.get("until")
    return Group(
        code=row["code"],
        position=position,
        since=date.fromisoformat(row["since"]),
        until=date.fromisoformat(until) if until else None,
        name=row["name"],
        name_en=row.get("name_en") or row["name"],
        alias=row.get("alias") or "",
    )


def _enterprise(session: Session, row: Row, position: int) -> SQLModel:
    same = select(Enterprise.id).where(
        col(Enterprise.name) == row["name"], col(Enterprise.kind) == row["kind"]
    )
    return Enterprise(
        id=session.exec(same).first() or new_id(),
        kind=row["kind"],
        position=position,
        name=row["name"],
        uscc=row.get("uscc") or None,
        division=row.get("division") or None,
        union_code=row.get("union") or None,
        pinyin=pinyin_keys(row["name"]),
    )


def _source(session: Session, row: Row, position: int) -> SQLModel:
    return Source(
        code=row["code"],
        campaign=row["campaign"],
        site=row["site"],
        organiser=row["organiser"],
        division=row.get("division") or None,
        group=row.get("group") or None,
    )


Maker = Callable[[Session, Row, int], Any]
MAKERS: dict[str, Maker] = {
    "divisions": _division,
    "unions": _union,
    "groups": _group,
    "enterprises": _enterprise,
    "sources": _source,
}
CHECKS: dict[str, Callable[[Session, Sequence[Row]], list[str]]] = {
    "divisions": _check_divisions,
    "unions": _check_unions,
    "groups": _need("code", "since", "name"),
    "enterprises": _check_enterprises,
    "sources": _need("code", "campaign", "site", "organiser"),
}
