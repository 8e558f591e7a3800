"""Retaining: once a night the leader drops what was kept long enough.

What is past is searched by reading; it goes in slices, so the writer is never held
longer than a person would notice.
"""

import asyncio
import logging
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from itertools import islice
from zoneinfo import ZoneInfo

from rich.console import Console
from rich.table import Table
from sqlmodel import Session

from bot.beside import database_of
from bot.config import Config
from bot.database import Database, Writer, in_transaction, read
from bot.keys import check_keys, load_keys
from bot.kit import Kit, clock, rules_of
from models import dropping
from models.dropping import Key, Kind
from models.fact import FINGERPRINT, recall, remember
from models.retention import KINDS
from models.sealing import Keyring

NIGHT = time(3)
"""When a day's sweep begins; who was down then, catches up."""

SWEPT = "retention.day"
"""The fact that names the day of the last sweep."""

SEARCH = 5000
"""How many rows are searched at once."""

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Standing:
    """What a kind looks like: how much of it is past, and since when the oldest."""

    rows: int
    oldest: datetime | None


async def sweep_nightly(kit: Kit, now: datetime) -> None:
    """Sweep, if it is night or later and this day was not swept."""
    there = now.astimezone(ZoneInfo(kit.rules.zone))
    day = str(there.date())
    swept = await read(kit.database, lambda session: recall(session, SWEPT))
    if there.time() < NIGHT or swept == day:
        return
    await sweep(kit, now)
    await kit.writer.write(lambda session: remember(session, SWEPT, day))


async def sweep(kit: Kit, now: datetime) -> dict[str, int]:
    """Drop all that is past; return how much went. One kind never stops another."""
    gone = {}
    for kind in KINDS:
        try:
            gone[kind.name] = await _sweep(kit, kind, _before(kit.config, kind, now))
        except Exception:
            log.exception("the sweep of %s failed and will be tried again", kind.name)
    await kit.writer.write(lambda session: dropping.close(session, now))
    return gone


def _before(config: Config, kind: Kind, now: datetime) -> datetime:
    days: int = getattr(config.retention, kind.name)
    return now - timedelta(days=days)


async def _sweep(kit: Kit, kind: Kind, before: datetime) -> int:
    """Drop all that is past of one kind, as long as any goes."""
    total, went = 0, -1
    while went:
        rows = await read(
            kit.database, lambda session: _some(session, kit.keys, kind, before)
        )
        went = 0
        for start in range(0, len(rows), kind.most):
            went += await _drop(kit, kind, before, rows[start : start + kind.most])
        total += went
    return total


def _some(session: Session, keys: Keyring, kind: Kind, before: datetime) -> list[Key]:
    with closing(kind.find(session, keys, before)) as past:
        return [key for key, _ in islice(past, SEARCH)]


async def _drop(kit: Kit, kind: Kind, before: datetime, rows: list[Key]) -> int:
    return await kit.writer.write(
        lambda session: dropping.drop(session, kind, kit.keys, before, rows)
    )


def survey(session: Session, keys: Keyring, kind: Kind, before: datetime) -> Standing:
    """Count what is past of one kind."""
    rows, oldest = 0, None
    for _, since in kind.find(session, keys, before):
        rows, oldest = rows + 1, min(since, oldest or since)
    return Standing(rows, oldest)


def run(config: Config, dry: bool, out: Console) -> None:
    """Print what is past, kind by kind, and unless dry drop it; beside the product."""
    now = clock()
    with database_of(config) as database:
        keys = load_keys(config)
        in_transaction(database, lambda s: check_keys(keys, recall(s, FINGERPRINT)))
        with Session(database.reading) as session:
            found = {
                kind.name: survey(session, keys, kind, _before(config, kind, now))
                for kind in KINDS
            }
        gone = None if dry else _swept(config, database, keys, now)
    _print(config, found, gone, out)


def _swept(
    config: Config, database: Database, keys: Keyring, now: datetime
) -> dict[str, int]:
    with closing(Writer(database)) as writer:
        kit = Kit(config, database, writer, keys, rules_of(config))
        return asyncio.run(sweep(kit, now))


def _print(
    config: Config,
    found: dict[str, Standing],
    gone: dict[str, int] | None,
    out: Console,
) -> None:
    table = Table("kind", "kept for", "would go" if gone is None else "went", "oldest")
    for name, standing in found.items():
        days = getattr(config.retention, name)
        count = standing.rows if gone is None else gone.get(name, "failed")
        oldest = f"{standing.oldest:%Y-%m-%d}" if standing.oldest else ""
        table.add_row(name, f"{days} days", str(count), oldest)
    out.print(table)
