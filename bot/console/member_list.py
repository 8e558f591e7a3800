"""The list of members: what it shows of each, its filters, and what is exported."""

from collections.abc import Callable, Iterable

from sqlalchemy import ColumnElement
from sqlmodel import col, func, select
from sqlmodel.sql.expression import SelectOfScalar

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


def _asked(desk: Desk) -> tuple[str, str, str]:
    """Return the group, the union and the place the address asks for, if offered."""
    query, atlas = desk.query, desk.kit.atlas
    group = query.get("group", "") if query.get("group") in atlas.groups else ""
    union = query.get("union", "") if query.get("union") in desk.unions else ""
    return group, union, "pool" if query.get("pool") == "pool" else ""


def chosen(desk: Desk) -> SelectOfScalar[Worker]:
    """Choose the members the address asks for."""
    group, union, pool = _asked(desk)
    unions = desk.kit.atlas.branch(union) & desk.unions if union else desk.unions
    among = desk.query.get("among", "").split(".")
    found = [long(key) for key in among if key][:MOST]
    asked = (
        *((Worker.group == group,) if group else ()),
        *((col(Worker.in_pool),) if pool else ()),
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
    group, union, pool = _asked(desk)
    rows, more = page_of(desk.session, chosen(desk), ORDER, after, True)
    all_: dict[str, Text] = {"": Label("All")}
    groups = all_ | {code: desk.named(one) for code, one in atlas.groups.items()}
    named = all_ | {code: desk.union(code) for code in sorted(desk.unions)}
    places = all_ | {"pool": Label("In the pool")}
    return List(
        Label("Members"),
        tuple(column.label for column in COLUMNS),
        tuple(_line(desk, row) for row in rows),
        Label("No members here."),
        (
            choose("group", Label("Occupation"), group, groups),
            choose("union", Label("Union"), union, named),
            choose("pool", Label("Place"), pool, places),
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


def _line(desk: Desk, row: Worker) -> Line:
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
    ("group", "union", "pool", "among"),
    SERVING,
)
