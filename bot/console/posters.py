"""Posters: a code that says which campaign, where and by whom, to print and to hang.

Who scans it opens the chat; what the poster knows, an application need not be asked.
"""

import secrets
from collections.abc import Iterable
from dataclasses import replace
from functools import partial

from sqlmodel import col, func, select

from bot.console.codes import CODED, change_coded
from bot.console.desk import Desk, Label, Text
from bot.console.fields import (
    Options,
    divisions,
    groups,
    none_or,
    one_of,
    text,
    unions,
)
from bot.console.noun import Page, Rule
from bot.console.records import Facts, Filter, Record
from bot.console.views import Badge, Do, File, Sheet
from bot.drawings import poster
from bot.drawings.poster import Poster
from models import coded
from models.application import Application
from models.link_code import ALPHABET
from models.place import LONGEST_CAMPAIGN, Source
from models.site import Site
from models.staff import SERVING

LENGTH = 7
"""How many letters a code has that nobody chose."""


def _sites(desk: Desk) -> Options:
    """Offer the sites of one's own unions, and what was written of another place."""
    found = select(Site).where(Site.active, col(Site.union_code).in_(desk.unions))
    rows = desk.session.exec(found.order_by(col(Site.code))).all()
    return {row.code: desk.named(row) for row in rows}


FIELDS = (
    text("campaign", Label("What for"), longest=LONGEST_CAMPAIGN),
    one_of("union_code", Label("Union"), unions, made_with=True),
    one_of(
        "site_code",
        Label("Site"),
        none_or(_sites, Label("another place, below")),
        required=False,
        get=lambda desk, row: "",
        made_with=True,
    ),
    text(
        "site",
        Label("Where it hangs"),
        required=False,
        longest=60,
        hint=Label("Not needed where a site is chosen."),
    ),
    one_of(
        "division",
        Label("Fills in the place of work"),
        none_or(divisions, Label("nothing")),
        required=False,
    ),
    one_of(
        "group",
        Label("Fills in the occupation"),
        none_or(groups, Label("nothing")),
        required=False,
    ),
    text(
        "code",
        Label("Code"),
        required=False,
        longest=20,
        made_with=True,
        hint=Label("Letters, digits and hyphens; empty for one that is drawn."),
    ),
)


def _make(desk: Desk, facts: Facts) -> Source:
    site = _sites_named(desk, facts.pop("site_code"))
    facts["site"] = facts["site"] or (site.name if site else "")
    facts["division"] = facts["division"] or (site.division if site else None)
    facts["code"] = facts["code"] or _draw()
    named = desk.kit.atlas.unions[facts["union_code"]].name
    row = Source(**facts, organiser=named)
    return coded.create(desk.session, desk.kit.atlas, desk.staff, row, desk.now)


def _sites_named(desk: Desk, code: str | None) -> Site | None:
    return desk.session.get(Site, code) if code else None


def _draw() -> str:
    return "".join(secrets.choice(ALPHABET) for _ in range(LENGTH))


def _sheets(desk: Desk, row: Source) -> Iterable[Sheet]:
    came = select(func.count()).where(Application.source == row.code)
    yield Sheet(
        Label("What came of it"),
        (
            (Label("Address"), _address(desk, row)),
            (Label("Applications received"), str(desk.session.exec(came).one())),
        ),
        picture=f"{POSTERS.at(row)}/a4.png",
    )


def _address(desk: Desk, row: Source) -> str:
    return f"{desk.kit.config.address}/?start={row.code}"


def _ways(desk: Desk, row: Source) -> Iterable[Do]:
    yield Do(Label("Print (PDF)"), f"{POSTERS.at(row)}/a4.pdf", kind="main")
    yield Do(Label("Picture (PNG)"), f"{POSTERS.at(row)}/a4.png")


def _poster(desk: Desk, row: Source) -> Poster:
    name = desk.kit.rules.product(desk.language)
    facts = (row.site, row.organiser)
    call = desk.text(Label("Scan to join your union"))
    return Poster(row.campaign, name, _address(desk, row), call, facts)


def as_pdf(desk: Desk, row: Source) -> File:
    """Return the page to print."""
    make = partial(poster.as_pdf, _poster(desk, row))
    return File(make, "application/pdf", f"{row.code}.pdf")


def as_png(desk: Desk, row: Source) -> File:
    """Return the picture."""
    make = partial(poster.as_png, _poster(desk, row))
    return File(make, "image/png")


FAULTS: dict[str, tuple[str, Text]] = {
    **CODED,
    "campaign": ("campaign", Label("Please say what for, in 40 characters at most.")),
    "site": ("site", Label("Please choose a site, or say where it hangs.")),
}

POSTERS: Record[Source] = Record(
    name="posters",
    label=Label("Posters"),
    new=Label("New poster"),
    table=Source,
    key="code",
    order=(Source.code,),
    roles=SERVING,
    keepers=SERVING,
    mine=lambda desk: [col(Source.union_code).in_(desk.unions)],
    columns=(Label("What for"), Label("Where it hangs"), Label("Union")),
    cells=lambda desk, row: (row.campaign, row.site, row.organiser),
    badge=lambda desk, row: Badge(row.code),
    empty=Label("No posters yet."),
    fields=FIELDS,
    title=lambda desk, row: row.campaign,
    make=_make,
    change=change_coded(dict),
    filters=(
        Filter(
            "union",
            Label("Union"),
            unions,
            lambda desk, value: Source.union_code == value,
        ),
        Filter(
            "group",
            Label("Occupation"),
            groups,
            lambda desk, value: Source.group == value,
        ),
    ),
    faults=FAULTS,
    sheets=_sheets,
    ways=_ways,
)
_MINE = Rule(SERVING, POSTERS.own)
POSTERS_NOUN = replace(
    POSTERS,
    pages=(
        Page("{key}/a4.pdf", _MINE, as_pdf),
        Page("{key}/a4.png", _MINE, as_png),
    ),
).noun()
