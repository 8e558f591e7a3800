"""A session that writes, for tests in which one person acts at a time."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from sqlmodel import Session

from bot.database import Database
from models.place import Atlas, read_atlas


@pytest.fixture
def session(shared_database: Database) -> Iterator[Session]:
    """Open a session all of whose transactions are taken back in the end."""
    with shared_database.writing.connect() as connection, connection.begin() as outer:
        with Session(
            connection,
            expire_on_commit=False,
            join_transaction_mode="create_savepoint",
        ) as opened:
            yield opened
        outer.rollback()


@pytest.fixture(scope="session")
def atlas(shared_database: Database) -> Atlas:
    """Read the places the product comes with."""
    with Session(shared_database.reading) as session:
        return read_atlas(session)
