"""The restore: a backup becomes a database again, of either kind, or nothing happens.

The file is read twice: once to see that all of it is sound, once to load it.  Loading,
the migrations since and the forgetting of whoever was erased since are one transaction;
an embedded database takes its name only afterwards.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import psycopg
from sqlalchemy import Connection, func, update
from sqlalchemy.exc import DBAPIError
from sqlmodel import Session, col, select

from bot.app import alone
from bot.backup import Header
from bot.config import Config
from bot.fresh import fresh, require_empty
from bot.key_file import KEY_FILE, KeysError
from bot.keys import check_keys, load_keys
from bot.rows import count_rows, load_rows, read_rows
from bot.schema import KNOWN, migrate_within, revision_of
from bot.sealed_file import BackupError, damaged, is_ours, read_header, read_lines
from models.columns import long
from models.erasure import forget
from models.lease import Lease
from models.message import Fate, Message
from models.sealing import CannotOpen, Keyring
from models.worker import Worker

SAMPLE = 1000
"""How many workers' keys are tried."""
AT_ONCE = 500
"""How many erased ids are looked up together."""


@dataclass(frozen=True)
class Restored:
    """What was restored."""

    header: Header
    revision: str
    forgotten: int
    seconds: float


def restore(config: Config, path: Path, erased: Path | None, now: datetime) -> Restored:
    """Fill an empty database from a backup, without the people of the erased list."""
    started = time.monotonic()
    gone = _read_list(erased) if erased else []
    keys = _load_keys(config)
    with alone(config):
        require_empty(config)
        header = _verify(path, keys)
        with fresh(config) as database, database.writing.begin() as connection:
            _load(connection, path, header, keys)
            with Session(connection) as session:
                forgotten = _forget(session, gone)
                _let_go(session, now)
                _try_keys(session, keys)
            revision = revision_of(connection) or ""
    return Restored(header, revision, forgotten, time.monotonic() - started)


def _read_list(path: Path) -> list[int]:
    """Return the ids of the erased list; refuse one that is missing or damaged."""
    try:
        lines = path.read_text("utf-8", errors="replace").splitlines()
    except FileNotFoundError:
        raise BackupError(
            [
                f"{path}: is missing, and people who were erased would come back; "
                "name the list with --erased, or say --without-erased-list"
            ]
        ) from None
    ids = {n: long(line) for n, line in enumerate(lines, start=1) if line}
    bad = [n for n, number in ids.items() if not number]
    if bad:
        raise BackupError([f"{path}:{bad[0]}: is not an id; repair the list"])
    return list(ids.values())


def _load_keys(config: Config) -> Keyring:
    """Return the keys; new ones would open nothing, so none are made."""
    path = config.data / KEY_FILE
    if not config.keys.wrapping and config.embedded and not path.exists():
        raise KeysError([f"{path}: is missing; put the keys of the backup there first"])
    return load_keys(config)


def _verify(path: Path, keys: Keyring) -> Header:
    """Read the whole file; raise BackupError unless all of it is sound and for us."""
    try:
        header = Header(**read_header(path))
    except OSError as error:
        raise BackupError([f"{path}: cannot be read: {error.strerror}"]) from None
    except TypeError:
        raise damaged(path) from None
    if not is_ours(path, keys):
        raise BackupError(
            [
                f"{path}: does not open: it was made with another keys.wrapping "
                f"{header.key}, or its header is damaged"
            ]
        )
    check_keys(keys, header.keys)
    if header.revision not in KNOWN:
        raise BackupError(
            [f"{path}: is of a newer program ({header.program}); update this one"]
        )
    for _ in read_rows(read_lines(path, keys)):
        pass
    return header


def _load(connection: Connection, path: Path, header: Header, keys: Keyring) -> None:
    """Load the rows into tables of their own time, then bring these up to date."""
    migrate_within(connection, header.revision)
    try:
        load_rows(connection, read_rows(read_lines(path, keys)))
    except (DBAPIError, psycopg.Error) as error:
        # Further lines may quote the row.
        why = str(getattr(error, "orig", error)).partition("\n")[0]
        raise BackupError([f"restore: the database refused a row: {why}"]) from None
    if count_rows(connection) != header.rows:
        raise BackupError(["restore: not every row arrived in the database"])
    migrate_within(connection)


def _forget(session: Session, gone: list[int]) -> int:
    """Forget everybody on the erased list who is back; return how many."""
    found: list[int] = []
    for at in range(0, len(gone), AT_ONCE):
        some = col(Worker.id).in_(gone[at : at + AT_ONCE])
        found += session.exec(select(Worker.id).where(some))
    for worker_id in found:
        forget(session, worker_id)
    return len(found)


def _let_go(session: Session, now: datetime) -> None:
    """End what processes that are no more were holding: their duties and messages."""
    session.execute(update(Lease).values(until=now))
    waiting = update(Message).where(col(Message.fate) == Fate.WAITING)
    session.execute(waiting.values(lease_until=now))


def _try_keys(session: Session, keys: Keyring) -> None:
    """Open the keys of some workers."""
    for worker in session.exec(select(Worker).order_by(func.random()).limit(SAMPLE)):
        try:
            worker.open_key(keys)
        except CannotOpen as error:
            raise BackupError(
                [f"restore: a worker's key stays shut: {error}"]
            ) from None
