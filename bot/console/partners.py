"""Partners: who gives members something, where, and which benefits."""

from collections.abc import Iterable, Sequence
from dataclasses import replace

from sqlmodel import col, or_, select

from bot.console.codes import (
    CODED,
    bilingual,
    change_coded,
    in_use,
    make_coded,
    on_and_off,
    used,
)
from bot.console.desk import Desk, Label, Text
from bot.console.fields import (
    Options,
    degrees,
    divisions,
    one_of,
    some_of,
    text,
    unions,
)
from bot.console.records import Act, Facts, Record
from bot.console.views import Input, Sheet
from models.benefit import Benefit
from models.partner import Partner, give, given_by
from models.staff import OFFICER, SERVING

FIELDS = (
    text("code", Label("Code"), longest=20, made_with=True),
    text("name", Label("Its name"), longest=60),
    one_of("union_code", Label("Union"), unions),
    one_of("district", Label("District"), divisions),
    text("address", Label("Address")),
    degrees("lat", Label("Latitude")),
    degrees("lon", Label("Longitude")),
    text("phone", Label("Phone"), required=False, longest=30),
    text("name_en", Label("Name in English"), required=False, longest=80),
    text("address_en", Label("Address in English"), required=False),
)
FAULTS: dict[str, tuple[str, Text]] = {
    **CODED,
    "address": ("address", Label("Please fill this in.")),
    "coordinates": ("lat", Label("There is no such place on the globe.")),
}


def _benefits(desk: Desk) -> Options:
    """Offer what is for all, and what is of one's own unions."""
    own = or_(
        col(Benefit.union_code).is_(None), col(Benefit.union_code).in_(desk.unions)
    )
    rows = desk.session.exec(select(Benefit).where(own).order_by(Benefit.code))
    return {row.code: desk.named(row) for row in rows}


GIVES = some_of("benefits", Label("What this partner gives"), _benefits)


def _ask_gives(desk: Desk, row: Partner) -> Sequence[Input]:
    asked = GIVES.asked(desk)
    return (replace(asked, value=given_by(desk.session, row.code)),)


def _give(desk: Desk, row: Partner, facts: Facts) -> Text:
    beyond = {*given_by(desk.session, row.code)} - {*_benefits(desk)}
    chosen = {*GIVES.take(desk), *beyond}
    give(desk.session, desk.kit.atlas, desk.staff, row, chosen, desk.now)
    return Label("Saved.")


def _sheets(desk: Desk, row: Partner) -> Iterable[Sheet]:
    given = given_by(desk.session, row.code)
    rows = [desk.session.get_one(Benefit, code) for code in given]
    named = desk.joined(map(desk.named, rows))
    yield Sheet(Label("What this partner gives"), text=named or Label("nothing yet"))


PARTNERS: Record[Partner] = Record(
    name="partners",
    label=Label("Partners"),
    new=Label("New partner"),
    table=Partner,
    key="code",
    order=(Partner.code,),
    roles=SERVING,
    keepers=(OFFICER,),
    mine=lambda desk: [col(Partner.union_code).in_(desk.unions)],
    columns=(Label("Its name"), Label("Address"), Label("Union")),
    cells=lambda desk, row: (desk.named(row), row.address, desk.union(row.union_code)),
    badge=lambda desk, row: in_use(row.active),
    empty=Label("No partners yet."),
    fields=FIELDS,
    title=lambda desk, row: desk.named(row),
    make=make_coded(Partner, bilingual),
    change=change_coded(bilingual),
    acts=(
        Act(
            "gives",
            Label("What it gives"),
            Label("What does this partner give?"),
            "",
            lambda desk, row: row.active,
            _give,
            fields_of=_ask_gives,
        ),
        *on_and_off(
            Label("Nobody gets a voucher for it, and open ones cannot be used there."),
            Label("Members can use their vouchers there again."),
        ),
    ),
    filters=(used(Partner),),
    faults=FAULTS,
    sheets=_sheets,
    deeds={"gives": Label("says what it gives")},
)
