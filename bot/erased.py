"""The erased: their random ids are listed in a file outside database and backups.

The row that counts an erasure holds the id until the file has it for certain, so a
kill at any point loses neither; a line too many does no harm.
"""

import asyncio
import logging
import os
from pathlib import Path
from typing import Any

from sqlmodel import Session, col, select

from bot.database import BUSY_SECONDS, Database, in_transaction
from bot.kit import Kit
from bot.news import wait
from models.columns import long, short
from models.erasure import forget, strike, unlisted
from models.worker import Worker

SWEEP_SECONDS = 60.0
"""How often somebody looks for what a killed process did not list."""

PATIENCE_MS = 50
"""How long the log's emptying may wait for readers, and writers for it."""

SLICE = 500
"""How many ids of the list are looked for at once."""

log = logging.getLogger(__name__)


class ErasedList:
    """Lists who was erased: when woken after an erasure, and now and then."""

    def __init__(self, kit: Kit, woken: asyncio.Event) -> None:
        self.kit, self.woken = kit, woken
        self._unclean = kit.database.is_sqlite  # a kill may have left old pages

    async def run(self) -> None:
        """List what is to be listed until cancelled; a failure is tried again."""
        while True:
            try:
                await self.sweep()
            except Exception:
                log.exception("who was erased cannot be listed yet")
            await wait(self.woken, 1.0 if self._unclean else SWEEP_SECONDS)

    async def sweep(self) -> None:
        """Copy what is not listed yet into the file, then strike it from the rows."""
        ids = await self.kit.writer.write(unlisted)
        if ids:
            await asyncio.to_thread(append, self.kit.config.erased_list, ids)
            await self.kit.writer.write(lambda session: strike(session, ids))
            self._unclean = self.kit.database.is_sqlite
        if self._unclean:
            # In the writer's thread, so that no write of ours is in the way.
            clean = await self.kit.writer.write(lambda _: empty_log(self.kit.database))
            self._unclean = not clean


def append(path: Path, ids: list[int]) -> None:
    """Add ids to the list; return once they are on the disk."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    opened = os.open(path, os.O_RDWR | os.O_APPEND | os.O_CREAT, 0o600)
    with os.fdopen(opened, "rb+") as file:
        if file.seek(0, os.SEEK_END):
            file.seek(-1, os.SEEK_END)
            if file.read() != b"\n":  # a kill cut the last line short
                file.write(b"\n")
        file.write("".join(f"{short(i)}\n" for i in ids).encode())
        file.flush()
        os.fsync(file.fileno())
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)  # the file itself may be new
    finally:
        os.close(folder)


def read_list(path: Path) -> list[int]:
    """Return the ids in a list; none where there is no file yet."""
    if not path.exists():
        return []
    lines = path.read_text("ascii", errors="ignore").split()
    return [number for line in lines if (number := long(line))]


def empty_log(database: Database) -> bool:
    """Move SQLite's write-ahead log into the database, so that no old page is left.

    Tell whether that was possible: somebody may just be reading an older state.
    """
    with database.writing.connect() as connection:
        raw: Any = connection.connection.driver_connection
        raw.execute(f"PRAGMA busy_timeout={PATIENCE_MS}")
        try:
            busy, *_ = raw.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
        finally:
            raw.execute(f"PRAGMA busy_timeout={BUSY_SECONDS * 1000}")
    return not busy


def forget_listed(kit: Kit) -> int:
    """Forget again who is listed and yet in the database; return how many were."""
    listed = read_list(kit.config.erased_list)
    found = 0
    for start in range(0, len(listed), SLICE):
        some = listed[start : start + SLICE]
        with Session(kit.database.reading) as session:
            back = session.exec(select(Worker.id).where(col(Worker.id).in_(some))).all()
        for worker_id in back:
            in_transaction(kit.database, lambda s, at=worker_id: forget(s, at))  # type: ignore[misc]
        found += len(back)
    if found:
        log.warning("%d erased people were in the database again: forgotten", found)
    return found
