"""Invented rows for every table of a database, whatever version of it that is.

What a column may hold is read from the database; only a worker's key is a real one.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from random import Random
from typing import Any

from sqlalchemy import (
    BigInteger,
    Column,
    Connection,
    Table,
    UniqueConstraint,
    insert,
    inspect,
)
from sqlmodel import SQLModel

from bot.rows import tables_of
from models.sealing import new_key
from tests.programs import KEYRING

ROWS = 12
"""How many rows each table gets; the nth refers to the nth of another."""

WORDS = (
    "",
    " ",
    "'",
    '"',
    "\\N",
    "\\",
    "\t",
    "\r\n",
    "{}",
    "%s",
    "，",
    "𠮷",
    "👷🏽",
    "\x7f",
)
FIRST_DAY = date(1899, 12, 31)


def invent(connection: Connection, random: Random) -> None:
    """Fill the tables, each after those it refers to."""
    made: dict[Table, list[dict[str, Any]]] = {}
    for table in tables_of(connection):
        singular = _singular(connection, table)
        made[table] = [
            {
                column.name: _value(random, column, number, made, singular)
                for column in table.columns
            }
            for number in range(ROWS)
        ]
        if table.name == "worker":
            for row in made[table]:
                row["key"] = KEYRING.wrap(f"worker.key|{row['id']}", new_key())
        connection.execute(insert(table), made[table])


def _singular(connection: Connection, table: Table) -> set[str]:
    """Return the columns in which no two rows may be alike."""
    unique = [c for c in table.constraints if isinstance(c, UniqueConstraint)]
    found = {column.name for one in (table.primary_key, *unique) for column in one}
    for index in inspect(connection).get_indexes(table.name):
        if index["unique"]:
            found |= {name for name in index["column_names"] if name}
    return found


def _value(
    random: Random,
    column: Column[Any],
    number: int,
    made: dict[Table, list[dict[str, Any]]],
    singular: set[str],
) -> Any:
    if column.nullable and random.random() < 0.3:
        return None
    for key in column.foreign_keys:
        return made[key.column.table][number][key.column.name]
    kind = column.type.python_type
    if kind is str:
        own = str(number) if column.name in singular else ""
        words = "".join(random.choices(WORDS, k=random.randrange(6)))
        return (own + words)[: getattr(column.type, "length", None)]
    if kind is int:
        return random.getrandbits(62) if _is_big(column) else number
    if kind is bytes:
        return random.randbytes(32 if column.name in singular else random.randrange(99))
    return {
        bool: random.random() < 0.5,
        float: random.uniform(-180, 180),
        date: FIRST_DAY + timedelta(days=random.randrange(99_999)),
        time: time(random.randrange(24), random.randrange(60)),
        datetime: datetime(1970, 1, 1, tzinfo=UTC)
        + timedelta(microseconds=random.randrange(-(2**50), 2**52)),
    }[kind]


def _is_big(column: Column[Any]) -> bool:
    """Tell whether a column holds our random ids; SQLite's own types do not say."""
    table = SQLModel.metadata.tables.get(column.table.name)
    known = None if table is None else table.columns.get(column.name)
    return known is not None and isinstance(known.type, BigInteger)
