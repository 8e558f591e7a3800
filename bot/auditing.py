"""Auditing: the entries are sealed into a chain, its head is noted, the whole verified.

The file of heads has one line a day; an operator keeps copies of it elsewhere, so that
nobody who can write to the database can cut the chain's end off unseen.
"""

import logging
import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from rich.console import Console
from sqlmodel import Session

from bot.beside import database_of
from bot.config import Config
from bot.database import read
from bot.kit import Kit
from models import chain
from models.chain import Frontier, Head, Noted, Tally

MOST_FAULTS = 100
"""How many faults are printed; beyond that they are counted."""

log = logging.getLogger(__name__)


async def seal(kit: Kit, seen: Frontier) -> Frontier:
    """Link what no transaction can still add to; return how far the entries reach."""
    now, sealed = await read(
        kit.database, lambda session: (chain.frontier(session), chain.head(session))
    )
    upto = chain.settled(seen, now)
    more = upto > sealed.entry_id
    while more:
        linked = await kit.writer.write(lambda session: chain.seal(session, upto))
        more = linked == chain.SLICE
    return seen if seen.writing & now.writing else now


async def note_head(kit: Kit, now: datetime) -> None:
    """Write the chain's head down, once a day, in the file and in the log."""
    day = now.astimezone(ZoneInfo(kit.rules.zone)).date()
    path = kit.config.heads
    if path.exists() and any(line[:1] == [str(day)] for line in _lines(path)):
        return
    head = await read(kit.database, chain.head)
    if head.n:
        _append(path, f"{day} {_written(head)}")
        log.info("the audit chain's head is %s", _written(head))


def _written(head: Head) -> str:
    return f"{head.n} {head.hash.hex()}"


def _append(path: Path, line: str) -> None:
    with path.open("a", encoding="ascii") as file:
        file.write(f"{line}\n")
        file.flush()
        os.fsync(file.fileno())


def _lines(path: Path) -> list[list[str]]:
    return [line.split() for line in path.read_text("utf-8", "replace").splitlines()]


def read_heads(path: Path) -> tuple[list[Noted], list[str]]:
    """Return the heads of a file, and a line for each of its lines that is none."""
    heads, faults = [], []
    for number, line in enumerate(_lines(path), start=1):
        try:
            day, n, hash_ = line
            heads.append(Noted(date.fromisoformat(day), int(n), bytes.fromhex(hash_)))
        except ValueError:
            faults.append(f"{path}: line {number} is no head")
    return heads, faults


def verify(config: Config, heads: Path | None, out: Console) -> bool:
    """Check the whole chain and print each thing wrong; True when nothing is."""
    path = heads or config.heads
    noted, faults = read_heads(path) if path.exists() else ([], [])
    tally = Tally()
    with _reading(config) as session:
        found = _printed(session, noted, faults, tally, out)
    out.print(f"{tally.sealed} entries are sealed, {tally.unsealed} not yet.")
    if not path.exists():
        out.print(f"{path}: there is none yet; without it no cut end is seen.")
    out.print(f"{found} things are wrong." if found else "All is well.")
    return not found


def _printed(
    session: Session, noted: list[Noted], faults: list[str], tally: Tally, out: Console
) -> int:
    """Print what is wrong, as much as can be read; return how much it was."""
    found = 0
    for fault in (*faults, *chain.verify(session, noted, tally)):
        found += 1
        if found <= MOST_FAULTS:
            out.print(fault, markup=False)
    return found


def print_head(config: Config, out: Console) -> None:
    """Print the chain's head as the file has it."""
    with _reading(config) as session:
        out.print(_written(chain.head(session)))


@contextmanager
def _reading(config: Config) -> Iterator[Session]:
    """Open the database only to read; the product may be running."""
    with database_of(config) as database, Session(database.reading) as session:
        yield session
