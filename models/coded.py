"""Coded rows: partners, sites and the like, which staff keep under a code of its own.

A row is kept by the staff of its union and of those above it; what is done to it is
written down under a number made of its code.
"""

import re
from datetime import datetime
from typing import Any, Protocol, TypeVar, cast

from sqlmodel import Session, SQLModel

from models import audit
from models.columns import add_once
from models.errors import Failure
from models.place import Atlas
from models.staff import Staff, must_answer_for

CODE = re.compile(r"[A-Za-z0-9-]{1,20}")
"""A code travels in buttons of at most 64 bytes together with other things."""


class Unfit(Failure):
    """What is said of a row does not hold together; names the column (permanent)."""


class Coded(Protocol):
    """A row with a code, which the staff of one union and those above it keep."""

    code: str

    @property
    def kept_by(self) -> str | None:
        """The code of that union; None is the operator alone, who imports rows."""

    def fault(self, atlas: Atlas) -> str | None:
        """Return which column will not do, if one will not."""


Row = TypeVar("Row", bound=Coded)


def noun_of(table: type[Any]) -> str:
    """Return what a row of a table is called where it is written down."""
    return table.__name__.lower()


def subject(noun: str, code: str) -> int:
    """Return the number under which is written down what is done to a row."""
    return audit.number_of(f"{noun}|{code}")


def create(
    session: Session, atlas: Atlas, staff: Staff, row: Row, now: datetime
) -> Row:
    """Keep a new row; raises NotTheirs or Unfit, also where its code is taken."""
    must_answer_for(atlas, staff, row.kept_by)
    if not CODE.fullmatch(row.code):
        raise Unfit("code")
    _hold_together(atlas, row)
    if not add_once(session, cast(SQLModel, row)):
        raise Unfit("taken")
    note(session, staff, row, "created", now)
    return row


def change(
    session: Session,
    atlas: Atlas,
    staff: Staff,
    row: Coded,
    facts: dict[str, Any],
    now: datetime,
) -> None:
    """Say something else of a row; raises NotTheirs or Unfit, and changes nothing."""
    must_answer_for(atlas, staff, row.kept_by)
    had = {name: getattr(row, name) for name in facts}
    _set(row, facts)
    try:
        must_answer_for(atlas, staff, row.kept_by)
        _hold_together(atlas, row)
    except Failure:
        _set(row, had)
        raise
    session.add(row)
    session.flush()
    changed = sorted(name for name in facts if facts[name] != had[name])
    note(session, staff, row, "changed", now, *changed)


def turn(
    session: Session,
    atlas: Atlas,
    staff: Staff,
    row: Coded,
    active: bool,
    now: datetime,
) -> None:
    """Take a row out of use, or back into it; raises NotTheirs."""
    must_answer_for(atlas, staff, row.kept_by)
    _set(row, {"active": active})
    session.add(row)
    session.flush()
    note(session, staff, row, "resumed" if active else "ended", now)


def note(
    session: Session, staff: Staff, row: Coded, deed: str, now: datetime, *what: str
) -> None:
    """Write down what was done to a row, and to which parts of it."""
    noun = noun_of(type(row))
    about, detail = subject(noun, row.code), " ".join([row.code, *what])
    audit.record(session, now, staff.id, f"{noun}.{deed}", about, detail)


def _set(row: Coded, facts: dict[str, Any]) -> None:
    for name, value in facts.items():
        setattr(row, name, value)


def _hold_together(atlas: Atlas, row: Coded) -> None:
    part = row.fault(atlas)
    if part is not None:
        raise Unfit(part)
