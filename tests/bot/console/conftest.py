"""A house with the console, on each database."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from bot.database import Database

from .house import House, house_of


@pytest.fixture
def house(database: Database, monkeypatch: pytest.MonkeyPatch) -> Iterator[House]:
    """Give the console over a world of its own."""
    with house_of(database, monkeypatch) as made:
        yield made


@pytest.fixture
def sqlite_house(sqlite: Database, monkeypatch: pytest.MonkeyPatch) -> Iterator[House]:
    """Give the console over SQLite, for what cannot differ between the two."""
    with house_of(sqlite, monkeypatch) as made:
        yield made
