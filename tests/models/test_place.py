"""Places: what lies where, and which union answers for it."""

from __future__ import annotations

from datetime import date

import pytest
from sqlmodel import Session

from models.place import Atlas, Division, Edition, Group, Union, edition, read_atlas

TIANHE = (23.13, 113.36)


def test_the_atlas_holds_the_five_cities(atlas: Atlas) -> None:
    names = {city.name for city in atlas.cities()}
    assert names == {"茂名市", "广州市", "清远市", "深圳市", "潮州市"}


def test_divisions_are_found_below_their_parent(atlas: Atlas) -> None:
    assert "440106" in {d.code for d in atlas.children("4401")}
    assert {d.parent for d in atlas.children("440106")} == {"440106"}
    assert [d.code for d in atlas.children(None)] == ["44"]
    assert atlas.children("nowhere") == []


def test_a_group_is_offered_from_its_first_day_to_its_last() -> None:
    until = date(2027, 1, 1)
    old = Group(
        code="old",
        position=0,
        since=date(2018, 1, 1),
        until=until,
        name="老",
        name_en="",
    )
    new = Group(code="new", position=1, since=date(2021, 7, 1), name="新", name_en="")
    atlas = Atlas(groups={"old": old, "new": new})
    assert atlas.groups_on(date(2017, 12, 31)) == []
    assert atlas.groups_on(date(2021, 6, 30)) == [old]
    assert atlas.groups_on(date(2026, 12, 31)) == [old, new]
    assert atlas.groups_on(until) == [new]


def test_unions_are_found_where_they_sit_in_the_order_asked(atlas: Atlas) -> None:
    found = [u.code for u in atlas.unions_at("440106008", None, "440106")]
    assert found == ["440106008", "440106", "440106-demo-mall", "440106-home"]
    assert atlas.unions_at(None, "nowhere") == []


@pytest.mark.parametrize(
    ("division", "union"),
    [
        ("440106", "440106"),
        ("440106006", "440106"),
        ("440106008", "440106"),
        ("4401", "4401"),
        ("44", None),
        ("nowhere", None),
        (None, None),
    ],
)
def test_a_district_is_answered_for_by_its_federation(
    atlas: Atlas, division: str | None, union: str | None
) -> None:
    found = atlas.federation(division)
    assert (found and found.code) == union


def test_a_district_without_a_union_falls_to_the_city() -> None:
    city = Division(code="44", kind="city", name="市", name_en="City")
    district = Division(
        code="4401", parent="44", kind="district", name="区", name_en=""
    )
    trade = Union(code="trade", kind="industry", name="业", name_en="", division="4401")
    above = Union(code="44", kind="federation", name="总", name_en="", division="44")
    atlas = Atlas(
        divisions={"44": city, "4401": district},
        unions_in={"4401": [trade], "44": [above]},
    )
    assert atlas.federation("4401") is above


def test_a_branch_is_a_union_and_all_below_it(atlas: Atlas) -> None:
    assert atlas.branch("440106008") == {"440106008", "440106-demo-mall"}
    assert atlas.branch("4401") > atlas.branch("440106") > atlas.branch("440106-home")
    assert "440306" not in atlas.branch("4401")
    assert atlas.branch("nowhere") == {"nowhere"}


def test_a_ring_of_unions_ends_a_branch_all_the_same() -> None:
    rows = {
        code: Union(
            code=code,
            parent=parent,
            kind="street",
            name=code,
            name_en="",
            division="44",
        )
        for code, parent in (("a", "b"), ("b", "a"))
    }
    assert Atlas(unions=rows).branch("a") == {"a", "b"}


def test_the_nearest_district_is_found_within_reach(atlas: Atlas) -> None:
    found = atlas.nearest_district(*TIANHE)
    assert found is not None
    assert found.code == "440106"


@pytest.mark.parametrize(("lat", "lon"), [(39.9, 116.4), (0.0, 0.0), (-23.13, -66.6)])
def test_who_is_far_away_is_in_no_district(
    atlas: Atlas, lat: float, lon: float
) -> None:
    assert atlas.nearest_district(lat, lon) is None


def test_an_empty_atlas_has_no_nearest_district() -> None:
    district = Division(
        code="1", kind="district", name="区", name_en="", lat=None, lon=113.0
    )
    assert Atlas(divisions={"1": district}).nearest_district(*TIANHE) is None


def test_distance_is_measured_on_the_globe() -> None:
    # A degree of longitude at 60° north is half of one at the equator: 55.6 km.
    for lon, found in ((1.43, True), (1.45, False)):
        district = Division(
            code="1", kind="district", name="区", name_en="", lat=60.0, lon=lon
        )
        atlas = Atlas(divisions={"1": district})
        assert (atlas.nearest_district(60.0, 0.0) is not None) == found


def test_the_groups_keep_their_order(atlas: Atlas) -> None:
    assert [g.position for g in atlas.groups.values()] == list(range(10))


def test_the_atlas_outlives_its_session_and_knows_its_edition(
    session: Session,
) -> None:
    atlas = read_atlas(session)
    assert atlas.edition == edition(session) == 9
    session.close()
    assert atlas.divisions["440106"].name == "天河区"


def test_without_places_the_edition_is_none_yet(session: Session) -> None:
    session.delete(session.get_one(Edition, 1))
    session.flush()
    assert edition(session) == 0
    assert read_atlas(session).edition == 0


@pytest.mark.parametrize(
    ("division", "city"),
    [("4401", "4401"), ("440111", "4401"), ("44", None), (None, None), ("9", None)],
)
def test_a_division_is_in_one_city(
    atlas: Atlas, division: str | None, city: str | None
) -> None:
    found = atlas.city_of(division)
    assert (found.code if found else None) == city
