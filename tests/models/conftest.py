"""A session that writes, for tests in which one person acts at a time."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from sqlmodel import Session

from bot.database import Database
from models.place import Atlas, read_atlas


@pytest.fixture
def session(database: Database) -> Iterator[Session]:
    """Open a transaction that is never committed."""
    with Session(database.writing, expire_on_commit=False) as opened:
        yield opened


@pytest.fixture
def atlas(session: Session) -> Atlas:
    """Read the places the product comes with."""
    return read_atlas(session)
