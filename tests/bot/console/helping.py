"""Cases for tests of the console: somebody asks a union for help in their chat."""

from __future__ import annotations

from typing import Any

from sqlmodel import Session, select

from models import handling
from models.attachment import new_attachment
from models.case import Case
from models.case_filing import Told, open_case
from models.case_kind import CaseKind
from models.chat import Chat
from models.columns import short
from models.place import read_atlas
from models.review import may_review
from models.staff import position_of
from models.worker import Worker

from .house import House

PICTURE = b"\xff\xd8picture"


def ask_for_help(
    house: House,
    who: str = "工人",
    union: str = "4401",
    pictured: bool = False,
    **told: Any,
) -> Case:
    """Let somebody ask for help from their chat; give the case."""
    house.world.do("hello", who=who)
    given: dict[str, Any] = {
        "kind": CaseKind.HELP,
        "story": "家里着急用钱。",
        "mobile": "+8613912345678",
        **told,
    }

    def work(session: Session) -> Case:
        keys, now = house.world.kit.keys, house.world.now
        chat = session.exec(select(Chat).where(Chat.address == who)).one()
        worker = session.get_one(Worker, chat.worker_id)
        if pictured:
            photo = new_attachment(keys, worker, "image/jpeg", PICTURE, now)
            session.add(photo)
            session.flush()
            given["picture_id"] = photo.id
        made, rules = Told(union_code=union, **given), house.world.rules
        return open_case(session, keys, worker, chat.id, made, rules, now, now.date())

    return house.world.write(work)


def take(house: House, row: Case, who: str) -> None:
    """Let somebody who serves take a case; others cannot."""

    def work(session: Session) -> None:
        chat = session.exec(select(Chat).where(Chat.address == who)).one()
        staff = position_of(session, chat.worker_id)
        atlas, found = read_atlas(session), session.get_one(Case, row.id)
        if staff is not None and may_review(atlas, staff, found):
            handling.take(session, atlas, staff, found, house.world.now)

    house.world.write(work)


def again(house: House, row: Case) -> Case:
    """Read a case anew."""
    return house.world.write(lambda s: s.get_one(Case, row.id))


def at(row: Case) -> str:
    """Return the address of a case."""
    return f"/console/cases/{short(row.id)}"
