"""Rows for the walk over all pages: of each noun one that is mine and one of others.

A noun with a page about a row has a function here, by its name.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from sqlmodel import Session, col, select

from models.application import Application
from models.columns import long, short
from models.console_session import ConsoleSession
from models.staff import Staff, appoint

from .house import House

UNION, ELSEWHERE = "4401", "4403"
"""Where the staff of the walk is, and where it has no business."""


@dataclass(frozen=True)
class Rows:
    """The keys of a row that is mine, and of one that is not."""

    own: str
    foreign: str


def applications(house: House, who: str) -> Rows:
    """Two people apply, each in another city; mine sends a picture."""
    house.world.fill("certificate", "张师傅", group="家政服务员")
    house.world.do("photo", who="张师傅", data=b"\xff\xd8picture", mime="image/jpeg")
    house.world.say("提交", "张师傅")
    shenzhen = {"city": "深圳", "district": "南山", "resident_id": "440306197506150005"}
    applied(house, "李师傅", **shenzhen)

    def look(session: Session) -> Rows:
        found = select(Application).order_by(col(Application.submitted_at))
        own, foreign = session.exec(found).all()
        return Rows(short(own.id), short(foreign.id))

    return house.world.write(look)


def members(house: House, who: str) -> Rows:
    """Those two are members, each of a city's pool."""
    rows = applications(house, who)
    for union, key in ((UNION, rows.own), (ELSEWHERE, rows.foreign)):
        house.appoint("officer", union, f"批准 {union}").do(
            f"/console/applications/{key}/pool"
        )

    def look(session: Session) -> Rows:
        found = (
            session.get_one(Application, long(key)).worker_id
            for key in (rows.own, rows.foreign)
        )
        return Rows(*map(short, found))

    return house.world.write(look)


def staff(house: House, who: str) -> Rows:
    """Positions nobody holds yet, here and in another city."""

    def make(session: Session) -> Rows:
        made = (
            appoint(session, "officer", union, house.world.now)
            for union in (UNION, ELSEWHERE)
        )
        return Rows(*(short(one.id) for one in made))

    return house.world.write(make)


def account(house: House, who: str) -> Rows:
    """A colleague is signed in, too."""
    house.appoint("officer", ELSEWHERE, "同事")

    def look(session: Session) -> Rows:
        foreign = col(Staff.union_code) == ELSEWHERE
        found = select(ConsoleSession.id).join(
            Staff, col(Staff.id) == ConsoleSession.staff_id
        )
        own, other = (
            session.exec(found.where(which)).one() for which in (~foreign, foreign)
        )
        return Rows(short(own), short(other))

    return house.world.write(look)


ROWS: dict[str, Callable[[House, str], Rows]] = {
    "applications": applications,
    "members": members,
    "staff": staff,
    "account": account,
}


def applied(house: House, who: str, **answers: str) -> None:
    """Let somebody join, up to the receipt."""
    house.world.fill("sure", who, **answers)
    house.world.say("提交", who)
