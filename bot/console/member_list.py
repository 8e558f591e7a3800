"""The list of members: what it shows of each, its filters, and what is exported."""

from collections.abc import Callable, Container, Iterable
from dataclasses import dataclass

from sqlalchemy import ColumnElement
from sqlmodel import col, func, select
from sqlmodel.sql.expression import SelectOfScalar

from bot.console.audiences import districts
from bot.console.desk import Desk, Label, Text
from bot.console.exporting import Column, Export
from bot.console.listing import page_of
from bot.console.views import (
    Badge,
    Do,
    Line,
    List,
    View,
    choose,
)
from models.audience import works_in
from models.columns import long, short
from models.identity import (
    mask_id,
    mask_mobile,
    mask_name,
)
from models.staff import SERVING
from models.worker import Worker

PATH = "/console/members"
ORDER = (Worker.member_since, Worker.id)
MOST = 20
"""How many of one name are shown; who has more must know more."""

MANY = 5_000
"""So many are found at once in the order of the list, however many others there are."""

POOL = Badge(Label("In the pool"), "wait")


@dataclass(frozen=True)
class _Asked:
    """Which members the address asks for, each filter one that is offered."""

    group: str
    union: str
    district: str
    pool: str


def _asked(desk: Desk) -> _Asked:
    def one(name: str, among: Container[str]) -> str:
        value = desk.query.get(name, "")
        return value if value in among else ""

    return _Asked(
        one("group", desk.kit.atlas.groups),
        one("union", desk.unions),
        one("district", districts(desk)),
        one("pool", ("pool",)),
    )


def chosen(desk: Desk) -> SelectOfScalar[Worker]:
    """Choose the members the address asks for."""
    at = _asked(desk)
    unions = desk.kit.atlas.branch(at.union) & desk.unions if at.union else desk.unions
    among = desk.query.get("among", "").split(".")
    found = [long(key) for key in among if key][:MOST]
    asked = (
        *((Worker.group == at.group,) if at.group else ()),
        *((works_in(at.district),) if at.district else ()),
        *((col(Worker.in_pool),) if at.pool else ()),
        *((col(Worker.id).in_(found),) if found else ()),
    )
    few = _are_few(desk, *mine_in(desk, unions), *asked)
    return select(Worker).where(*mine_in(desk, unions, few), *asked)


def _are_few(desk: Desk, *which: ColumnElement[bool]) -> bool:
    """Tell whether so few are chosen that they may be sorted; many are read in order.

    No database knows how many people a branch of unions has, so each would sort a city.
    """
    some = select(Worker.id).where(*which).limit(MANY).subquery()
    counted = select(func.count()).select_from(some)
    return desk.session.exec(counted).one() < MANY


def list_(desk: Desk, row: str) -> View:
    """List members, the newest first, or those that were just found."""
    atlas, after = desk.kit.atlas, desk.query.get("after", "")
    at = _asked(desk)
    rows, more = page_of(desk.session, chosen(desk), ORDER, after, True)
    all_: dict[str, Text] = {"": Label("All")}
    groups = all_ | {code: desk.named(one) for code, one in atlas.groups.items()}
    named = all_ | {code: desk.union(code) for code in sorted(desk.unions)}
    offered = {**all_, **districts(desk)}
    places = all_ | {"pool": Label("In the pool")}
    return List(
        Label("Members"),
        tuple(column.label for column in COLUMNS),
        tuple(line(desk, row) for row in rows),
        Label("No members here."),
        (
            choose("group", Label("Occupation"), at.group, groups),
            choose("district", Label("Place of work"), at.district, offered),
            choose("union", Label("Union"), at.union, named),
            choose("pool", Label("Place"), at.pool, places),
        ),
        after=more,
        actions=(
            Do(Label("Find a person"), f"{PATH}/find"),
            Do(Label("Imports"), "/console/imports"),
            EXPORT.way(desk),
        ),
    )


def mine_in(
    desk: Desk, unions: Iterable[str], few: bool = True
) -> tuple[ColumnElement[bool], ...]:
    """Return what is asked of a row to be a member of these unions.

    Where these are not few, they are not looked up by their union.
    """
    union = col(Worker.union_code)
    place = union if few else union.concat("")
    return (col(Worker.member_no).is_not(None), place.in_(unions))


def line(desk: Desk, row: Worker) -> Line:
    """Return a member as a row of a list."""
    cells = tuple(column.shown(desk, row) for column in COLUMNS)
    return Line(f"{PATH}/{short(row.id)}", cells, POOL if row.in_pool else None)


def group_of(desk: Desk, row: Worker) -> str:
    """Return what a member's occupation is called."""
    group = desk.kit.atlas.groups.get(row.group or "")
    return desk.named(group) if group else ""


def _value(name: str) -> Callable[[Desk, Worker], str]:
    """Return what opens a sealed column of a member."""
    return lambda desk, row: row.unseal(desk.kit.keys, name) or ""


def _masked(name: str, mask: Callable[[str], str]) -> Callable[[Desk, Worker], str]:
    value = _value(name)
    return lambda desk, row: mask(value(desk, row))


COLUMNS: tuple[Column[Worker], ...] = (
    Column(Label("Member number"), lambda desk, row: row.member_no or ""),
    Column(Label("Name"), _masked("name", mask_name), _value("name")),
    Column(Label("Occupation"), group_of),
    Column(Label("Union"), lambda desk, row: desk.union(row.union_code)),
    Column(Label("Member since"), lambda desk, row: desk.moment(row.member_since)[:10]),
)
"""What the list shows of a member."""

EXPORT: Export[Worker] = Export(
    "members",
    Label("Members"),
    chosen,
    ORDER,
    (
        *COLUMNS,
        Column(Label("Mobile"), _masked("mobile", mask_mobile), _value("mobile")),
        Column(Label("ID number"), _masked("id_number", mask_id), _value("id_number")),
    ),
    ("group", "district", "union", "pool", "among"),
    SERVING,
)
