"""Sites: the nearest first, the next best where there is none, and ratings."""

from __future__ import annotations

import random
from itertools import pairwise
from time import perf_counter
from typing import Any

import pytest
from sqlmodel import Session, delete, select

from models.place import Division, kilometres
from models.site import (
    Facility,
    Found,
    Site,
    SiteKind,
    distance,
    near,
    rate,
    rating_by,
    rating_of,
    site_at,
    within,
)
from tests.models.cast import NOW, meet

HERE = 23.235, 113.280


def site(session: Session, code: str, **other: Any) -> Site:
    given: dict[str, Any] = {
        "code": code,
        "kind": SiteKind.STATION,
        "name": code,
        "name_en": code,
        "division": "440111",
        "address": "示例路",
        "lat": HERE[0],
        "lon": HERE[1],
        "hours": "24h",
        "union_code": "440111",
    }
    row = Site(**given | other)
    session.add(row)
    session.flush()
    return row


def codes(found: Found) -> list[str]:
    return [one.site.code for one in found.sites]


def test_the_nearest_come_first_with_their_distance(session: Session) -> None:
    found = near(session, *HERE, None, 5)
    away = [one.away or 0 for one in found.sites]
    assert len(away) == 5
    assert all(a <= b for a, b in pairwise(away))
    assert not found.instead
    first = found.sites[0].site
    assert first.code == "gz-by-fe"
    assert distance(first, *HERE) == kilometres(*HERE, first.lat, first.lon) == away[0]


def test_one_kind_is_found_alone(session: Session) -> None:
    found = near(session, *HERE, SiteKind.DRIVER_HOME, 9)
    assert {one.site.kind for one in found.sites} == {SiteKind.DRIVER_HOME}
    assert codes(found)[0] == "gz-by-dh"


def test_where_there_is_none_of_a_kind_any_is_better_than_nothing(
    session: Session,
) -> None:
    found = near(session, 22.54, 113.93, SiteKind.DRIVER_HOME, 2)
    assert found.instead
    assert codes(found) == ["sz-ns-st", "sz-ba-st"]


@pytest.mark.parametrize("kind", [None, SiteKind.DRIVER_HOME])
def test_far_from_everything_the_least_far_are_found(
    session: Session, kind: SiteKind | None
) -> None:
    found = near(session, 39.9, 116.4, kind, 3)
    assert found.instead
    assert len(found.sites) == 3
    assert (found.sites[0].away or 0) > 1000


def test_where_a_kind_is_nowhere_others_are_found(session: Session) -> None:
    session.exec(delete(Site).where(Site.kind == SiteKind.HOME))  # type: ignore[arg-type]
    assert len(near(session, 39.9, 116.4, SiteKind.HOME, 3).sites) == 3


def test_without_any_site_nothing_is_found(session: Session) -> None:
    session.exec(delete(Site))
    assert near(session, *HERE, SiteKind.HOME, 3) == Found([], instead=True)


def test_a_site_out_of_service_is_not_found(session: Session) -> None:
    row = session.get_one(Site, "gz-by-fe")
    row.active = False
    session.flush()
    assert "gz-by-fe" not in codes(near(session, *HERE, None, 3))
    assert site_at(session, "gz-by-fe") is None
    assert site_at(session, "nowhere") is None


def test_a_district_and_a_city_list_their_own(session: Session) -> None:
    baiyun = session.get_one(Division, "440111")
    city = session.get_one(Division, "4401")
    assert codes(within(session, baiyun, None, 0, 9)) == [
        "gz-by-dh",
        "gz-by-fe",
        "gz-by-st",
    ]
    assert len(within(session, city, SiteKind.DRIVER_HOME, 0, 9).sites) == 6
    assert len(within(session, city, SiteKind.DRIVER_HOME, 4, 9).sites) == 2
    assert within(session, city, None, 90, 9) == Found([])


def test_a_district_without_one_gives_the_nearest_to_its_middle(
    session: Session,
) -> None:
    tianhe = session.get_one(Division, "440106")
    found = within(session, tianhe, SiteKind.DRIVER_HOME, 0, 2)
    assert found.instead
    assert codes(found) == ["gz-by-dh", "gz-hp-dh"]


def test_of_a_place_without_a_point_nothing_nearest_is_known(session: Session) -> None:
    street = session.get_one(Division, "440106008")
    assert within(session, street, None, 0, 2) == Found([], instead=True)


def test_ten_thousand_sites_are_searched_in_no_time(session: Session) -> None:
    chance = random.Random(7)
    for number in range(10_000):
        lat, lon = 23 + chance.random(), 113 + chance.random()
        row = {"lat": lat, "lon": lon, "kind": list(SiteKind)[number % 4]}
        session.add(_bare(f"s{number}", **row))
    session.flush()
    near(session, *HERE, None, 8)
    start = perf_counter()
    found = near(session, *HERE, SiteKind.DRIVER_HOME, 8)
    seconds = perf_counter() - start
    every = session.exec(select(Site).where(Site.kind == SiteKind.DRIVER_HOME)).all()
    best = sorted(every, key=lambda s: distance(s, *HERE))[:8]
    assert codes(found) == [s.code for s in best]
    assert seconds < 0.5


def _bare(code: str, **other: Any) -> Site:
    return Site(
        code=code,
        name=code,
        name_en=code,
        division="440111",
        address="示例路",
        hours="24h",
        union_code="440111",
        **other,
    )


def test_what_a_site_has_comes_in_the_order_of_the_list(session: Session) -> None:
    row = site(session, "x", facilities="toilet;parking")
    assert row.has == [Facility.PARKING, Facility.TOILET]
    assert site(session, "y").has == []


def test_the_last_rating_of_a_person_counts(session: Session) -> None:
    row, (one, _), (two, _) = site(session, "x"), meet(session), meet(session, "2")
    assert rating_of(session, row) == (0.0, 0)
    assert rating_by(session, row, one.id) is None
    rate(session, row, one.id, 1, NOW)
    rate(session, row, one.id, 5, NOW)
    rate(session, row, two.id, 4, NOW)
    assert rating_by(session, row, one.id) == 5
    assert rating_of(session, row) == (4.5, 2)


@pytest.mark.parametrize("stars", [0, 6])
def test_there_are_one_to_five_stars(session: Session, stars: int) -> None:
    worker, _ = meet(session)
    with pytest.raises(ValueError):
        rate(session, site(session, "x"), worker.id, stars, NOW)
