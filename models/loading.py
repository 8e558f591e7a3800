"""Loading places: rows of CSV files become divisions, unions, groups, sites and so on.

A row with a code we have replaces it; nothing is deleted, since people may refer to it.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date

from sqlmodel import Session, SQLModel, col, select

from models.benefit_rows import (
    benefit_of,
    check_benefits,
    check_givings,
    check_partners,
    giving_of,
    partner_of,
)
from models.columns import new_id
from models.data import DIVISION_KINDS, UNION_KINDS, Row, check_tree, rows
from models.errors import Failure
from models.identity import normalise_uscc, uscc_fault
from models.pinyin import pinyin_keys
from models.place import Division, Enterprise, Group, Source, Union, renew
from models.row_faults import is_date, lines, missing, unknown
from models.site_rows import check_sites, site_of

LONGEST_UNION_CODE = 20
"""A union's code travels in buttons of at most 64 bytes together with other things."""

ENTERPRISE_KINDS = ("enterprise", "platform")


class BadRows(Failure):
    """The file was not loaded; each line says what is wrong with a row (permanent)."""

    def __init__(self, faults: list[str]) -> None:
        super().__init__("\n".join(faults))
        self.faults = faults


def load_all(session: Session) -> None:
    """Load every file that comes with the product."""
    for name in MAKERS:
        load(session, name, rows(name))


def load(session: Session, name: str, given: Sequence[Row]) -> int:
    """Load the rows of one kind and return how many; raise BadRows and load nothing."""
    tidy = [_tidy(row) for row in given]
    faults = CHECKS[name](session, tidy)
    if faults:
        raise BadRows(faults)
    for position, row in enumerate(tidy):
        session.merge(MAKERS[name](session, row, position))
        session.flush()
    renew(session)
    return len(tidy)


def _tidy(row: Row) -> Row:
    """Drop the blanks around cells, and cells beyond the last column."""
    return {name: (cell or "").strip() for name, cell in row.items() if name}


def _check_divisions(session: Session, given: Sequence[Row]) -> list[str]:
    known = session.exec(select(Division)).all()
    return check_tree(_with_known(given, known), DIVISION_KINDS)


def _check_unions(session: Session, given: Sequence[Row]) -> list[str]:
    places = set(session.exec(select(Division.code)))

    def faults_of(row: Row) -> Iterator[str]:
        if row.get("division") not in places:
            yield f'has unknown division "{row.get("division", "")}".'
        if len(row.get("code", "")) > LONGEST_UNION_CODE:
            yield f"has a code longer than {LONGEST_UNION_CODE} characters."

    known = session.exec(select(Union)).all()
    faults = check_tree(_with_known(given, known), UNION_KINDS)
    return faults + lines(given, faults_of)


def _with_known(
    given: Sequence[Row], known: Iterable[Division] | Iterable[Union]
) -> list[Row]:
    """Return the rows and those of the tree already here, so that parents are found."""
    codes = {row.get("code") for row in given}
    kept = [
        {"code": k.code, "parent": k.parent or "", "kind": k.kind, "name": k.name}
        for k in known
        if k.code not in codes
    ]
    return [*given, *kept]


def _check_groups(session: Session, given: Sequence[Row]) -> list[str]:
    def faults_of(row: Row) -> Iterator[str]:
        yield from missing(row, "code", "since", "name")
        for column in ("since", "until"):
            if row.get(column) and not is_date(row[column]):
                yield f'has a {column} that is no date: "{row[column]}".'

    return lines(given, faults_of)


def _check_enterprises(session: Session, given: Sequence[Row]) -> list[str]:
    unions = {"", *session.exec(select(Union.code))}
    places = {"", *session.exec(select(Division.code))}
    counts = Counter(_uscc(row) for row in given)

    def faults_of(row: Row) -> Iterator[str]:
        yield from missing(row, "name")
        if row.get("kind") not in ENTERPRISE_KINDS:
            yield f"is of unknown kind; kinds are {', '.join(ENTERPRISE_KINDS)}."
        if code := _uscc(row):
            if uscc_fault(code):
                yield "has a credit code that is not valid."
            if counts[code] > 1:
                yield f"has a credit code that {counts[code]} rows have."
        yield from unknown(row, "union", unions)
        yield from unknown(row, "division", places)

    return lines(given, faults_of)


def _uscc(row: Row) -> str:
    return normalise_uscc(row.get("uscc", ""))


def _check_sources(session: Session, given: Sequence[Row]) -> list[str]:
    places = {"", *session.exec(select(Division.code))}
    groups = {"", *session.exec(select(Group.code))}

    def faults_of(row: Row) -> Iterator[str]:
        yield from missing(row, "code", "campaign", "site", "organiser")
        yield from unknown(row, "division", places)
        yield from unknown(row, "group", groups)

    return lines(given, faults_of)


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


def _degrees(text: str | None) -> float | None:
    return float(text) if text else None


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
    return Enterprise(
        id=_enterprise_id(session, row) or new_id(),
        kind=row["kind"],
        position=position,
        name=row["name"],
        uscc=_uscc(row) or None,
        division=row.get("division") or None,
        union_code=row.get("union") or None,
        pinyin=pinyin_keys(row["name"]),
    )


def _enterprise_id(session: Session, row: Row) -> int | None:
    """Return the id of a firm we have: the one of its code, else of its name."""
    same = select(Enterprise.id).where(
        Enterprise.name == row["name"], Enterprise.kind == row["kind"]
    )
    if code := _uscc(row):
        ours = select(Enterprise.id).where(Enterprise.uscc == code)
        if found := session.exec(ours).first():
            return found
        same = same.where(col(Enterprise.uscc).is_(None))
    return session.exec(same).first()


def _source(session: Session, row: Row, position: int) -> SQLModel:
    named = select(Union.code).where(Union.name == row["organiser"])
    return Source(
        code=row["code"],
        campaign=row["campaign"],
        site=row["site"],
        organiser=row["organiser"],
        division=row.get("division") or None,
        group=row.get("group") or None,
        union_code=session.exec(named.order_by(Union.code)).first(),
    )


MAKERS: dict[str, Callable[[Session, Row, int], SQLModel]] = {
    "divisions": _division,
    "unions": _union,
    "groups": _group,
    "enterprises": _enterprise,
    "sources": _source,
    "sites": site_of,
    "partners": partner_of,
    "benefits": benefit_of,
    "givings": giving_of,
}
CHECKS: dict[str, Callable[[Session, Sequence[Row]], list[str]]] = {
    "divisions": _check_divisions,
    "unions": _check_unions,
    "groups": _check_groups,
    "enterprises": _check_enterprises,
    "sources": _check_sources,
    "sites": check_sites,
    "partners": check_partners,
    "benefits": check_benefits,
    "givings": check_givings,
}
