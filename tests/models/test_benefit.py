"""Benefits: who may use one, on which terms, and why not; one reason each."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from sqlmodel import Session, select

from models import coded
from models.audit import AuditEntry
from models.benefit import (
    OPEN,
    Benefit,
    BenefitKind,
    Hurdle,
    Per,
    Person,
    Use,
    Why,
    offered,
    period_of,
    person_of,
    why_not,
)
from models.coded import Unfit
from models.place import Atlas
from models.rules import Rules
from models.staff import NotTheirs
from tests.models.benefits import TODAY, member
from tests.models.cast import NOW, meet, reviewer

FITS = Person(
    today=TODAY,
    is_member=True,
    unions=frozenset({"440111", "4401"}),
    group="courier",
    since=TODAY - timedelta(days=40),
)


def terms(**other: Any) -> Benefit:
    given: dict[str, Any] = {
        "code": "tea",
        "kind": BenefitKind.VOUCHER,
        "name": "一杯茶",
        "name_en": "A cup of tea",
        "about": "茶",
        "about_en": "Tea",
        "bring": "",
        "bring_en": "",
        "union_code": "4401",
    }
    return Benefit(**given | other)


def test_a_member_may_use_what_is_open_to_them() -> None:
    assert why_not(terms(), FITS) is None
    assert why_not(terms(union_code=None, groups="courier;other"), FITS) is None
    on_the_day = terms(opens=TODAY, closes=TODAY, member_days=40, quota=1, share=1)
    assert why_not(on_the_day, FITS) is None


@pytest.mark.parametrize(
    ("given", "person", "why"),
    [
        ({"active": False}, {}, Hurdle(Why.CLOSED)),
        ({"closes": TODAY - timedelta(days=1)}, {}, Hurdle(Why.OVER)),
        (
            {"opens": TODAY + timedelta(days=1)},
            {},
            Hurdle(Why.NOT_OPEN, TODAY + timedelta(days=1)),
        ),
        ({}, {"is_member": False}, Hurdle(Why.NOT_MEMBER)),
        ({}, {"guarded": True}, Hurdle(Why.GUARDED)),
        ({"union_code": "4451"}, {}, Hurdle(Why.OTHER_UNION)),
        ({"groups": "truck_driver"}, {}, Hurdle(Why.OTHER_GROUP)),
        ({"pool": False}, {"in_pool": True}, Hurdle(Why.POOL)),
        (
            {"member_days": 41},
            {},
            Hurdle(Why.TOO_NEW, TODAY + timedelta(days=1)),
        ),
        ({}, {"used": {("tea", OPEN): 1}}, Hurdle(Why.HAS_ONE)),
        ({"share": 1}, {"used": {("tea", "ever"): 1}}, Hurdle(Why.USED_UP)),
        (
            {"share": 1, "per": Per.MONTH},
            {"used": {("tea", "2026-11"): 1}},
            Hurdle(Why.USED_UP, date(2026, 12, 1)),
        ),
        (
            {"share": 1, "per": Per.MONTH, "closes": date(2026, 11, 30)},
            {"used": {("tea", "2026-11"): 1}},
            Hurdle(Why.USED_UP),
        ),
        (
            {"share": 2, "per": Per.YEAR},
            {"used": {("tea", "2026"): 2}},
            Hurdle(Why.USED_UP, date(2027, 1, 1)),
        ),
        ({"quota": 3, "taken": 3}, {}, Hurdle(Why.NONE_LEFT)),
    ],
)
def test_who_may_not_is_told_the_one_reason(
    given: dict[str, Any], person: dict[str, Any], why: Hurdle
) -> None:
    assert why_not(terms(**given), replace(FITS, **person)) == why


def test_the_last_month_of_a_year_is_followed_by_the_first_of_the_next() -> None:
    december = date(2026, 12, 31)
    used = replace(FITS, today=december, used={("tea", "2026-12"): 1})
    hurdle = why_not(terms(share=1, per=Per.MONTH), used)
    assert hurdle == Hurdle(Why.USED_UP, date(2027, 1, 1))


def test_what_was_used_in_another_period_does_not_count() -> None:
    used = replace(FITS, used={("tea", "2026-10"): 1, ("milk", "2026-11"): 1})
    assert why_not(terms(share=1, per=Per.MONTH), used) is None


def test_a_person_is_what_the_rows_say(session: Session, atlas: Atlas) -> None:
    worker = member(session)
    session.add(terms())
    session.flush()
    for period, used in ((OPEN, 1), ("2026-11", 2), ("2025-11", 9)):
        session.add(
            Use(worker_id=worker.id, benefit_code="tea", period=period, used=used)
        )
    session.flush()
    found = person_of(session, atlas, Rules(), worker, NOW)
    assert found.is_member
    assert not found.guarded
    assert found.unions == {"440106", "4401"}
    assert found.since == worker.member_since.date()  # type: ignore[union-attr]
    assert found.used == {("tea", OPEN): 1, ("tea", "2026-11"): 2}


def test_who_was_not_told_yet_is_no_member(session: Session, atlas: Atlas) -> None:
    worker = member(session)
    worker.member_since = NOW
    assert not person_of(session, atlas, Rules(), worker, NOW).is_member
    later = NOW + timedelta(seconds=Rules().undo_seconds)
    assert person_of(session, atlas, Rules(), worker, later).is_member
    stranger, _ = meet(session, "stranger")
    assert person_of(session, atlas, Rules(), stranger, NOW).since is None


def test_what_somebody_may_use_comes_first(session: Session, atlas: Atlas) -> None:
    worker = member(session)
    session.add(terms(code="elsewhere", union_code="4451"))
    session.add(terms(code="full", quota=1, taken=1, position=-2))
    session.add(terms(code="tea", position=-1))
    session.add(terms(code="over", active=False))
    session.flush()
    found = offered(session, person_of(session, atlas, Rules(), worker, NOW))
    codes = [row.code for row, _ in found]
    assert codes[0] == "tea"
    assert not {"elsewhere", "over"} & {*codes}
    hurdles = [hurdle is not None for _, hurdle in found]
    assert hurdles == sorted(hurdles)
    stranger, _ = meet(session, "stranger")
    every = offered(session, person_of(session, atlas, Rules(), stranger, NOW))
    assert "elsewhere" in {row.code for row, _ in every}
    assert {hurdle.why for _, hurdle in every if hurdle} == {Why.NOT_MEMBER}


def test_periods_have_names() -> None:
    assert [period_of(per, TODAY) for per in Per] == ["ever", "2026", "2026-11"]


def test_staff_put_on_offer_and_change_what_is_of_their_area(
    session: Session, atlas: Atlas
) -> None:
    staff, row = reviewer(session, "4401"), terms(union_code="440111")
    coded.create(session, atlas, staff, row, NOW)
    coded.change(session, atlas, staff, row, {"quota": 5, "active": False}, NOW)
    assert (row.quota, row.active) == (5, False)
    entries = session.exec(select(AuditEntry.action, AuditEntry.detail)).all()
    assert entries[-2:] == [
        ("benefit.created", "tea"),
        ("benefit.changed", "tea active quota"),
    ]


@pytest.mark.parametrize("union_code", ["4451", None])
def test_what_is_of_another_area_is_out_of_reach(
    session: Session, atlas: Atlas, union_code: str | None
) -> None:
    staff = reviewer(session, "4401")
    with pytest.raises(NotTheirs):
        coded.create(session, atlas, staff, terms(union_code=union_code), NOW)
    row = terms()
    coded.create(session, atlas, staff, row, NOW)
    with pytest.raises(NotTheirs):
        coded.change(session, atlas, staff, row, {"union_code": union_code}, NOW)
    staff.active = False
    with pytest.raises(NotTheirs):
        coded.change(session, atlas, staff, row, {"quota": 1}, NOW)
    assert (row.union_code, row.quota) == ("4401", None)


@pytest.mark.parametrize(
    "wrong",
    [
        {"quota": 0},
        {"share": 0},
        {"member_days": -1},
        {"valid_days": 0},
        {"valid_days": 10**9},
        {"name": ""},
        {"about": ""},
        {"groups": "courier;astronaut"},
        {"opens": TODAY, "closes": TODAY - timedelta(days=1)},
    ],
)
def test_terms_nobody_could_meet_are_refused(
    session: Session, atlas: Atlas, wrong: dict[str, Any]
) -> None:
    staff = reviewer(session, "4401")
    with pytest.raises(Unfit):
        coded.create(session, atlas, staff, terms(**wrong), NOW)
