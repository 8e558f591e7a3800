"""Rows as lines: how a whole database is written down, and how it is read back.

A line names a table and its columns, the lines that follow are its rows, and the last
line is the manifest: how many rows there were, and a hash over all lines before it.
Kinds of columns are read from the database itself, so that any version of it will do.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time
from typing import Any, cast

import orjson
import psycopg
from psycopg import sql
from sqlalchemy import Connection, MetaData, Table, func, insert, select
from sqlalchemy.dialects.postgresql import REGCLASS

from bot.sealed_file import BackupError

FETCHED = 50
"""How many rows are in memory at once; the largest hold a picture each."""
PIECE = 1 << 20
"""How many bytes of lines are in memory at once."""

OPTIONS = orjson.OPT_APPEND_NEWLINE | orjson.OPT_NAIVE_UTC
Counts = dict[str, int]


@dataclass
class Piece:
    """Some rows of one table."""

    table: str
    columns: list[str]
    rows: list[list[Any]] = field(default_factory=list)


def tables_of(connection: Connection) -> list[Table]:
    """Return the tables as they are, each after those it refers to."""
    found = MetaData()
    found.reflect(connection)
    return [table for table in found.sorted_tables if table.name != "alembic_version"]


def count_rows(connection: Connection) -> Counts:
    """Count the rows of each table."""
    return {
        str(table.name): connection.scalars(
            select(func.count()).select_from(table)
        ).one()
        for table in tables_of(connection)
    }


def write_rows(connection: Connection) -> Iterator[bytes]:
    """Yield all tables as lines, some at a time."""
    seen, counts = hashlib.sha256(), Counts()
    for table in tables_of(connection):
        counts[name := str(table.name)] = 0
        for lines, count in _pieces(connection, table):
            counts[name] += count
            seen.update(lines)
            yield lines
    yield _line(_manifest(counts, seen))


def _pieces(connection: Connection, table: Table) -> Iterator[tuple[bytes, int]]:
    for column in table.columns:
        if column.type.python_type not in READ:
            raise BackupError([f"backup: {column} is of a kind no line can hold"])
    # A name that needs quoting is not quite a str.
    columns = [str(column.name) for column in table.columns]
    yield _line({"table": str(table.name), "columns": columns}), 0
    found = select(table).execution_options(yield_per=FETCHED)
    for rows in connection.execute(found).partitions():
        yield b"".join([_line(tuple(row)) for row in rows]), len(rows)


def _line(value: Any) -> bytes:
    return orjson.dumps(value, default=_text_of, option=OPTIONS)


def _text_of(value: bytes) -> str:
    return base64.b64encode(value).decode()


def read_rows(lines: Iterable[bytes]) -> Iterator[Piece]:
    """Yield the rows piece by piece; raise BackupError unless they are as written."""
    seen, counts = hashlib.sha256(), Counts()
    piece, size = Piece("", []), 0
    lines = iter(lines)
    for line in lines:
        found = orjson.loads(line)
        if isinstance(found, list):
            piece.rows.append(found)
            counts[piece.table] += 1
            size += len(line)
        elif "table" in found:
            yield piece
            piece, size = Piece(**found), 0
            counts[piece.table] = 0
        else:
            yield piece
            if found != _manifest(counts, seen) or next(lines, None) is not None:
                break
            return
        seen.update(line + b"\n")
        if size > PIECE:
            yield piece
            piece, size = Piece(piece.table, piece.columns), 0
    raise BackupError(["backup: the rows are not those of its manifest"])


def _manifest(counts: Counts, seen: Any) -> dict[str, Any]:
    return {"rows": counts, "sha256": seen.hexdigest()}


def load_rows(connection: Connection, pieces: Iterable[Piece]) -> None:
    """Insert rows into tables that are there and empty."""
    tables = {str(table.name): table for table in tables_of(connection)}
    postgresql = connection.dialect.name == "postgresql"
    put = _copy if postgresql else _insert
    for piece in pieces:
        if piece.rows:
            table = tables[piece.table]
            _read(table, piece)
            put(connection, table, piece)
    if postgresql:
        _count_on(connection, tables.values())


def _read(table: Table, piece: Piece) -> None:
    """Turn what a line says into what a column holds."""
    for at, name in enumerate(piece.columns):
        read = READ[table.c[name].type.python_type]
        if read is not None:
            for row in piece.rows:
                if row[at] is not None:
                    row[at] = read(row[at])


def _insert(connection: Connection, table: Table, piece: Piece) -> None:
    rows = [dict(zip(piece.columns, row, strict=True)) for row in piece.rows]
    connection.execute(insert(table), rows)


def _copy(connection: Connection, table: Table, piece: Piece) -> None:
    """Insert as PostgreSQL does it fastest."""
    name = sql.Identifier(piece.table)
    columns = sql.SQL(", ").join(map(sql.Identifier, piece.columns))
    command = sql.SQL("COPY {} ({}) FROM STDIN").format(name, columns)
    driver = cast(psycopg.Connection, connection.connection.driver_connection)
    with driver.cursor() as cursor, cursor.copy(command) as copy:
        for row in piece.rows:
            copy.write_row(row)


def _count_on(connection: Connection, tables: Iterable[Table]) -> None:
    """Let PostgreSQL give the next ids after those that are there."""
    for table in tables:
        if (column := table.autoincrement_column) is not None:
            name = connection.dialect.identifier_preparer.format_table(table)
            sequence = func.pg_get_serial_sequence(name, column.name).cast(REGCLASS)
            connection.execute(select(func.setval(sequence, func.max(column))))


READ: dict[type, Callable[[Any], Any] | None] = {
    bytes: base64.b64decode,
    date: date.fromisoformat,
    datetime: lambda text: datetime.fromisoformat(text).astimezone(UTC),
    time: time.fromisoformat,
    bool: None,
    float: None,
    int: None,
    str: None,
}
"""What columns hold, and how to read it back where its line does not already say."""
