"""The list of applications: what it shows of each, its filters, what is exported."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from sqlalchemy import ColumnElement
from sqlmodel import col, select
from sqlmodel.sql.expression import SelectOfScalar

from bot.console.desk import Desk, Label
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
from handlers.question import label
from handlers.reviewing import facts_of
from models.application import (
    APPROVED,
    WAITING,
    Application,
    Standing,
    id_number_of,
)
from models.columns import long, short
from models.identity import mask_id, mask_mobile, mask_name
from models.staff import SERVING

PATH = "/console/applications"
ORDER = (Application.submitted_at, Application.id)
MOST = 20
"""How many are shown of those that were looked for."""

TONES = {
    Standing.SUBMITTED: "wait",
    Standing.IN_REVIEW: "wait",
    Standing.RETURNED: "",
    Standing.REJECTED: "bad",
    Standing.POOL: "good",
    Standing.PLACED: "good",
}
SHOWN: dict[str, tuple[Standing, ...]] = {
    "waiting": WAITING,
    "returned": (Standing.RETURNED,),
    "approved": APPROVED,
    "rejected": (Standing.REJECTED,),
    "all": tuple(Standing),
}
NAMES = {
    "waiting": Label("Waiting"),
    "returned": Label("Returned"),
    "approved": Label("Approved"),
    "rejected": Label("Rejected"),
    "all": Label("All"),
}


AGES: dict[str, tuple[Label, Callable[[Desk], ColumnElement[bool]]]] = {
    "late": (Label("Overdue"), lambda desk: col(Application.due) < desk.today),
    "today": (Label("Due today"), lambda desk: col(Application.due) == desk.today),
}
"""How near an application is to the day by which it is to be decided."""

MANY = (
    Do(Label("Approve those chosen"), f"{PATH}/approve", kind="main"),
    Do(Label("Return those chosen"), f"{PATH}/return"),
    Do(Label("Reject those chosen"), f"{PATH}/reject", kind="danger"),
)


def _asked(desk: Desk, name: str, among: Iterable[str], usual: str = "") -> str:
    """Return a filter of the address, if it is one that is offered."""
    asked = desk.query.get(name, usual)
    return asked if asked in among else usual


@dataclass(frozen=True)
class _Shown:
    """Which applications the address asks for, each filter one that is offered."""

    show: str
    group: str
    union: str
    age: str
    among: tuple[int, ...]


def _shown(desk: Desk) -> _Shown:
    return _Shown(
        _asked(desk, "show", SHOWN, "waiting"),
        _asked(desk, "group", desk.kit.atlas.groups),
        _asked(desk, "union", desk.unions),
        _asked(desk, "age", AGES),
        tuple(long(key) for key in desk.query.get("among", "").split(".") if key)[
            :MOST
        ],
    )


def chosen(desk: Desk) -> SelectOfScalar[Application]:
    """Choose the applications the address asks for."""
    at = _shown(desk)
    below = desk.kit.atlas.branch(at.union) if at.union else desk.unions
    return select(Application).where(
        col(Application.standing).in_(SHOWN[at.show]),
        col(Application.union_code).in_(below & desk.unions),
        Application.worker_id != desk.worker.id,
        *((Application.group == at.group,) if at.group else ()),
        *((AGES[at.age][1](desk),) if at.age else ()),
        *((col(Application.id).in_(at.among),) if at.among else ()),
    )


def list_(desk: Desk, row: str) -> View:
    """List applications: those that wait, the oldest first, unless asked otherwise."""
    atlas, at = desk.kit.atlas, _shown(desk)
    show, group, union, age = at.show, at.group, at.union, at.age
    newest_first, after = show != "waiting", desk.query.get("after", "")
    rows, more = page_of(desk.session, chosen(desk), ORDER, after, newest_first)
    ages = {name: text for name, (text, _) in AGES.items()}
    return List(
        Label("Applications"),
        HEADS,
        tuple(line(desk, row) for row in rows),
        Label("No applications here."),
        (
            choose("show", Label("State"), show, NAMES),
            choose(
                "group",
                Label("Occupation"),
                group,
                {
                    "": Label("All"),
                    **{c: desk.named(atlas.groups[c]) for c in atlas.groups},
                },
            ),
            choose(
                "union",
                Label("Union"),
                union,
                {"": Label("All"), **{c: desk.union(c) for c in sorted(desk.unions)}},
            ),
            choose("age", Label("Age"), age, {"": Label("All"), **ages}),
        ),
        after=more,
        many=MANY if show == "waiting" else (),
        actions=(EXPORT.way(desk),),
    )


def line(desk: Desk, row: Application) -> Line:
    """Return an application as a row of a list."""
    late = row.standing in WAITING and row.due < desk.today
    overdue = Badge(Label("Overdue"), "bad")
    badge = overdue if late else badge_of(row)
    return Line(f"{PATH}/{short(row.id)}", cells_of(desk, row), badge, short(row.id))


def badge_of(row: Application) -> Badge:
    """Say where an application stands."""
    return Badge(label(row.standing), TONES.get(row.standing, ""))


def cells_of(desk: Desk, row: Application) -> tuple[str, ...]:
    """Return what the list shows of an application."""
    return tuple(column.shown(desk, row) for column in COLUMNS)


def _group(desk: Desk, row: Application) -> str:
    group = desk.kit.atlas.groups.get(row.group)
    return desk.named(group) if group else row.group


def _fact(
    name: str, mask: Callable[[str], str] = str
) -> Callable[[Desk, Application], str]:
    """Return what tells one answer; of who took their consent back there is none."""
    return lambda desk, row: mask(facts_of(desk.turn, row).get(name) or "")


def _number(
    mask: Callable[[str], str] = str,
) -> Callable[[Desk, Application], str]:
    def told(desk: Desk, row: Application) -> str:
        facts = facts_of(desk.turn, row)
        return mask(id_number_of(facts)) if facts else ""

    return told


COLUMNS: tuple[Column[Application], ...] = (
    Column(Label("Number"), lambda desk, row: row.number),
    Column(Label("Name"), _fact("full_name", mask_name), _fact("full_name")),
    Column(Label("Occupation"), _group),
    Column(Label("Union"), lambda desk, row: desk.union(row.union_code)),
    Column(Label("Sent in"), lambda desk, row: desk.moment(row.submitted_at)),
)
"""What the list shows of an application."""

HEADS = tuple(column.label for column in COLUMNS)

EXPORT: Export[Application] = Export(
    "applications",
    Label("Applications"),
    chosen,
    ORDER,
    (
        *COLUMNS,
        Column(Label("State"), lambda desk, row: desk.text(label(row.standing))),
        Column(Label("Due"), lambda desk, row: str(row.due)),
        Column(Label("Mobile"), _fact("mobile", mask_mobile), _fact("mobile")),
        Column(Label("ID number"), _number(mask_id), _number()),
    ),
    ("show", "group", "union", "age", "among"),
    SERVING,
)
