"""Exactly one of eight processes takes a case, on both databases."""

from __future__ import annotations

import pytest

from tests.databases import SEEDED, Copy
from tests.torture.taking import Taking, take_all
from tests.torture.test_contending import address_of

CASES = 25


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_exactly_one_of_eight_takes_each_case(
    kind: str, request: pytest.FixtureRequest
) -> None:
    copies: Copy = request.getfixturevalue(f"{kind}_copies")
    with copies(SEEDED) as database:
        taking = take_all(address_of(database), CASES)
    assert taking.faults == []
    assert len(taking.rows) == CASES


def test_a_broken_promise_is_named() -> None:
    assert Taking([(1, 7)], {1: 7}, 0, 1).faults == []
    assert Taking([(1, 7), (1, 8)], {1: 7}, 1, 2).faults == [
        "each has one taker",
        "who was told has it",
        "none is left",
        "each is audited once",
    ]
