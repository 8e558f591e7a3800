"""Rows of a list of members: what each column asks for, and what is wrong with a row.

A row is text as it came; what is right becomes a `Person`, what is not a `Fault` for
each cell, which shows no more of a value than staff may see.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import astuple, dataclass
from datetime import date
from functools import cached_property
from typing import Any

from models.identity import (
    birth_date,
    mask_id,
    mask_mobile,
    mask_name,
    name_fault,
    normalise_id,
    normalise_mobile,
    normalise_name,
    normalise_text,
    resident_id_fault,
    sex,
)
from models.place import Atlas
from models.worker import age

EARLIEST = date(1925, 5, 1)
"""The day the All-China Federation of Trade Unions was founded."""

NAMES: dict[str, tuple[str, ...]] = {
    "name": ("姓名", "name"),
    "id_type": ("证件类型", "id type"),
    "id_number": ("证件号码", "身份证号", "身份证号码", "id number"),
    "born": ("出生日期", "born", "date of birth"),
    "sex": ("性别", "sex"),
    "mobile": ("手机号", "手机号码", "手机", "mobile"),
    "group": ("职业群体", "职业", "occupation"),
    "work_form": ("就业形式", "form of work"),
    "union": ("工会", "所属工会", "union"),
    "since": ("入会日期", "member since"),
    "member_no": ("会员证号", "member number"),
}
"""What heads each column: in the template the first Chinese or the first English."""

NEEDED = ("name", "id_number", "mobile", "group")

ID_TYPES = {
    "resident": ("", "居民身份证", "身份证", "resident"),
    "passport": ("护照", "passport"),
    "permit": ("通行证", "港澳台通行证", "permit"),
}
SEXES = {"male": ("男", "male", "m"), "female": ("女", "female", "f")}
FORMS = {
    "casual": ("", "灵活就业", "临时", "casual"),
    "employer": ("单位职工", "单位", "employer"),
    "platform": ("平台", "平台就业", "platform"),
    "self_employed": ("个体", "自雇", "self-employed"),
}

MASKS = {"name": mask_name, "id_number": mask_id, "mobile": mask_mobile}
"""How a value is shown; any other as a name, for columns may have slipped."""

Row = Mapping[str, str]


class NoColumns(ValueError):
    """The first row does not name the columns that are needed; it says which."""


@dataclass(frozen=True)
class Fault:
    """What is wrong with one cell: the column, the value masked, and why."""

    column: str
    shown: str
    why: str


@dataclass(frozen=True)
class BadRow:
    """A row that is not imported: its number in the file, its cells, what is wrong."""

    number: int
    row: Row
    faults: list[Fault]

    def plain(self) -> list[Any]:
        """Return it as what JSON can hold."""
        return [self.number, dict(self.row), [list(astuple(f)) for f in self.faults]]

    @classmethod
    def of(cls, plain: list[Any]) -> "BadRow":
        """Return it from what JSON held."""
        number, row, faults = plain
        return cls(number, row, [Fault(*one) for one in faults])


@dataclass(frozen=True)
class Person:
    """Somebody to be made a member, all of it right."""

    name: str
    id_type: str
    id_number: str
    born: str
    sex: str
    mobile: str
    group: str
    work_form: str
    union: str
    since: str
    member_no: str


@dataclass(eq=False)
class Frame:
    """What rows are read with: the places, whose unions, today, and who is of age."""

    atlas: Atlas
    unions: frozenset[str]
    union: str
    """The union of who names none."""
    today: date
    minimum_age: int

    @cached_property
    def unions_called(self) -> dict[str, list[str]]:
        """The unions by code and by name; two may have one name."""
        found: dict[str, list[str]] = {}
        for code in sorted(self.unions):
            one = self.atlas.unions[code]
            for name in {code, one.name, one.name_en}:
                found.setdefault(name, []).append(code)
        return found

    @cached_property
    def groups_called(self) -> dict[str, str]:
        """The occupations of today by whatever they are called."""
        return {
            name.lower(): group.code
            for group in self.atlas.groups_on(self.today)
            for name in (
                *group.alias.split(";"),
                group.name_en,
                group.name,
                group.code,
            )
            if name
        }


def columns_of(heads: Sequence[str]) -> list[str]:
    """Return the column each head names, "" for one that is not ours."""
    known = {text: name for name, texts in NAMES.items() for text in texts}
    plain = [normalise_text(head).lower().rstrip(" *") for head in heads]
    found = [known.get(head, "") for head in plain]
    counts = Counter(found)
    lacking = [name for name in NEEDED if not counts[name]]
    doubled = [name for name in NAMES if counts[name] > 1]
    if lacking or doubled:
        raise NoColumns(*(lacking or doubled))
    return found


def as_row(columns: Sequence[str], cells: Sequence[str]) -> Row:
    """Return the cells of a line by column, without a mark that made them text."""
    pairs = zip(columns, cells, strict=False)
    return {name: cell.removeprefix("'") for name, cell in pairs if name}


def read(frame: Frame, row: Row) -> Person | list[Fault]:
    """Return who a row tells of, or all that is wrong with it."""
    reader = _Reader(frame, row)
    person = reader.person()
    return reader.faults or person


def fault(row: Row, column: str, why: str) -> Fault:
    """Return what is wrong with a cell."""
    value = row.get(column, "")[:40]
    return Fault(column, MASKS.get(column, mask_name)(value), why)


def doubled(people: Iterable[Person]) -> tuple[set[tuple[str, str]], set[str]]:
    """Return the papers and the member numbers that more than one has."""
    listed = list(people)
    papers = Counter((one.id_type, one.id_number) for one in listed)
    numbers = Counter(one.member_no for one in listed if one.member_no)
    return (
        {paper for paper, count in papers.items() if count > 1},
        {number for number, count in numbers.items() if count > 1},
    )


class _Reader:
    """Reads one row, and notes what is wrong with it as it goes."""

    def __init__(self, frame: Frame, row: Row) -> None:
        self.frame, self.row = frame, row
        self.faults: list[Fault] = []

    def person(self) -> Person:
        """Return who the row tells of; of what is wrong it holds nothing."""
        kind = self._one_of("id_type", ID_TYPES)
        number = self._number(kind)
        return Person(
            name=self._name(),
            id_type=kind,
            id_number=number,
            born=self._born(kind, number),
            sex=self._sex(kind, number),
            mobile=self._mobile(),
            group=self._group(),
            work_form=self._one_of("work_form", FORMS),
            union=self._union(),
            since=self._since(),
            member_no=self._member_no(),
        )

    def _get(self, column: str) -> str:
        return normalise_text(self.row.get(column, ""))

    def _wrong(self, column: str, why: str) -> str:
        self.faults.append(fault(self.row, column, why))
        return ""

    def _one_of(self, column: str, words: Mapping[str, tuple[str, ...]]) -> str:
        asked = self._get(column).lower()
        found = (key for key, texts in words.items() if asked in texts)
        return next(found, "") or self._wrong(column, "choice")

    def _name(self) -> str:
        name = normalise_name(self.row.get("name", ""))
        wrong = name_fault(name)
        return self._wrong("name", f"name_{wrong}") if wrong else name

    def _mobile(self) -> str:
        number = normalise_mobile(self.row.get("mobile", ""))
        return number or self._wrong("mobile", "mobile")

    def _number(self, kind: str) -> str:
        number = normalise_id(self.row.get("id_number", ""))
        if kind != "resident":
            fits = 5 <= len(number) <= 20 and number.isascii() and number.isalnum()
            return number if fits else self._wrong("id_number", "id_other")
        wrong = resident_id_fault(number, self.frame.today)
        return self._wrong("id_number", f"id_{wrong}") if wrong else number

    def _born(self, kind: str, number: str) -> str:
        if kind == "resident":
            born = birth_date(number) if number else None
        else:
            born = self._day("born", self.frame.today.replace(year=1900))
        if born and age(born, self.frame.today) < self.frame.minimum_age:
            return self._wrong("id_number" if number else "born", "age")
        return str(born or "")

    def _sex(self, kind: str, number: str) -> str:
        if kind == "resident":
            return sex(number) if number else ""
        return self._one_of("sex", SEXES)

    def _day(self, column: str, earliest: date) -> date | None:
        """Read a day that is neither in the future nor before there was any of this."""
        written = self._get(column)
        for sign in "年月/.":
            written = written.replace(sign, "-")
        try:
            year, month, day = (int(p) for p in written.rstrip("日-").split("-"))
            found = date(year, month, day)
        except ValueError:
            found = date.max
        if earliest <= found <= self.frame.today:
            return found
        self._wrong(column, "day")
        return None

    def _since(self) -> str:
        if not self._get("since"):
            return ""
        return str(self._day("since", EARLIEST) or "")

    def _group(self) -> str:
        asked = self._get("group").lower()
        return self.frame.groups_called.get(asked) or self._wrong("group", "group")

    def _union(self) -> str:
        asked = self._get("union") or self.frame.union
        found = self.frame.unions_called.get(asked, [])
        if len(found) != 1:
            return self._wrong("union", "unions" if found else "union")
        return found[0]

    def _member_no(self) -> str:
        number = normalise_id(self.row.get("member_no", ""))
        if number and not (number.isascii() and number.isalnum() and len(number) <= 20):
            return self._wrong("member_no", "member_no")
        return number
