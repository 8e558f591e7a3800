"""Partners and benefits out of CSV files: every fault has its line."""

from __future__ import annotations

import pytest
from sqlmodel import Session

from models.benefit import Benefit
from models.loading import BadRows, load
from models.partner import Partner

Row = dict[str, str]
SHOP: Row = {
    "code": "shop",
    "name": "小店",
    "union": "4401",
    "district": "440111",
    "address": "示例路9号",
    "lat": "23.1",
    "lon": "113.2",
}
TEA: Row = {"code": "tea", "kind": "voucher", "name": "一杯茶", "about": "茶"}


@pytest.mark.parametrize(
    ("name", "row", "changes", "fault"),
    [
        ("partners", SHOP, {"code": ""}, "has no code."),
        ("partners", SHOP, {"code": "x" * 21}, "longer than 20 characters."),
        ("partners", SHOP, {"code": "a:b"}, "other than letters, digits and hyphens."),
        ("partners", SHOP, {"address": ""}, "has no address."),
        ("partners", SHOP, {"union": "9"}, 'has unknown union "9".'),
        ("partners", SHOP, {"district": "9"}, 'has unknown district "9".'),
        ("partners", SHOP, {"lat": "north"}, "has bad coordinates."),
        ("partners", SHOP, {"lon": "nan"}, "has bad coordinates."),
        ("partners", SHOP, {"lat": "310"}, "has bad coordinates."),
        ("partners", SHOP, {"active": "maybe"}, 'neither yes nor no: "maybe".'),
        ("benefits", TEA, {"about": ""}, "has no about."),
        ("benefits", TEA, {"kind": "gift"}, 'has unknown kind "gift".'),
        ("benefits", TEA, {"kind": "place"}, 'has unknown code "tea".'),
        ("benefits", TEA, {"per": "week"}, 'has unknown per "week".'),
        ("benefits", TEA, {"union": "9"}, 'has unknown union "9".'),
        ("benefits", TEA, {"groups": "x;courier"}, "is for unknown groups: x."),
        ("benefits", TEA, {"quota": "many"}, 'has a quota that is no number: "many".'),
        ("benefits", TEA, {"opens": "soon"}, 'has a opens that is no date: "soon".'),
        ("benefits", TEA, {"pool": "2"}, 'neither yes nor no: "2".'),
        ("givings", {"benefit": "x", "partner": "drug-renhe"}, {}, "unknown benefit"),
        ("givings", {"benefit": "career", "partner": "x"}, {}, "unknown partner"),
    ],
)
def test_what_is_wrong_with_a_row_is_said(
    session: Session, name: str, row: Row, changes: Row, fault: str
) -> None:
    with pytest.raises(BadRows) as refused:
        load(session, name, [row | changes])
    assert fault in str(refused.value)


def test_a_benefit_loaded_again_keeps_what_is_taken(session: Session) -> None:
    load(session, "partners", [SHOP | {"active": "no"}])
    assert not session.get_one(Partner, "shop").active
    load(session, "benefits", [TEA])
    session.get_one(Benefit, "tea").taken = 3
    more = {"quota": "9", "opens": "2026-11-01", "pool": "no", "member_days": "5"}
    load(session, "benefits", [TEA | more])
    row = session.get_one(Benefit, "tea")
    assert (row.taken, row.quota, row.pool, row.member_days) == (3, 9, False, 5)
    assert str(row.opens) == "2026-11-01"
