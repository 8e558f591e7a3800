"""Partners and benefits out of CSV files, and which partner gives which benefit.

An empty limit is none; what is already taken of a benefit stays taken.
"""

import re
from collections.abc import Iterator, Sequence
from datetime import date

from sqlmodel import Session, SQLModel, select

from models.benefit import Benefit, BenefitKind, Per
from models.data import Row, is_degrees
from models.partner import Giving, Partner
from models.place import Division, Group, Union
from models.row_faults import is_date, lines, missing, unknown
from models.site import SiteKind

LONGEST_CODE = 20
"""A code travels in buttons of at most 64 bytes together with other things."""

NUMBERS = ("member_days", "quota", "share", "valid_days")
_CODE = re.compile(r"[A-Za-z0-9-]+")
YES = {"": True, "yes": True, "no": False}


def check_partners(session: Session, given: Sequence[Row]) -> list[str]:
    """Name what is wrong with rows of partners."""
    unions = set(session.exec(select(Union.code)))
    places = set(session.exec(select(Division.code)))

    def faults_of(row: Row) -> Iterator[str]:
        yield from _code(row)
        yield from missing(row, "name", "address")
        yield from unknown(row, "union", unions)
        yield from unknown(row, "district", places)
        lat, lon = row.get("lat", ""), row.get("lon", "")
        if not (is_degrees(lat, 90) and is_degrees(lon, 180)):
            yield "has bad coordinates."
        yield from _yes_or_no(row, "active")

    return lines(given, faults_of)


def check_benefits(session: Session, given: Sequence[Row]) -> list[str]:
    """Name what is wrong with rows of benefits."""
    unions = {"", *session.exec(select(Union.code))}
    groups = {*session.exec(select(Group.code))}

    def faults_of(row: Row) -> Iterator[str]:
        yield from _code(row)
        yield from missing(row, "name", "about")
        yield from unknown(row, "kind", {*BenefitKind})
        if row.get("kind") == BenefitKind.PLACE:
            yield from unknown(row, "code", {k.replace("_", "-") for k in SiteKind})
        yield from unknown(row, "per", {"", *Per})
        yield from unknown(row, "union", unions)
        if unheard := set(_groups(row)) - groups:
            yield f"is for unknown groups: {', '.join(sorted(unheard))}."
        for column in NUMBERS:
            if row.get(column) and not row[column].isdecimal():
                yield f'has a {column} that is no number: "{row[column]}".'
        for column in ("opens", "closes"):
            if row.get(column) and not is_date(row[column]):
                yield f'has a {column} that is no date: "{row[column]}".'
        for column in ("pool", "books", "active"):
            yield from _yes_or_no(row, column)

    return lines(given, faults_of)


def check_givings(session: Session, given: Sequence[Row]) -> list[str]:
    """Name what is wrong with rows of who gives what."""
    benefits = set(session.exec(select(Benefit.code)))
    partners = set(session.exec(select(Partner.code)))

    def faults_of(row: Row) -> Iterator[str]:
        yield from unknown(row, "benefit", benefits)
        yield from unknown(row, "partner", partners)

    return lines(given, faults_of)


def _code(row: Row) -> Iterator[str]:
    yield from missing(row, "code")
    code = row.get("code", "")
    if len(code) > LONGEST_CODE:
        yield f"has a code longer than {LONGEST_CODE} characters."
    if code and _CODE.fullmatch(code) is None:
        yield "has a code of other than letters, digits and hyphens."


def _yes_or_no(row: Row, column: str) -> Iterator[str]:
    if row.get(column, "") not in YES:
        yield f'has a {column} that is neither yes nor no: "{row[column]}".'


def _groups(row: Row) -> list[str]:
    return [code for code in row.get("groups", "").split(";") if code]


def partner_of(session: Session, row: Row, position: int) -> SQLModel:
    """Make a partner of a row."""
    return Partner(
        code=row["code"],
        name=row["name"],
        name_en=row.get("name_en") or row["name"],
        union_code=row["union"],
        district=row["district"],
        address=row["address"],
        address_en=row.get("address_en") or row["address"],
        lat=float(row["lat"]),
        lon=float(row["lon"]),
        phone=row.get("phone", ""),
        active=YES[row.get("active", "")],
    )


def benefit_of(session: Session, row: Row, position: int) -> SQLModel:
    """Make a benefit of a row."""
    had = session.get(Benefit, row["code"])
    return Benefit(
        code=row["code"],
        position=position,
        kind=BenefitKind(row["kind"]),
        name=row["name"],
        name_en=row.get("name_en") or row["name"],
        about=row["about"],
        about_en=row.get("about_en") or row["about"],
        bring=row.get("bring", ""),
        bring_en=row.get("bring_en") or row.get("bring", ""),
        union_code=row.get("union") or None,
        groups=";".join(_groups(row)),
        pool=YES[row.get("pool", "")],
        member_days=_number(row, "member_days") or 0,
        quota=_number(row, "quota"),
        taken=had.taken if had else 0,
        share=_number(row, "share"),
        per=Per(row.get("per") or Per.EVER),
        valid_days=_number(row, "valid_days") or 30,
        opens=_day(row, "opens"),
        closes=_day(row, "closes"),
        books=row.get("books") == "yes",
        active=YES[row.get("active", "")],
    )


def _number(row: Row, column: str) -> int | None:
    return int(row[column]) if row.get(column) else None


def _day(row: Row, column: str) -> date | None:
    return date.fromisoformat(row[column]) if row.get(column) else None


def giving_of(session: Session, row: Row, position: int) -> SQLModel:
    """Make of a row that a partner gives a benefit."""
    return Giving(benefit_code=row["benefit"], partner_code=row["partner"])
