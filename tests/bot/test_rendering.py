"""Rendering: what many are told alike is put into words once."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest

from bot.kit import Kit
from bot.rendering import AT_WORK, Renderings
from tests.bot.dispatch import World


@pytest.fixture
def world(kit: Kit) -> Iterator[World]:
    yield World(kit)


def test_what_many_are_told_alike_is_put_into_words_once(world: World) -> None:
    world.people(1)
    world.schedule()
    renderings, row = Renderings(world.kit), world.row
    kept = renderings.of(row)
    assert renderings.of(world.row) is kept
    row.changed_at += timedelta(seconds=1)
    assert renderings.of(row) is not kept
    for _ in range(AT_WORK):
        row.changed_at += timedelta(seconds=1)
        renderings.of(row)
    assert renderings.of(world.row) is not kept


def test_what_names_somebody_is_remembered_for_no_longer_than_a_group(
    world: World,
) -> None:
    world.people(1)
    world.schedule(text="{name}，您好！", options=())
    renderings = Renderings(world.kit)
    assert renderings.of(world.row) is not renderings.of(world.row)
