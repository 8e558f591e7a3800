"""The report of benefits: issued against redeemed, and what members saved."""

from __future__ import annotations

from datetime import timedelta

from sqlmodel import Session

from bot.database import Database
from handlers.reports import Period
from handlers.reports.benefits import benefits
from models import voucher
from models.place import read_atlas
from models.tally import Counted
from tests.models.benefits import ask, clerk, member, take
from tests.models.cast import NOW

PERIOD = Period(NOW - timedelta(days=30), NOW + timedelta(days=1))
COLUMN = {what: n for n, what in enumerate(Counted, start=1)}


def test_it_counts_what_was_issued_and_redeemed(database: Database) -> None:
    with Session(database.writing) as session:
        worker, at = member(session), clerk(session)
        voucher.cancel(session, take(session, worker), NOW)
        voucher.redeem(session, at, take(session, worker), 1250, NOW)
        ask(session, worker)
        table = benefits(session, read_atlas(session), PERIOD, "zh-CN")
        before = Period(NOW - timedelta(days=9), NOW)
        empty = benefits(session, read_atlas(session), before, "en")
    by_name = {row[0]: row for row in table.rows}
    medicine = by_name["家庭药箱"]
    assert medicine[COLUMN[Counted.ISSUED]] == 2
    assert medicine[COLUMN[Counted.REDEEMED]] == 1
    assert medicine[COLUMN[Counted.GIVEN_BACK]] == 1
    assert medicine[-1] == "12.50"
    assert by_name["职业指导"][COLUMN[Counted.ASKED]] == 1
    assert len(table.columns) == len(medicine)
    assert len(table.rows) == 10
    assert {row[-1] for row in empty.rows} == {"0.00"}
