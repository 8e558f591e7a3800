"""A fresh database: its place is empty, and an embedded one comes there whole."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import inspect

from bot.config import Config
from bot.database import Database, open_database
from bot.sealed_file import BackupError, sync


def require_empty(config: Config) -> None:
    """Refuse a database that holds anything, and what an embedded one left behind."""
    if not config.embedded:
        _require_no_tables(config.database_url, "the database")
        return
    file, *companions = _files(config.database_file)
    if file.exists():
        _require_no_tables(config.database_url, str(file))
    # A log without its database would be played into the next of that name.
    for left in companions:
        if left.exists():
            raise BackupError([f"{left}: is left from another database; move it away"])


def _require_no_tables(url: str, name: str) -> None:
    database = open_database(url)
    try:
        tables = inspect(database.writing).get_table_names()
    finally:
        database.close()
    if tables:
        raise BackupError(
            [f"{name}: is not empty; move it away, or name another in database.url"]
        )


def _files(database: Path) -> list[Path]:
    """Return a SQLite file and those that SQLite puts beside it."""
    suffixes = ("", "-wal", "-shm", "-journal")
    return [database.with_name(database.name + suffix) for suffix in suffixes]


@contextmanager
def fresh(config: Config) -> Iterator[Database]:
    """Give the empty database; an embedded one is in place only when all went well."""
    if not config.embedded:
        database = open_database(config.database_url)
        try:
            yield database
        finally:
            database.close()
        return
    place = config.database_file
    files = _files(place.with_name(f"{place.name}.restoring"))
    draft = files[0]
    for left in files:
        left.unlink(missing_ok=True)
    draft.touch(mode=0o600)
    database = open_database(f"sqlite:///{draft}")
    try:
        yield database
        database.close()  # which moves SQLite's log into its file, if it can
        if any(log.exists() for log in files[1:]):
            raise BackupError([f"{draft}: cannot be completed; is the disk full?"])
        sync(draft)
        draft.replace(place)
        sync(place.parent)
    finally:
        database.close()
        for left in files:
            left.unlink(missing_ok=True)
