"""Few seats, many people, eight processes: none too many, and nobody overtaken."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.torture.chosen import Kind, databases
from tests.torture.seats import Crowd, Outcome, Wish, _overtaken, rush_for_seats

RUSH = Crowd(people=80, seats=10)


@pytest.mark.torture
@pytest.mark.parametrize("kind", [Kind.SQLITE, Kind.POSTGRESQL])
def test_eight_processes_fill_the_seats_in_fair_order(
    kind: Kind, tmp_path: Path
) -> None:
    with databases(kind) as addresses:
        [fresh] = addresses.values()
        outcome = rush_for_seats(RUSH, fresh() or f"sqlite:///{tmp_path}/seats.db")
    assert outcome.faults == []


def test_whoever_is_overtaken_is_counted() -> None:
    first, second = Wish(0, 1, rank=2), Wish(2, 3, rank=1)
    assert _overtaken([first, second]) == 1
    assert _overtaken([Wish(0, 1, rank=1), second]) == 0
    assert _overtaken([Wish(0, 2.5, rank=2), second]) == 0


def test_a_broken_promise_is_named() -> None:
    good = Outcome(RUSH, 10, [*range(1, 71)], 0, 1.0, 5, 10, 0, 65, (10, 65))
    assert good.faults == []
    bad = Outcome(RUSH, 11, [1, 1], 1, 1.0, 5, 9, 1, 64, (10, 65))
    assert bad.faults == [
        "seats",
        "numbers",
        "fairness",
        "the queue",
        "the counts",
    ]
