"""The backup: everything in the database in one sealed file, while the product runs.

All tables are read in one snapshot.  The file holds rows, not pages: it can be restored
into either kind of database, and into a later version of the product.
"""

from __future__ import annotations

import os
import re
import tempfile
import time
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sqlalchemy import Connection
from sqlmodel import Session

from bot.config import Config
from bot.database import Database, in_transaction, open_database
from bot.health import version
from bot.keys import check_keys, fingerprint, load_keys
from bot.rows import count_rows, write_rows
from bot.schema import revision_of
from bot.sealed_file import BackupError, Sealer, sync
from models.fact import FINGERPRINT, LAST_BACKUP, recall, remember
from models.sealing import Keyring

NAME = "zhigong-%Y%m%dT%H%M%SZ.backup"
NAMED = re.compile(r"zhigong-(\d{8}T\d{6}Z)\.backup")


@dataclass(frozen=True)
class Header:
    """What is said about a backup before it is opened."""

    program: str
    revision: str
    made: str
    key: int
    keys: str
    rows: dict[str, int]


@dataclass(frozen=True)
class Made:
    """A backup that was made."""

    path: Path
    header: Header
    size: int
    seconds: float
    removed: list[Path]


def back_up(config: Config, path: Path | None, now: datetime) -> Made:
    """Write a backup to `path`, else to the folder of backups; old ones go there."""
    started = time.monotonic()
    _require_database(config)
    keys = load_keys(config)
    place = path or config.backups / now.astimezone(UTC).strftime(NAME)
    database = open_database(config.database_url)
    try:
        header = _write_file(place, database, keys, now)
        in_transaction(database, lambda s: remember(s, LAST_BACKUP, now.isoformat()))
    except OSError as error:
        raise BackupError([f"{place}: cannot be written: {error.strerror}"]) from None
    finally:
        database.close()
    keep = timedelta(days=config.backup.keep_days)
    removed = [] if path else _remove_older(config.backups, now - keep)
    size, seconds = place.stat().st_size, time.monotonic() - started
    return Made(place, header, size, seconds, removed)


def _require_database(config: Config) -> None:
    """Refuse to make an embedded database, and its keys, only to back them up."""
    if config.embedded and not config.database_file.exists():
        raise BackupError([f"{config.database_file}: there is nothing to back up"])


def _write_file(
    place: Path, database: Database, keys: Keyring, now: datetime
) -> Header:
    """Write the whole file under another name first, so that it is never half one."""
    if place.exists():
        raise BackupError([f"{place}: exists; choose another name"])
    place.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    # mkstemp opens with O_EXCL and mode 0600.
    descriptor, draft = tempfile.mkstemp(dir=place.parent, prefix=place.name)
    try:
        with (
            os.fdopen(descriptor, "wb") as file,
            database.reading.connect() as connection,
        ):
            header = _header(connection, keys, now)
            sealer = Sealer(file, asdict(header), keys)
            for lines in write_rows(connection):
                sealer.write(lines)
            sealer.finish()
            file.flush()
            os.fsync(file.fileno())
        Path(draft).replace(place)
    finally:
        Path(draft).unlink(missing_ok=True)
    sync(place.parent)
    return header


def _header(connection: Connection, keys: Keyring, now: datetime) -> Header:
    revision = revision_of(connection)
    if revision is None:
        raise BackupError(["backup: the database has no tables yet; run ./run migrate"])
    with Session(connection) as session:
        needed = recall(session, FINGERPRINT) or fingerprint(keys)
    check_keys(keys, needed)
    return Header(
        program=version(),
        revision=revision,
        made=now.isoformat(),
        key=keys.current,
        keys=needed,
        rows=count_rows(connection),
    )


def _remove_older(folder: Path, before: datetime) -> list[Path]:
    """Remove what was made there before a moment, and what was left half made."""
    named = [(path, NAMED.match(path.name)) for path in folder.iterdir()]
    limit = before.astimezone(UTC).strftime("%Y%m%dT%H%M%SZ")
    old = sorted(path for path, name in named if name and name[1] < limit)
    for path in old:
        path.unlink()
    return old
