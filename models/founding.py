"""Founding: a union below one's own comes into being, and is called otherwise later.

It is not closed here: its members, staff and records would be nobody's.
"""

from datetime import datetime
from typing import Any

from sqlmodel import Session

from models import coded
from models.place import Atlas, Union, renew
from models.staff import Staff


def found(
    session: Session, atlas: Atlas, staff: Staff, row: Union, now: datetime
) -> Union:
    """Found a union below one of theirs; raises NotTheirs or Unfit."""
    made = coded.create(session, atlas, staff, row, now)
    renew(session)
    return made


def change(
    session: Session,
    atlas: Atlas,
    staff: Staff,
    row: Union,
    facts: dict[str, Any],
    now: datetime,
) -> None:
    """Say something else of a union; raises NotTheirs or Unfit."""
    coded.change(session, atlas, staff, row, facts, now)
    renew(session)
