"""A house with the console, on each database."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from bot.database import Database
from tests.databases import Copy
from tests.world import World

from .house import House, house_of
from .stages import Enter, Stages


@pytest.fixture
def house(database: Database, monkeypatch: pytest.MonkeyPatch) -> Iterator[House]:
    """Give the console over a world of its own."""
    with house_of(World(database), monkeypatch) as made:
        yield made


@pytest.fixture
def sqlite_house(sqlite: Database, monkeypatch: pytest.MonkeyPatch) -> Iterator[House]:
    """Give the console over SQLite, for what cannot differ between the two."""
    with house_of(World(sqlite), monkeypatch) as made:
        yield made


@pytest.fixture(scope="session")
def stages(sqlite_folder: Path) -> Stages:
    """Keep the stages of a run."""
    return Stages(sqlite_folder)


@pytest.fixture
def enter(
    stages: Stages, sqlite_copies: Copy, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Enter]:
    """Enter a stage: a copy of it, for this test alone."""
    with ExitStack() as open_:
        yield lambda noun, role: open_.enter_context(
            stages.enter(noun, role, sqlite_copies, monkeypatch)
        )
