"""Benefits: what members may use, on which terms; partners say which they give."""

from collections.abc import Iterable

from sqlmodel import col, or_

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
    day,
    groups,
    number,
    one_of,
    some_of,
    split,
    text,
    unions,
    word,
    words,
    yes_no,
)
from bot.console.records import Facts, Record
from bot.console.views import Do, Line, Sheet
from models.benefit import Benefit, BenefitKind, Per
from models.partner import partners_of
from models.staff import OFFICER, SERVING

KINDS: dict[str, Text] = {
    BenefitKind.VOUCHER: Label("Voucher"),
    BenefitKind.SERVICE: Label("Service"),
    BenefitKind.PLACE: Label("Place to go to"),
}
PERIODS: dict[str, Text] = {
    Per.EVER: Label("ever"),
    Per.YEAR: Label("each year"),
    Per.MONTH: Label("each month"),
}

FIELDS = (
    text("code", Label("Code"), longest=20, made_with=True),
    text("name", Label("Its name"), longest=40),
    word("kind", Label("Kind"), BenefitKind, KINDS),
    one_of("union_code", Label("For members of"), unions),
    words("about", Label("About it")),
    words("bring", Label("What to bring"), 200, required=False),
    some_of(
        "groups", Label("Only for (none: for all)"), groups, get=split(";", "groups")
    ),
    yes_no("pool", Label("Also while in the pool"), True),
    number("member_days", Label("Days of membership first"), usual="0"),
    number("quota", Label("How many in all"), required=False),
    number("share", Label("How many for one person"), required=False),
    word("per", Label("That many"), Per, PERIODS),
    number("valid_days", Label("A voucher is good for days"), usual="30"),
    day("opens", Label("From"), required=False),
    day("closes", Label("Until"), required=False),
    yes_no("books", Label("A time is booked"), False),
    text("name_en", Label("Name in English"), required=False, longest=80),
    words("about_en", Label("About it in English"), required=False),
    words("bring_en", Label("What to bring, in English"), 200, required=False),
)
FAULTS: dict[str, tuple[str, Text]] = {
    **CODED,
    "about": ("about", Label("Please fill this in.")),
    "quota": ("quota", Label("At least 1; empty for no limit.")),
    "share": ("share", Label("At least 1; empty for no limit.")),
    "member_days": ("member_days", Label("0 to 3660.")),
    "valid_days": ("valid_days", Label("1 to 3660.")),
    "closes": ("closes", Label("Not before the day it begins.")),
}


def _said(facts: Facts) -> Facts:
    """Put what was said into the columns."""
    return bilingual({**facts, "groups": ";".join(facts["groups"])})


def _sheets(desk: Desk, row: Benefit) -> Iterable[Sheet]:
    limit = str(row.quota) if row.quota is not None else Label("no limit")
    yield Sheet(
        Label("Used so far"),
        ((Label("Taken"), str(row.taken)), (Label("How many in all"), limit)),
    )
    lines = tuple(
        Line(f"/console/partners/{one.code}", (desk.named(one),))
        for one in partners_of(desk.session, row.code)
        if one.union_code in desk.unions
    )
    if lines:
        yield Sheet(Label("Given by"), lines=lines)


def _ways(desk: Desk, row: Benefit) -> Iterable[Do]:
    if row.books:
        path = f"/console/slots?benefit_code={row.code}"
        yield Do(Label("Times to book"), path)


BENEFITS: Record[Benefit] = Record(
    name="benefits",
    label=Label("Benefits"),
    new=Label("New benefit"),
    table=Benefit,
    key="code",
    order=(Benefit.position, Benefit.code),
    roles=SERVING,
    keepers=(OFFICER,),
    mine=lambda desk: [
        or_(col(Benefit.union_code).is_(None), col(Benefit.union_code).in_(desk.unions))
    ],
    kept=lambda desk, row: row.union_code in desk.unions,
    columns=(Label("Its name"), Label("Kind"), Label("Union"), Label("Taken")),
    cells=lambda desk, row: (
        desk.named(row),
        KINDS[row.kind],
        desk.union(row.union_code) or Label("all"),
        f"{row.taken}/{row.quota or '∞'}",
    ),
    badge=lambda desk, row: in_use(row.active),
    empty=Label("No benefits yet."),
    fields=FIELDS,
    title=lambda desk, row: desk.named(row),
    make=make_coded(Benefit, _said),
    change=change_coded(_said),
    acts=on_and_off(
        Label("While it is closed nobody gets one; open vouchers cannot be used."),
        Label("Members can use it again."),
    ),
    filters=(used(Benefit),),
    faults=FAULTS,
    sheets=_sheets,
    ways=_ways,
)
