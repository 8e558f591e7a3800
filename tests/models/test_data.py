"""The files the product ships, and trees that operators may bring."""

from __future__ import annotations

import re
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.data import UNION_KINDS, check_tree, rows
from models.identity import uscc_fault
from models.pinyin import pinyin_keys

SUFFIX = "(市|街道|镇|瑶族乡|区|县|壮族瑶族自治县|瑶族自治县|省)$"


def division(code: str, parent: str, kind: str, **more: str) -> dict[str, str]:
    return {"code": code, "parent": parent, "kind": kind, "name": code} | more


def sound_tree() -> list[dict[str, str]]:
    return [
        division("44", "", "province"),
        division("4401", "44", "city"),
        division("440111", "4401", "district", lat="23.26", lon="113.31"),
        division("440111103", "440111", "street"),
    ]


def codes(name: str) -> set[str]:
    return {row["code"] for row in rows(name)}


def test_the_shipped_trees_are_sound() -> None:
    assert check_tree(rows("divisions")) == []
    assert check_tree(rows("unions"), UNION_KINDS) == []


@pytest.mark.parametrize(
    ("city", "districts"),
    [("4409", 5), ("4401", 11), ("4418", 8), ("4403", 9), ("4451", 3)],
)
def test_each_city_has_all_its_districts(city: str, districts: int) -> None:
    below = [row for row in rows("divisions") if row["parent"] == city]
    assert len(below) == districts
    assert all(row["lat"] and row["lon"] and row["name_en"] for row in below)


def test_each_district_has_streets_and_a_federation_with_two_below() -> None:
    divisions, unions = rows("divisions"), rows("unions")
    for district in (row["code"] for row in divisions if row["kind"] == "district"):
        assert sum(row["parent"] == district for row in divisions) >= 4
        [own] = [u for u in unions if u["division"] == district == u["code"]]
        below = [u for u in unions if u["parent"] == own["code"]]
        assert sum(union["kind"] == "street" for union in below) >= 2


def test_division_codes_grow_with_their_depth() -> None:
    digits = {"province": 2, "city": 4, "district": 6, "street": 9}
    for row in rows("divisions"):
        assert re.fullmatch("[0-9]+", row["code"])
        assert len(row["code"]) == digits[row["kind"]]
        assert row["code"].startswith(row["parent"])


def test_the_shipped_pinyin_is_that_of_the_name_without_its_kind() -> None:
    for row in rows("divisions"):
        assert row["pinyin"] == pinyin_keys(re.sub(SUFFIX, "", row["name"]))


def test_unions_stand_in_known_places_for_known_groups() -> None:
    places, groups = codes("divisions"), codes("groups")
    for union in rows("unions"):
        assert union["division"] in places
        assert set(filter(None, union["groups"].split(";"))) <= groups
        assert union["phone"] == ""
        assert union["name_en"]


def test_the_groups_are_the_eight_of_2018_and_the_drivers_of_2021() -> None:
    since = {row["code"]: date.fromisoformat(row["since"]) for row in rows("groups")}
    old = {code for code, day in since.items() if day < date(2021, 7, 1)}
    assert len(old - {"other"}) == 8
    assert set(since) - old == {"ride_hailing_driver"}
    assert all(row["until"] == "" for row in rows("groups"))


def test_firms_have_valid_codes_and_known_unions() -> None:
    places, unions = codes("divisions"), codes("unions")
    firms = rows("enterprises")
    for firm in firms:
        assert not firm["uscc"] or uscc_fault(firm["uscc"]) is None
        assert firm["division"] in places | {""}
        assert firm["union"] in unions | {""}
    given_codes = [firm["uscc"] for firm in firms if firm["uscc"]]
    assert len(given_codes) == len(set(given_codes))
    assert len({firm["name"] for firm in firms}) == len(firms)


def test_only_made_up_firms_have_codes_and_half_of_them_a_union() -> None:
    coded = [firm for firm in rows("enterprises") if firm["uscc"]]
    assert all("示例" in firm["name"] for firm in coded)
    assert len(coded) == 2 * sum(bool(firm["union"]) for firm in coded)


def test_posters_lead_to_known_places_and_groups() -> None:
    for source in rows("sources"):
        assert source["division"] in codes("divisions")
        assert source["group"] in codes("groups") | {""}
        assert source["campaign"]
        assert source["site"]
        assert source["organiser"]
        # What a deep link can carry.
        assert re.fullmatch("[A-Za-z0-9_-]{1,64}", source["code"])


def test_a_sound_tree_has_no_fault() -> None:
    assert check_tree(sound_tree()) == []


@pytest.mark.parametrize(
    ("row", "fault"),
    [
        (
            division("440111103", "440111", "street"),
            'Row 6 ("440111103") has a code that 2 rows have.',
        ),
        (division("", "44", "city", name="广州市"), 'Row 6 ("") has no code.'),
        (division("4402", "44", "city", name="　"), 'Row 6 ("4402") has no name.'),
        (
            division("440299", "4402", "district"),
            'Row 6 ("440299") has parent "4402", which is no row.',
        ),
        (
            division("440299", "", "district"),
            'Row 6 ("440299") is a district and needs a parent.',
        ),
        (
            division("4402", "440111", "city"),
            'Row 6 ("4402") is a city below "440111", a district.',
        ),
        (
            division("4402", "44", "town"),
            'Row 6 ("4402") is of unknown kind "town";'
            " kinds are province, city, district, street.",
        ),
        (
            division("4402", "44", "city", lat="113.3", lon="23.1"),
            'Row 6 ("4402") has bad coordinates: lat "113.3", lon "23.1".',
        ),
        (
            division("4402", "44", "city", lat="24.8"),
            'Row 6 ("4402") has bad coordinates: lat "24.8", lon "".',
        ),
        (
            division("4402", "44", "city", lat="24.8", lon="nan"),
            'Row 6 ("4402") has bad coordinates: lat "24.8", lon "nan".',
        ),
        (
            division("4402", "44", "city", lat="24.8", lon="east"),
            'Row 6 ("4402") has bad coordinates: lat "24.8", lon "east".',
        ),
    ],
)
def test_it_names_each_fault_in_a_line(row: dict[str, str], fault: str) -> None:
    assert fault in check_tree([*sound_tree(), row])


def test_it_names_a_parent_of_no_kind() -> None:
    tree = [division("4401", "", ""), division("440111", "4401", "district")]
    fault = 'Row 3 ("440111") is a district below "4401", a row of no kind.'
    assert fault in check_tree(tree)


def test_it_draws_a_loop_once() -> None:
    loop = [
        division("a", "b", "federation"),
        division("b", "c", "federation"),
        division("c", "a", "federation"),
        division("d", "a", "district"),
    ]
    assert check_tree(loop, UNION_KINDS) == ["Loop: a → b → c → a"]


def test_it_sees_a_row_that_is_its_own_parent() -> None:
    own = division("a", "a", "federation")
    assert check_tree([own], UNION_KINDS) == ["Loop: a → a"]


CELLS = st.sampled_from(["", " ", "a", "b", "c", "city", "street", "9e9", "23", "-1"])
COLUMNS = st.sampled_from(["code", "parent", "kind", "name", "lat", "lon"])


@given(st.lists(st.dictionaries(COLUMNS, CELLS), max_size=8))
def test_any_rows_at_all_get_one_line_a_fault(tree: list[dict[str, str]]) -> None:
    faults = check_tree(tree)
    assert all("\n" not in fault and fault for fault in faults)
    incomplete = [row for row in tree if not row.get("name", "").strip()]
    assert len(faults) >= len(incomplete)


@given(st.integers(0, 3), st.sampled_from(["code", "kind", "name"]))
def test_a_blanked_cell_is_always_seen(at: int, column: str) -> None:
    tree = sound_tree()
    tree[at][column] = ""
    assert check_tree(tree)
