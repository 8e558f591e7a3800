"""Sites: where workers may rest, eat, wash and ask; kept, shut and opened again."""

from collections.abc import Iterable

from sqlmodel import col

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
    degrees,
    divisions,
    one_of,
    some_of,
    text,
    unions,
    word,
)
from bot.console.records import Facts, Filter, Record
from bot.console.views import Do, Sheet
from handlers.question import label
from models.site import Facility, Site, SiteKind, rating_of
from models.staff import OFFICER, SERVING

KINDS: dict[str, Text] = {kind: label(kind) for kind in SiteKind}
FACILITIES: dict[str, Text] = {one: label(one) for one in Facility}

FIELDS = (
    text("code", Label("Code"), longest=20, made_with=True),
    text("name", Label("Its name"), longest=60),
    word("kind", Label("Kind"), SiteKind, KINDS),
    one_of("union_code", Label("Union"), unions),
    one_of("division", Label("District"), divisions),
    text("address", Label("Address")),
    degrees("lat", Label("Latitude")),
    degrees("lon", Label("Longitude")),
    text(
        "hours",
        Label("Opening hours"),
        hint=Label("24h, or like: mon-fri 08:30-12:00,14:00-18:00; sat 09:00-17:00"),
    ),
    some_of(
        "facilities",
        Label("What there is"),
        lambda desk: FACILITIES,
        get=lambda desk, row: row.has,
    ),
    text("phone", Label("Phone"), required=False, longest=30),
    text("name_en", Label("Name in English"), required=False, longest=80),
)
FAULTS: dict[str, tuple[str, Text]] = {
    **CODED,
    "address": ("address", Label("Please fill this in.")),
    "coordinates": ("lat", Label("There is no such place on the globe.")),
    "hours": ("hours", Label("These are no opening hours; see the example.")),
}


def _said(facts: Facts) -> Facts:
    return bilingual({**facts, "facilities": ";".join(facts["facilities"])})


def _sheets(desk: Desk, row: Site) -> Iterable[Sheet]:
    mean, count = rating_of(desk.session, row)
    if count:
        stars = ((Label("Stars"), f"{mean} / 5"), (Label("Ratings"), str(count)))
        yield Sheet(Label("What workers say"), stars)


def _ways(desk: Desk, row: Site) -> Iterable[Do]:
    if row.active:
        path = f"/console/posters/new?site_code={row.code}&union_code={row.union_code}"
        yield Do(Label("Make a poster"), path)


SITES: Record[Site] = Record(
    name="sites",
    label=Label("Sites"),
    new=Label("New site"),
    table=Site,
    key="code",
    order=(Site.division, Site.code),
    roles=SERVING,
    keepers=(OFFICER,),
    mine=lambda desk: [col(Site.union_code).in_(desk.unions)],
    columns=(Label("Its name"), Label("Kind"), Label("Address")),
    cells=lambda desk, row: (desk.named(row), KINDS[row.kind], row.address),
    badge=lambda desk, row: in_use(row.active),
    empty=Label("No sites yet."),
    fields=FIELDS,
    title=lambda desk, row: desk.named(row),
    make=make_coded(Site, _said),
    change=change_coded(_said),
    acts=on_and_off(
        Label("Workers do not find it any more."), Label("Workers find it again.")
    ),
    filters=(
        used(Site),
        Filter(
            "kind",
            Label("Kind"),
            lambda desk: KINDS,
            lambda desk, value: Site.kind == value,
        ),
    ),
    faults=FAULTS,
    sheets=_sheets,
    ways=_ways,
)
