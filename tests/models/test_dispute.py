"""The clocks of disputes: never a day too late, and on a day when counters are open."""

from __future__ import annotations

from datetime import date

import pytest

from models.dispute import (
    Clock,
    Dispute,
    Relation,
    Stage,
    clocks,
    last_day,
    safe_day,
    year_after,
)
from models.workdays import workday_until

DAY = date(2026, 11, 20)


def at(
    stage: Stage,
    since: date | None = None,
    relation: Relation = Relation.EMPLOYED,
    on: date = DAY,
) -> Dispute:
    return Dispute(relation, stage, on, since)


@pytest.mark.parametrize(
    ("day", "later"),
    [
        (date(2026, 6, 30), date(2027, 6, 30)),
        (date(2024, 2, 29), date(2025, 2, 28)),
        (date(2023, 2, 28), date(2024, 2, 28)),
    ],
)
def test_a_year_ends_on_the_same_day_or_its_months_last(day: date, later: date) -> None:
    assert year_after(day) == later


def test_one_may_claim_for_a_year_from_knowing() -> None:
    known = at(Stage.NEGOTIATION, since=date(2026, 6, 30))
    assert safe_day(known) == date(2027, 6, 30)
    assert safe_day(at(Stage.MEDIATION, since=date(2026, 6, 30))) == date(2027, 6, 30)


def test_the_last_safe_day_is_one_on_which_a_counter_is_open() -> None:
    sunday = at(Stage.NEGOTIATION, since=date(2026, 2, 28))
    assert last_day(sunday) == date(2027, 2, 28)
    assert safe_day(sunday) == workday_until(date(2027, 2, 28))
    assert workday_until(date(2027, 2, 28)) < date(2027, 2, 28)


def test_the_national_holiday_is_no_safe_day() -> None:
    holiday = at(Stage.NEGOTIATION, since=date(2025, 10, 1))
    assert safe_day(holiday) == date(2026, 9, 30)


def test_while_a_job_lasts_wages_have_no_last_day() -> None:
    assert safe_day(at(Stage.NEGOTIATION)) is None
    assert clocks(at(Stage.NEGOTIATION)) == {}


def test_without_a_labour_relation_the_year_does_not_apply() -> None:
    loose = at(Stage.NEGOTIATION, date(2026, 6, 30), Relation.NONE)
    assert safe_day(loose) is None


def test_mediation_that_fails_lets_one_arbitrate_after_fifteen_days() -> None:
    found = clocks(at(Stage.MEDIATION, since=date(2026, 6, 30)))
    assert found == {
        Clock.MEDIATED: date(2026, 12, 5),
        Clock.CLAIM: date(2027, 6, 30),
    }


def test_arbitration_has_its_days_and_no_more_last_day() -> None:
    found = clocks(at(Stage.ARBITRATION, since=date(2026, 6, 30)))
    assert found == {
        Clock.ACCEPTED: date(2026, 11, 27),
        Clock.AWARD: date(2027, 1, 11),
        Clock.LATE_AWARD: date(2027, 1, 26),
    }


def test_one_may_sue_for_fifteen_days_after_the_award() -> None:
    assert clocks(at(Stage.AWARDED)) == {Clock.SUE: date(2026, 12, 4)}
    assert last_day(at(Stage.AWARDED)) == date(2026, 12, 5)


def test_a_suit_has_no_clock_of_ours() -> None:
    assert clocks(at(Stage.LITIGATION, since=DAY)) == {}
