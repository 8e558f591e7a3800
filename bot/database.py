"""The database: engines, pragmas, and the one thread that writes.

Every write is a function given to the `Writer`; it runs in a transaction of its own and
is run again when the database says that it lost a race.  Readers use sessions that
cannot write and that see the database as it was when they began.
"""

import asyncio
import queue
import sys
import threading
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass
from typing import Any, TypeVar

from sqlalchemy import Engine, create_engine, event, text
from sqlalchemy.exc import (
    DatabaseError,
    DBAPIError,
    InterfaceError,
    InvalidRequestError,
    OperationalError,
)
from sqlalchemy.orm.exc import StaleDataError
from sqlmodel import Session

BUSY_SECONDS = 30
RERUNS = 8
LOST_RACES = {
    *("40001", "40P01", "55P03", "23505", "23503"),
    *("SQLITE_BUSY", "SQLITE_BUSY_SNAPSHOT", "SQLITE_CONSTRAINT_UNIQUE"),
}
"""PostgreSQL: serialization failure, deadlock, lock not available, a row somebody else
made at the same moment, such as the chat of a first contact, or one just erased.
SQLite: locked for too long, a number drawn that somebody has."""

GONE = (InvalidRequestError, StaleDataError)
"""What a session raises about a row that was there a moment ago."""

T = TypeVar("T")


class NotStarted(Exception):
    """The database is not what the program needs."""

    def __str__(self) -> str:
        return self.__doc__ or ""


class DatabaseUnreachable(NotStarted):
    """The database cannot be reached; check database.url and its server (temporary)."""


class DatabaseDamaged(NotStarted):
    """The database is damaged, or is none; restore a backup of it (permanent)."""


def reason(error: DatabaseError) -> NotStarted:
    """Return in plain words why the database failed."""
    return DatabaseUnreachable() if is_outage(error) else DatabaseDamaged()


@dataclass(frozen=True)
class Database:
    """One database: an engine that writes and one that only reads."""

    writing: Engine
    reading: Engine

    @property
    def is_sqlite(self) -> bool:
        """Whether this is the embedded database."""
        return self.writing.dialect.name == "sqlite"

    def close(self) -> None:
        """Let go of every connection."""
        self.writing.dispose()
        self.reading.dispose()


def open_database(url: str, pool: int = 5) -> Database:
    """Open a database by its address; parameters never appear in errors or logs."""
    if not url.startswith("sqlite"):
        # No ping before each use: it would cost every update a round trip, and a
        # connection that broke is an outage, after which the work is done again.
        options = {"hide_parameters": True, "pool_size": pool}
        writing = create_engine(url, **options)
        # One session sees one moment, as on SQLite, so that its sums add up.
        reading = create_engine(
            url,
            isolation_level="REPEATABLE READ",
            execution_options={"postgresql_readonly": True},
            pool_pre_ping=True,
            **options,
        )
        return Database(writing, reading)
    arguments = {"check_same_thread": False, "timeout": BUSY_SECONDS}
    writing = create_engine(url, hide_parameters=True, connect_args=arguments)
    reading = create_engine(url, hide_parameters=True, connect_args=arguments)
    _configure_sqlite(writing, begin="BEGIN IMMEDIATE")
    _configure_sqlite(reading, begin="BEGIN", query_only=True)
    return Database(writing, reading)


def _configure_sqlite(engine: Engine, begin: str, query_only: bool = False) -> None:
    """Make SQLite durable, strict and safe to share; take the write lock at once."""

    @event.listens_for(engine, "connect")
    def _connect(connection: Any, record: Any) -> None:
        connection.isolation_level = None
        for pragma in (
            "journal_mode=WAL",
            "synchronous=FULL",
            "foreign_keys=ON",
            "secure_delete=ON",
            f"busy_timeout={BUSY_SECONDS * 1000}",
            f"query_only={'ON' if query_only else 'OFF'}",
        ):
            connection.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "begin")
    def _begin(connection: Any) -> None:
        connection.exec_driver_sql(begin)


def lost_a_race(error: BaseException) -> bool:
    """Tell whether a transaction failed only because another was quicker."""
    if isinstance(error, GONE):
        return True
    if not isinstance(error, DBAPIError):
        return False
    code = getattr(error.orig, "sqlstate", None)
    code = code or getattr(error.orig, "sqlite_errorname", None)
    return code in LOST_RACES


def is_outage(error: BaseException) -> bool:
    """Tell whether the database itself failed: gone, full, locked for too long.

    Such a failure says nothing about the work; it is to be done again later.
    """
    return isinstance(error, OperationalError | InterfaceError)


@dataclass
class _Job:
    body: Callable[[Session], Any]
    done: Future[Any]


class Writer:
    """The thread in which everything is written, one transaction after another."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self._jobs: queue.SimpleQueue[_Job | None] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._run, name="writer", daemon=True)
        # A short switch interval lets this thread and the event loop share one core.
        sys.setswitchinterval(0.0005)
        self._thread.start()

    async def write(self, body: Callable[[Session], T]) -> T:
        """Run `body` in a transaction and return its result once that is committed."""
        done: Future[T] = Future()
        self._jobs.put(_Job(body, done))
        return await asyncio.shield(asyncio.wrap_future(done))

    def close(self) -> None:
        """Finish what was given and stop."""
        self._jobs.put(None)
        self._thread.join()

    def _run(self) -> None:
        while (job := self._jobs.get()) is not None:
            try:
                job.done.set_result(in_transaction(self.database, job.body))
            except BaseException as error:
                job.done.set_exception(error)


def in_transaction(database: Database, body: Callable[[Session], T]) -> T:
    """Run `body` in one transaction; run it again when it lost a race."""
    for last in (*[False] * (RERUNS - 1), True):
        try:
            with Session(database.writing, expire_on_commit=False) as session:
                result = body(session)
                session.commit()
                return result
        except (DBAPIError, *GONE) as error:
            if last or not lost_a_race(error):
                raise
    raise AssertionError("unreachable")


async def read(database: Database, body: Callable[[Session], T]) -> T:
    """Run `body` in a session that cannot write, beside the event loop."""

    def run() -> T:
        with Session(database.reading, expire_on_commit=False) as session:
            return body(session)

    return await asyncio.to_thread(run)


def is_writable(session: Session) -> bool:
    """Tell whether the database answers."""
    return session.execute(text("SELECT 1")).scalar() == 1
