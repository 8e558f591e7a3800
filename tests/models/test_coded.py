"""Coded rows: kept by the staff of their union, whole, and with a history."""

from __future__ import annotations

from typing import Any

import pytest
from sqlmodel import Session, select

from models import coded, founding
from models.audit import entries_about
from models.benefit import Benefit
from models.coded import Unfit
from models.loading import load
from models.partner import Partner, give, given_by
from models.place import Atlas, Source, Union, edition
from models.site import Facility, Site, SiteKind
from models.staff import NotTheirs
from tests.models.cast import NOW, reviewer

AT = {"lat": 23.1, "lon": 113.3}


def a_partner(**other: Any) -> Partner:
    words = dict.fromkeys(("name", "name_en", "address", "address_en"), "示例路1号")
    given: dict[str, Any] = {"code": "shop", "union_code": "440111"}
    return Partner(**{**given, **words, **AT, "district": "440111", **other})


def a_site(**other: Any) -> Site:
    given: dict[str, Any] = {
        "code": "stop",
        "kind": SiteKind.STATION,
        "name": "服务站",
        "name_en": "Station",
        "division": "440111",
        "address": "示例路1号",
        "hours": "24h",
        "facilities": f"{Facility.WIFI}",
        "union_code": "440111",
    }
    return Site(**{**given, **AT, **other})


def a_union(**other: Any) -> Union:
    given = {
        "code": "440111-new",
        "parent": "440111",
        "kind": "industry",
        "name": "行业工会",
        "name_en": "Industry union",
        "division": "440111",
        "groups": "truck_driver;courier",
    }
    return Union(**{**given, **other})


def a_source(**other: Any) -> Source:
    given = {
        "code": "here",
        "campaign": "入会",
        "site": "门口",
        "organiser": "白云区总工会",
        "union_code": "440111",
    }
    return Source(**{**given, **other})


ROWS = [a_partner, a_site, a_union, a_source]


@pytest.mark.parametrize("make", ROWS)
def test_a_row_is_kept_by_its_union_and_those_above(
    session: Session, atlas: Atlas, make: Any
) -> None:
    elsewhere = reviewer(session, "4451")
    with pytest.raises(NotTheirs):
        coded.create(session, atlas, elsewhere, make(), NOW)
    staff = reviewer(session, "4401")
    row = coded.create(session, atlas, staff, make(), NOW)
    with pytest.raises(NotTheirs):
        coded.change(session, atlas, elsewhere, row, {"name": "别的"}, NOW)
    staff.active = False
    with pytest.raises(NotTheirs):
        coded.change(session, atlas, staff, row, {"name": "别的"}, NOW)


@pytest.mark.parametrize("make", ROWS)
def test_no_two_rows_have_one_code(session: Session, atlas: Atlas, make: Any) -> None:
    staff = reviewer(session, "4401")
    coded.create(session, atlas, staff, make(), NOW)
    session.expunge_all()
    with pytest.raises(Unfit, match="taken"):
        coded.create(session, atlas, staff, make(), NOW)


@pytest.mark.parametrize("code", ["", "a b", "x" * 21, "a/b", "代码"])
def test_a_code_is_one_that_travels(session: Session, atlas: Atlas, code: str) -> None:
    with pytest.raises(Unfit, match="code"):
        row = a_partner(code=code)
        coded.create(session, atlas, reviewer(session, "4401"), row, NOW)


@pytest.mark.parametrize(
    ("make", "facts", "part"),
    [
        (a_partner, {"name": ""}, "name"),
        (a_partner, {"address": ""}, "address"),
        (a_partner, {"district": "99"}, "district"),
        (a_partner, {"lat": 91.0}, "coordinates"),
        (a_site, {"name": ""}, "name"),
        (a_site, {"address": ""}, "address"),
        (a_site, {"division": "99"}, "division"),
        (a_site, {"lon": 181.0}, "coordinates"),
        (a_site, {"hours": "always"}, "hours"),
        (a_site, {"hours": ""}, "hours"),
        (a_site, {"facilities": "sauna"}, "facilities"),
        (a_union, {"name": ""}, "name"),
        (a_union, {"kind": "federation"}, "kind"),
        (a_union, {"kind": "club"}, "kind"),
        (a_union, {"division": "99"}, "division"),
        (a_union, {"groups": "astronaut"}, "groups"),
        (a_source, {"code": "s-1"}, "code"),
        (a_source, {"campaign": ""}, "campaign"),
        (a_source, {"campaign": "长" * 41}, "campaign"),
        (a_source, {"site": ""}, "site"),
        (a_source, {"organiser": ""}, "organiser"),
        (a_source, {"division": "99"}, "division"),
        (a_source, {"group": "astronaut"}, "group"),
    ],
    ids=lambda value: getattr(value, "__name__", str(value)),
)
def test_what_does_not_hold_together_is_refused(
    session: Session, atlas: Atlas, make: Any, facts: dict[str, Any], part: str
) -> None:
    with pytest.raises(Unfit, match=part):
        coded.create(session, atlas, reviewer(session, "4401"), make(**facts), NOW)


def test_a_union_at_the_top_is_founded_by_nobody_here(atlas: Atlas) -> None:
    assert a_union(parent=None).fault(atlas) == "kind"


def test_a_change_that_does_not_hold_together_changes_nothing(
    session: Session, atlas: Atlas
) -> None:
    staff = reviewer(session, "4401")
    row = coded.create(session, atlas, staff, a_site(), NOW)
    for facts in ({"hours": "x"}, {"union_code": "4451"}):
        with pytest.raises((Unfit, NotTheirs)):
            coded.change(session, atlas, staff, row, facts, NOW)
    assert (row.hours, row.union_code) == ("24h", "440111")


def test_what_was_done_to_a_row_is_found_again(session: Session, atlas: Atlas) -> None:
    staff = reviewer(session, "4401")
    row = coded.create(session, atlas, staff, a_site(), NOW)
    coded.change(session, atlas, staff, row, {"name": "站", "phone": ""}, NOW)
    coded.turn(session, atlas, staff, row, False, NOW)
    assert not row.active
    coded.turn(session, atlas, staff, row, True, NOW)
    coded.create(session, atlas, staff, a_partner(code="stop"), NOW)
    found = entries_about(session, coded.subject("site", "stop"), 9)
    assert [(one.action, one.detail) for one in found] == [
        ("site.resumed", "stop"),
        ("site.ended", "stop"),
        ("site.changed", "stop name"),
        ("site.created", "stop"),
    ]
    assert len(entries_about(session, coded.subject("site", "stop"), 2)) == 2


def test_a_partner_gives_what_is_said_and_nothing_else(
    session: Session, atlas: Atlas
) -> None:
    staff = reviewer(session, "4401")
    row = coded.create(session, atlas, staff, a_partner(), NOW)
    codes = list(session.exec(select(Benefit.code).order_by(Benefit.code)))[:3]
    give(session, atlas, staff, row, codes[:2], NOW)
    assert given_by(session, "shop") == codes[:2]
    give(session, atlas, staff, row, codes[1:], NOW)
    assert given_by(session, "shop") == codes[1:]
    with pytest.raises(NotTheirs):
        give(session, atlas, reviewer(session, "4451"), row, [], NOW)
    last = entries_about(session, coded.subject("partner", "shop"), 1)
    assert [one.detail for one in last] == [" ".join(["shop", *codes[1:]])]


def test_a_union_that_is_founded_is_read_by_every_process(
    session: Session, atlas: Atlas
) -> None:
    staff, before = reviewer(session, "4401"), edition(session)
    row = founding.found(session, atlas, staff, a_union(), NOW)
    founding.change(session, atlas, staff, row, {"phone": "020"}, NOW)
    assert edition(session) == before + 2
    with pytest.raises(NotTheirs):
        founding.change(
            session, atlas, reviewer(session, row.code), row, {"name": "己"}, NOW
        )


def test_an_imported_poster_is_of_the_union_it_names(session: Session) -> None:
    row = {"code": "gate", "campaign": "入会", "site": "门口"}
    for organiser, union in (("白云区总工会", "440111"), ("某公司", None)):
        load(session, "sources", [{**row, "organiser": organiser}])
        assert session.get_one(Source, "gate").union_code == union
