"""Checking keys: which are here, which are needed, and whether every value opens."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from sqlmodel import Session

from bot.beside import database_of
from bot.config import Config
from bot.keys import held, in_use, load_keys, needed
from models.fact import CURRENT, recall
from models.rotation import standing
from models.sealed import openings, sealed_columns
from models.sealing import Keyring


@dataclass(frozen=True)
class Found:
    """What there is: keys by name, rows by key, values and unreadable ones by table."""

    held: list[str]
    needed: list[str]
    rows: dict[str, int]
    values: dict[str, int]
    unreadable: dict[str, int]

    @property
    def is_sound(self) -> bool:
        """Tell whether every value opens."""
        return not self.unreadable


def check(config: Config) -> Found:
    """Try to open everything; it only reads, so the product may be running."""
    with database_of(config) as database, Session(database.reading) as session:
        return _found(session, load_keys(config))


def _found(session: Session, keys: Keyring) -> Found:
    values: Counter[str] = Counter()
    unreadable: Counter[str] = Counter()
    told = recall(session, CURRENT)
    keys = in_use(keys, told) if told else keys
    rows = {
        f"{kind} {number}": count
        for kind, counts in standing(session).items()
        for number, count in sorted(counts.items(), reverse=True)
    }
    for table in sealed_columns():
        for column, opens in openings(session, keys, table):
            values[f"{table.name}.{column}"] += 1
            if not opens:
                unreadable[f"{table.name}.{column}"] += 1
    names = [name.removeprefix("keys.") for name in needed(session)]
    return Found(held(keys), sorted(names), rows, dict(values), dict(unreadable))
