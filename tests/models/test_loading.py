"""Loading places: every fault has its line, and nothing is half loaded."""

from __future__ import annotations

import pytest
from sqlmodel import Session, col, select

from models.loading import BadRows, load, load_all
from models.place import (
    Division,
    Enterprise,
    Group,
    Source,
    Union,
    edition,
    read_atlas,
)

Row = dict[str, str]
CITY: Row = {"code": "4402", "parent": "44", "kind": "city", "name": "韶关市"}
UNION: Row = {
    "code": "4402",
    "kind": "federation",
    "name": "韶关市总工会",
    "division": "4401",
}
FIRM: Row = {"name": "示例公司", "kind": "enterprise", "uscc": "91440100MA0000015P"}
GROUP: Row = {"code": "miner", "since": "2027-01-01", "name": "矿工"}
POSTER: Row = {"code": "gate", "campaign": "入会", "site": "东门", "organiser": "工会"}


def faults(session: Session, name: str, *rows: Row) -> list[str]:
    before = edition(session)
    with pytest.raises(BadRows) as refused:
        load(session, name, rows)
    assert str(refused.value).splitlines() == refused.value.faults
    assert edition(session) == before
    assert not session.new
    return refused.value.faults


@pytest.mark.parametrize(
    ("name", "row", "changes", "fault"),
    [
        ("divisions", CITY, {"name": ""}, 'Row 2 ("4402") has no name.'),
        (
            "divisions",
            CITY,
            {"parent": "99"},
            'Row 2 ("4402") has parent "99", which is no row.',
        ),
        (
            "divisions",
            CITY,
            {"lat": "north", "lon": "1"},
            'Row 2 ("4402") has bad coordinates: lat "north", lon "1".',
        ),
        (
            "unions",
            UNION,
            {"division": "99"},
            'Row 2 ("4402") has unknown division "99".',
        ),
        (
            "unions",
            UNION,
            {"code": "a" * 21},
            f'Row 2 ("{"a" * 21}") has a code longer than 20 characters.',
        ),
        (
            "unions",
            UNION,
            {"kind": "guild"},
            'Row 2 ("4402") is of unknown kind "guild"; kinds are federation, '
            "district, street, industry, enterprise.",
        ),
        ("groups", GROUP, {"code": ""}, 'Row 2 ("矿工") has no code.'),
        ("groups", GROUP, {"name": " "}, 'Row 2 ("miner") has no name.'),
        ("groups", GROUP, {"since": ""}, 'Row 2 ("miner") has no since.'),
        (
            "groups",
            GROUP,
            {"since": "2027"},
            'Row 2 ("miner") has a since that is no date: "2027".',
        ),
        (
            "groups",
            GROUP,
            {"until": "soon"},
            'Row 2 ("miner") has a until that is no date: "soon".',
        ),
        ("enterprises", FIRM, {"name": ""}, 'Row 2 ("") has no name.'),
        (
            "enterprises",
            FIRM,
            {"kind": "shop"},
            'Row 2 ("示例公司") is of unknown kind; kinds are enterprise, platform.',
        ),
        (
            "enterprises",
            FIRM,
            {"uscc": "91350100M000100Y4Z"},
            'Row 2 ("示例公司") has a credit code that is not valid.',
        ),
        (
            "enterprises",
            FIRM,
            {"union": "99"},
            'Row 2 ("示例公司") has unknown union "99".',
        ),
        (
            "enterprises",
            FIRM,
            {"division": "99"},
            'Row 2 ("示例公司") has unknown division "99".',
        ),
        ("sources", POSTER, {"code": ""}, 'Row 2 ("") has no code.'),
        ("sources", POSTER, {"campaign": ""}, 'Row 2 ("gate") has no campaign.'),
        ("sources", POSTER, {"site": ""}, 'Row 2 ("gate") has no site.'),
        ("sources", POSTER, {"organiser": ""}, 'Row 2 ("gate") has no organiser.'),
        (
            "sources",
            POSTER,
            {"division": "99"},
            'Row 2 ("gate") has unknown division "99".',
        ),
        ("sources", POSTER, {"group": "x"}, 'Row 2 ("gate") has unknown group "x".'),
    ],
)
def test_each_fault_has_its_line(
    session: Session, name: str, row: Row, changes: Row, fault: str
) -> None:
    assert faults(session, name, row | changes) == [fault]


def test_every_fault_is_named_at_once(session: Session) -> None:
    found = faults(session, "groups", GROUP, {}, {"code": "x", "since": "x"})
    assert [line[:5] for line in found] == ["Row 3"] * 3 + ["Row 4"] * 2


def test_two_firms_never_share_a_credit_code(session: Session) -> None:
    spaced = FIRM | {"name": "另一示例公司", "uscc": "９１440100-MA0000015P"}
    assert faults(session, "enterprises", FIRM, spaced) == [
        'Row 2 ("示例公司") has a credit code that 2 rows have.',
        'Row 3 ("另一示例公司") has a credit code that 2 rows have.',
    ]


def test_one_bad_row_keeps_the_good_ones_out(session: Session) -> None:
    faults(session, "divisions", CITY, CITY | {"code": "4405", "name": ""})
    assert session.get(Division, "4402") is None


def test_a_row_may_stand_below_one_that_is_here_already(session: Session) -> None:
    assert load(session, "divisions", [CITY]) == 1
    district = {"code": "440203", "parent": "4402", "kind": "district", "name": "武江"}
    assert load(session, "divisions", [district]) == 1
    found = session.get_one(Division, "440203")
    assert (found.parent, found.pinyin) == ("4402", "wujiang wj")


def test_a_row_that_would_cut_off_those_below_is_refused(session: Session) -> None:
    street = {"code": "440106", "parent": "4401", "kind": "street", "name": "天河"}
    found = faults(session, "divisions", street)
    assert any('below "440106", a street' in line for line in found)


def test_blanks_and_stray_cells_do_not_matter(session: Session) -> None:
    row = {f"{key}": f" {cell} " for key, cell in CITY.items()} | {"lat": "24.8"}
    row |= {"lon": "113.6", None: "stray"}  # type: ignore[dict-item]
    load(session, "divisions", [row])
    found = session.get_one(Division, "4402")
    assert (found.name, found.name_en, found.lat) == ("韶关市", "韶关市", 24.8)


def test_a_row_with_a_code_we_have_replaces_it(session: Session) -> None:
    load(session, "unions", [UNION])
    load(session, "unions", [UNION | {"name": "韶关总工会", "phone": "12351"}])
    found = session.get_one(Union, "4402")
    assert (found.name, found.phone, found.parent) == ("韶关总工会", "12351", None)


def test_a_group_ends_on_its_day(session: Session) -> None:
    load(session, "groups", [GROUP | {"until": "2028-01-01", "alias": "采矿工"}])
    found = session.get_one(Group, "miner")
    assert found.until is not None
    assert (found.until.year, found.alias) == (2028, "采矿工")


def test_a_poster_leads_to_its_place(session: Session) -> None:
    load(session, "sources", [POSTER | {"division": "440106", "group": "courier"}])
    found = session.get_one(Source, "gate")
    assert (found.division, found.group) == ("440106", "courier")


def firms(session: Session) -> list[tuple[str, str | None]]:
    found = select(Enterprise).where(col(Enterprise.name).contains("示例公司"))
    return sorted((firm.name, firm.uscc) for firm in session.exec(found))


def test_a_firm_keeps_its_id_by_its_code_when_its_name_changes(
    session: Session,
) -> None:
    load(session, "enterprises", [FIRM])
    load(session, "enterprises", [FIRM | {"name": "新示例公司"}])
    assert firms(session) == [("新示例公司", FIRM["uscc"])]


def test_a_firm_known_by_name_gets_its_code_later(session: Session) -> None:
    load(session, "enterprises", [FIRM | {"uscc": ""}])
    load(session, "enterprises", [FIRM])
    assert firms(session) == [("示例公司", FIRM["uscc"])]


def test_firms_of_one_name_and_two_codes_are_two(session: Session) -> None:
    other = FIRM | {"uscc": "91440100MA0000023G"}
    assert load(session, "enterprises", [FIRM]) == 1
    code = "91445100MA0000023G"
    load(session, "enterprises", [other | {"uscc": code}])
    assert firms(session) == [("示例公司", FIRM["uscc"]), ("示例公司", code)]


def test_loading_everything_again_changes_no_row_but_the_edition(
    session: Session,
) -> None:
    before, counts = read_atlas(session), count(session)
    load_all(session)
    after = read_atlas(session)
    assert count(session) == counts
    assert after.edition == before.edition + 8
    assert after.divisions == before.divisions
    assert after.unions == before.unions
    assert after.groups == before.groups


def count(session: Session) -> list[int]:
    tables = (Division, Union, Group, Enterprise, Source)
    return [len(session.exec(select(table)).all()) for table in tables]
