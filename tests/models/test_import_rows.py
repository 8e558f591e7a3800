"""Rows of a list of members: read however they are written, each fault named."""

from __future__ import annotations

import pytest

from models.import_rows import (
    BadRow,
    Fault,
    NoColumns,
    Person,
    as_row,
    columns_of,
    doubled,
    read,
)
from models.place import Atlas, Union

from .listing import HEADS, TODAY, frame, line

RIGHT = {
    "name": "张三",
    "id_number": "440106199003070001",
    "mobile": "138 1234 5678",
    "group": "快递员",
}
PASSPORT = {**RIGHT, "id_type": "护照", "id_number": "E12345678"}


def wrong(atlas: Atlas, **other: str) -> list[tuple[str, str]]:
    found = read(frame(atlas), RIGHT | other)
    assert isinstance(found, list)
    return [(fault.column, fault.why) for fault in found]


def right(atlas: Atlas, row: dict[str, str]) -> Person:
    found = read(frame(atlas), row)
    assert isinstance(found, Person), found
    return found


def test_columns_are_known_by_their_heads_in_any_order() -> None:
    heads = ("备注", " 手机 ", "ID Number *", "姓名*", "职业", "会员证号")
    named = ["", "mobile", "id_number", "name", "group", "member_no"]
    assert columns_of(heads) == named
    assert as_row(named, ["x", "1", "'2"]) == {"mobile": "1", "id_number": "2"}


def test_a_list_without_its_columns_is_refused() -> None:
    with pytest.raises(NoColumns) as lacking:
        columns_of(("姓名", "手机"))
    assert lacking.value.args == ("id_number", "group")
    with pytest.raises(NoColumns) as twice:
        columns_of((*HEADS, "name"))
    assert twice.value.args == ("name",)


def test_a_right_row_is_a_person(atlas: Atlas) -> None:
    person = right(atlas, RIGHT)
    assert person == Person(
        name="张三",
        id_type="resident",
        id_number="440106199003070001",
        born="1990-03-07",
        sex="female",
        mobile="+8613812345678",
        group="courier",
        work_form="casual",
        union="4401",
        since="",
        member_no="",
    )


@pytest.mark.parametrize("day", ["2020-05-01", "2020年5月1日", "2020/5/1", "2020.5.1"])
def test_what_is_not_needed_is_read_too(atlas: Atlas, day: str) -> None:
    union = atlas.unions["440111"].name
    more = {"union": union, "since": day, "member_no": "a1", "work_form": "平台"}
    person = right(atlas, RIGHT | more)
    told = (person.union, person.since, person.member_no, person.work_form)
    assert told == ("440111", "2020-05-01", "A1", "platform")


def test_another_paper_needs_birth_and_sex(atlas: Atlas) -> None:
    person = right(atlas, PASSPORT | {"born": "1990-03-07", "sex": "女"})
    assert (person.id_type, person.born, person.sex) == (
        *("passport", "1990-03-07"),
        "female",
    )
    assert wrong(atlas, **PASSPORT) == [("born", "day"), ("sex", "choice")]


@pytest.mark.parametrize(
    ("column", "value", "why"),
    [
        ("name", "张", "name_length"),
        ("name", "张3三", "name_characters"),
        ("id_type", "驾照", "choice"),
        ("id_number", "44010619900307000", "id_length"),
        ("id_number", "440106199003070002", "id_checksum"),
        ("id_number", "44030319990229123X", "id_birth_date"),
        ("id_number", "4.4010619900307e+17", "id_length"),
        ("id_number", "44010619900307000A", "id_characters"),
        ("mobile", "1381234567", "mobile"),
        ("group", "飞行员", "group"),
        ("group", "", "group"),
        ("work_form", "退休", "choice"),
        ("union", "深圳市总工会", "union"),
        ("since", "2099-01-01", "day"),
        ("since", "1900-01-01", "day"),
        ("since", "昨天", "day"),
        ("since", "2020-02-30", "day"),
        ("member_no", "1 2#", "member_no"),
        ("member_no", "1" * 21, "member_no"),
    ],
)
def test_each_fault_is_named(atlas: Atlas, column: str, value: str, why: str) -> None:
    assert (column, why) in wrong(atlas, **{column: value})


def test_who_is_too_young_is_refused(atlas: Atlas) -> None:
    young = {**PASSPORT, "born": str(TODAY.replace(year=2015)), "sex": "男"}
    assert wrong(atlas, **young) == [("id_number", "age")]
    nobody = {**young, "id_number": "1"}
    assert ("born", "age") in wrong(atlas, **nobody)


def test_two_unions_of_one_name_are_told_apart_by_code(atlas: Atlas) -> None:
    here = frame(atlas)
    here.atlas = Atlas(
        unions={
            code: Union(
                code=code, kind="street", name="同名", name_en=code, division="440111"
            )
            for code in ("a", "b")
        },
        groups=atlas.groups,
    )
    here.unions = frozenset("ab")
    found = read(here, RIGHT | {"union": "同名"})
    assert [f.why for f in found if isinstance(f, Fault)] == ["unions"]  # type: ignore[union-attr]
    assert isinstance(read(here, RIGHT | {"union": "b"}), Person)


def test_a_fault_shows_no_more_than_staff_may_see(atlas: Atlas) -> None:
    slipped = dict(
        zip(RIGHT, ["1", "张三丰", "440106199003070001", "张三丰"], strict=True)
    )
    found = read(frame(atlas), slipped)
    assert isinstance(found, list)
    shown = " ".join(fault.shown for fault in found)
    assert "三" not in shown
    assert "19900307" not in shown


def test_a_bad_row_is_what_it_was_after_being_kept() -> None:
    row = BadRow(3, {"name": "张"}, [Fault("name", "张", "name_length")])
    assert BadRow.of(row.plain()) == row


def test_who_is_there_twice_is_found(atlas: Atlas) -> None:
    people = [
        right(atlas, dict(zip(RIGHT, line(number), strict=True)) | {"member_no": said})
        for number, said in ((1, "7"), (1, ""), (2, "7"), (3, ""))
    ]
    papers, numbers = doubled(people)
    assert papers == {("resident", people[0].id_number)}
    assert numbers == {"7"}
