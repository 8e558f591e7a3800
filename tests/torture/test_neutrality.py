"""Outsiders hear the same, as fast, whoever they mean; and the measure can tell."""

from __future__ import annotations

import random

import pytest

from bot.database import Database
from tests.torture.neutrality import (
    UNKNOWN,
    WAYS,
    Lot,
    is_neutral,
    outsiders,
    told_apart,
)

HARDLY = 1e-4
"""A suite runs often: what should happen once in a hundred runs must not fail it."""


@pytest.mark.parametrize("way", WAYS)
def test_an_outsider_learns_nothing(database: Database, way: str) -> None:
    lots = outsiders(database, 80, seed=1, way=WAYS[way])
    assert len(set().union(*(lot.said for lot in lots.values()))) == 1
    assert is_neutral(lots, HARDLY)


def times(mean: float, seed: int, n: int = 500) -> list[float]:
    chance = random.Random(seed)
    return [chance.gauss(mean, 1.0) for _ in range(n)]


def test_times_of_one_source_are_not_told_apart() -> None:
    assert told_apart(times(10, 1), times(10, 2)) > 0.01
    assert told_apart([1.0, 2.0], [1.0, 2.0]) == 1.0


def test_times_of_two_sources_are_told_apart() -> None:
    assert told_apart(times(10, 1), times(10.4, 2)) < 0.01


def test_another_answer_or_another_time_is_not_neutral() -> None:
    plain = Lot(times(10, 1), {("no",)})
    assert is_neutral({UNKNOWN: plain, "wrong PIN": Lot(times(10, 2), {("no",)})})
    assert not is_neutral({UNKNOWN: plain, "wrong PIN": Lot(times(10, 2), {("No",)})})
    assert not is_neutral({UNKNOWN: plain, "wrong PIN": Lot(times(12, 2), {("no",)})})
