"""How long the audit chain takes: to make, slice by slice, and to verify as a whole."""

from __future__ import annotations

import time
from pathlib import Path
from tempfile import TemporaryDirectory

from sqlalchemy import text
from sqlmodel import Session

from bot.database import Database, in_transaction, open_database
from bot.schema import migrate
from models import chain
from models.chain import Tally

_FILL = {
    "sqlite": """
        WITH RECURSIVE numbers (n) AS (
            SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < :entries)
        INSERT INTO audit_entry (id, at, actor_id, action, subject_id, detail)
        SELECT n, '2026-11-20 08:00:00.000000', abs(random() / 2),
               'application.read', abs(random() / 2), '' FROM numbers""",
    "postgresql": """
        INSERT INTO audit_entry (id, at, actor_id, action, subject_id, detail)
        SELECT n, '2026-11-20 08:00Z', (random() * 4e18)::bigint,
               'application.read', (random() * 4e18)::bigint, ''
        FROM generate_series(1, :entries) AS n""",
}


def measure(url: str, entries: int) -> dict[str, object]:
    """Generate so many entries, seal them and verify them."""
    with TemporaryDirectory(prefix="zhigong-") as folder:
        database = open_database(url or f"sqlite:///{Path(folder) / 'zhigong.db'}")
        migrate(database)
        fill = text(_FILL[database.writing.dialect.name])
        in_transaction(database, lambda s: s.execute(fill, {"entries": entries}))
        slices = _seal(database, entries)
        began = time.monotonic()
        with Session(database.reading) as session:
            assert [*chain.verify(session, [], Tally())] == []
        verified = time.monotonic() - began
        database.close()
    return {
        "a slice, median": f"{1000 * slices[len(slices) // 2]:.1f} ms",
        "a slice, 99th of 100": f"{1000 * slices[len(slices) * 99 // 100]:.1f} ms",
        "verified in": f"{verified:.1f} s",
        "entries a second": f"{entries / verified:,.0f}",
    }


def _seal(database: Database, entries: int) -> list[float]:
    """Seal all entries; give how long each slice held the writer, sorted."""
    slices = []
    linked = chain.SLICE
    while linked == chain.SLICE:
        began = time.monotonic()
        linked = in_transaction(database, lambda s: chain.seal(s, entries))
        slices.append(time.monotonic() - began)
    return sorted(slices)
