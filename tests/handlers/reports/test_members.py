"""The report of members by union and occupation."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from sqlmodel import Session

from bot.database import Database
from handlers.reports import Period
from handlers.reports.members import members
from handlers.turn import named
from models.place import read_atlas
from tests.models.cast import NOW
from tests.models.noticing import member

PERIOD = Period(NOW - timedelta(days=30), NOW)


def test_it_counts_by_union_and_occupation_and_who_is_in_the_pool(
    database: Database,
) -> None:
    people: list[dict[str, Any]] = [
        {"group": "courier"},
        {"group": "courier", "in_pool": True},
        {"group": None},
        {"group": "courier", "union_code": None},
        {"group": "courier", "member_no": None, "in_pool": True},
    ]
    with Session(database.writing) as session:
        for columns in people:
            member(session, **columns)
        atlas = read_atlas(session)
        table = members(session, atlas, PERIOD, "zh-CN")
    union, group = atlas.unions["440106"], atlas.groups["courier"]
    district, courier = named(union, "zh-CN"), named(group, "zh-CN")
    assert table.rows == (
        ("", courier, 1, 0),
        (district, "", 1, 0),
        (district, courier, 2, 1),
    )
    assert len(table.columns) == 4
