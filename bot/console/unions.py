"""Unions: those below one's own, founded and named by the union above each."""

from collections.abc import Iterable

from sqlmodel import col, func, select

from bot.console.codes import CODED, bilingual
from bot.console.desk import Desk, Label, Text
from bot.console.fields import (
    Options,
    divisions,
    groups,
    one_of,
    some_of,
    split,
    text,
    unions,
)
from bot.console.records import Facts, Filter, Record
from bot.console.views import Badge, Sheet
from models import founding
from models.place import Union
from models.staff import ADMINISTRATOR, OFFICER
from models.worker import Worker

KINDS: dict[str, Text] = {
    "federation": Label("Federation"),
    "district": Label("District federation"),
    "street": Label("Street union"),
    "industry": Label("Industry union"),
    "enterprise": Label("Enterprise union"),
}


def _kinds(desk: Desk) -> Options:
    return KINDS


FIELDS = (
    text("code", Label("Code"), longest=20, made_with=True),
    text("name", Label("Its name"), longest=60),
    one_of("parent", Label("Below"), unions, made_with=True),
    one_of("kind", Label("Kind"), _kinds, made_with=True),
    one_of("division", Label("District"), divisions),
    some_of("groups", Label("Especially for"), groups, get=split(";", "groups")),
    text("phone", Label("Phone"), required=False, longest=30),
    text("name_en", Label("Name in English"), required=False, longest=80),
)
FAULTS: dict[str, tuple[str, Text]] = {
    **CODED,
    "kind": ("kind", Label("A union of this kind cannot be below that one.")),
}


def _said(facts: Facts) -> Facts:
    return bilingual({**facts, "groups": ";".join(facts["groups"])})


def _found(desk: Desk, facts: Facts) -> Union:
    row, atlas = Union(**_said(facts)), desk.kit.atlas
    desk.kit.look_again()
    return founding.found(desk.session, atlas, desk.staff, row, desk.now)


def _change(desk: Desk, row: Union, facts: Facts) -> None:
    atlas, said = desk.kit.atlas, _said(facts)
    desk.kit.look_again()
    founding.change(desk.session, atlas, desk.staff, row, said, desk.now)


def _sheets(desk: Desk, row: Union) -> Iterable[Sheet]:
    branch = desk.kit.atlas.branch(row.code)
    members = select(func.count()).where(
        col(Worker.union_code).in_(branch), col(Worker.member_no).is_not(None)
    )
    count = desk.session.exec(members).one()
    yield Sheet(
        Label("In figures"),
        (
            (Label("Members, here and below"), str(count)),
            (Label("Unions below"), str(len(branch) - 1)),
        ),
    )


UNIONS: Record[Union] = Record(
    name="unions",
    label=Label("Unions"),
    new=Label("New union"),
    table=Union,
    key="code",
    order=(Union.code,),
    roles=(OFFICER, ADMINISTRATOR),
    keepers=(OFFICER, ADMINISTRATOR),
    mine=lambda desk: [col(Union.code).in_(desk.unions)],
    columns=(Label("Its name"), Label("Code"), Label("Below")),
    cells=lambda desk, row: (desk.named(row), row.code, desk.union(row.parent)),
    badge=lambda desk, row: Badge(KINDS[row.kind]),
    empty=Label("No unions here."),
    fields=FIELDS,
    title=lambda desk, row: desk.named(row),
    make=_found,
    change=_change,
    kept=lambda desk, row: row.parent in desk.unions,
    filters=(
        Filter("kind", Label("Kind"), _kinds, lambda desk, value: Union.kind == value),
    ),
    faults=FAULTS,
    sheets=_sheets,
)
