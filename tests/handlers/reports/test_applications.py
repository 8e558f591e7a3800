"""The report of applications by union and standing."""

from __future__ import annotations

from datetime import date, timedelta

from sqlmodel import Session

from bot.database import Database
from handlers.reports import Period
from handlers.reports.applications import applications
from models.application import Standing
from models.place import read_atlas
from tests.models.cast import NOW, apply, meet

PERIOD = Period(NOW - timedelta(days=30), NOW + timedelta(days=1))
COLUMN = {standing: n for n, standing in enumerate(Standing, start=1)}


def test_it_counts_by_union_and_standing(database: Database) -> None:
    with Session(database.writing) as session:
        for number in (1, 2, 3):
            apply(session, *meet(session, str(number)), number, submitted_at=NOW)
        placed = apply(session, *meet(session, "4"), 4, submitted_at=NOW)
        placed.standing = Standing.PLACED
        table = applications(session, read_atlas(session), PERIOD, "zh-CN")
    (row,) = table.rows
    assert row[0] == "天河区总工会"
    assert row[COLUMN[Standing.SUBMITTED]] == 3
    assert row[COLUMN[Standing.PLACED]] == 1
    assert sum(c for c in row[1:-1] if isinstance(c, int)) == 4
    assert len(table.columns) == len(row)


def test_it_counts_as_overdue_what_still_waits_past_its_day(database: Database) -> None:
    with Session(database.writing) as session:
        late, in_time = date(2026, 11, 19), date(2026, 12, 1)
        apply(session, *meet(session, "1"), 1, submitted_at=NOW, due=late)
        apply(session, *meet(session, "2"), 2, submitted_at=NOW, due=in_time)
        done = apply(session, *meet(session, "3"), 3, submitted_at=NOW, due=late)
        done.standing = Standing.REJECTED
        table = applications(session, read_atlas(session), PERIOD, "en")
    assert [row[-1] for row in table.rows] == [1]


def test_it_leaves_out_what_was_submitted_before(database: Database) -> None:
    with Session(database.writing) as session:
        before = PERIOD.since - timedelta(seconds=1)
        apply(session, *meet(session), submitted_at=before)
        assert applications(session, read_atlas(session), PERIOD, "en").rows == ()
