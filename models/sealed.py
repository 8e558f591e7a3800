"""Everything sealed: each column that holds sealed values, and whether they open.

Which columns those are is read from the tables: every binary column that is no hash
and not published.
A value is sealed for the place `table.column|primary key`, with the key of the worker
whom its row refers to, or whom the row refers to that it belongs to.  What was told in
a case is sealed with a key of the case's own, and the pieces of a file with the file's,
which is kept as a value of the file's row.
"""

from collections.abc import Iterator
from typing import Any

from sqlalchemy import Column, LargeBinary, Select, Table, select
from sqlmodel import Session, SQLModel, col

from models.attachment import Attachment
from models.case import Case
from models.case_file import CaseFile
from models.file_piece import FilePiece, pieces_of
from models.sealing import CannotOpen, Keyring, unseal
from models.worker import Worker

HASHES = ("tag", "hash")
"""How the names of binary columns end that hold hashes, which nothing opens."""

PUBLISHED = "published"
"""The name of a binary column that is for everybody to read."""

WORKER: Table = SQLModel.metadata.tables["worker"]
CASE: Table = SQLModel.metadata.tables[str(Case.__tablename__)]
PIECE: Table = SQLModel.metadata.tables[str(FilePiece.__tablename__)]
AT_ONCE = 20
"""Rows in memory: some of them are pictures."""


def sealed_columns() -> dict[Table, list[Column[Any]]]:
    """Return the columns with sealed values, by table; a worker's own key is one."""
    found = {
        table: [c for c in table.columns if _is_sealed(c)]
        for table in SQLModel.metadata.sorted_tables
    }
    return {table: columns for table, columns in found.items() if columns}


def _is_sealed(column: Column[Any]) -> bool:
    binary = isinstance(column.type, LargeBinary)
    return binary and not column.name.endswith((*HASHES, PUBLISHED))


def openings(
    session: Session, keys: Keyring, table: Table
) -> Iterator[tuple[str, bool]]:
    """Try every value of a table; give its column and whether it opens."""
    holder = holder_of(table)
    if holder is None:
        yield from _pieces(session, keys)
        return
    columns, ids = sealed_columns()[table], list(table.primary_key)
    query = owned(table, select(holder.c.id, holder.c.key, *ids, *columns))
    rows = session.execute(query, execution_options={"yield_per": AT_ONCE})
    for holder_id, wrapped, *values in rows:
        key_place = f"{holder.name}.key|{holder_id}"
        row = "|".join(str(part) for part in values[: len(ids)])
        for column, value in zip(columns, values[len(ids) :], strict=True):
            if value:  # what was emptied holds nothing
                place = f"{table.name}.{column.name}|{row}"
                yield column.name, _opens(keys, key_place, wrapped, place, value)


def _opens(
    keys: Keyring, key_place: str, wrapped: bytes, place: str, value: bytes
) -> bool:
    try:
        key = keys.unwrap(key_place, bytes(wrapped))
        if value != wrapped:
            unseal(key, place, bytes(value))
    except CannotOpen:
        return False
    return True


def _pieces(session: Session, keys: Keyring) -> Iterator[tuple[str, bool]]:
    """Try the pieces of every file there is."""
    sent: Any = select(Attachment, Worker).join(
        Worker, col(Attachment.worker_id) == col(Worker.id)
    )
    told: Any = select(CaseFile, Case).join(Case, col(CaseFile.case_id) == col(Case.id))
    for files, kind in ((sent, Attachment), (told, CaseFile)):
        for row, owner in session.execute(files.where(kind.is_a_document())):
            for piece in pieces_of(session, row.id):
                yield "data", _reads(keys, owner, row, piece)


def _reads(keys: Keyring, owner: Any, row: Any, piece: FilePiece) -> bool:
    try:
        piece.read(row.inner(owner.open_key(keys)))
    except CannotOpen:
        return False
    return True


def holder_of(table: Table) -> Table | None:
    """Return the table of those whose keys seal a table's values: workers or cases.

    None where that is neither: the pieces of a file are sealed with the file's own.
    """
    if table is PIECE:
        return None
    refers = {key.column.table for key in table.foreign_keys}
    return CASE if table is CASE or CASE in refers else WORKER


def owned(table: Table, query: Select[Any]) -> Select[Any]:
    """Join a table's rows with those whose keys seal them."""
    if table in (WORKER, CASE):
        return query
    if holder_of(table) is CASE:
        return query.join_from(table, CASE)
    owner = _owner(table)
    if owner is not None:
        return query.join_from(table, WORKER, owner == WORKER.c.id)
    parent, link, owner = next(
        (key.column.table, key.parent == key.column, found)
        for key in table.foreign_keys
        if (found := _owner(key.column.table)) is not None
    )
    return query.join_from(table, parent, link).join(WORKER, owner == WORKER.c.id)


def _owner(table: Table) -> Column[Any] | None:
    """Return the column by which a row must refer to a worker."""
    owners = (
        key.parent
        for key in table.foreign_keys
        if key.column.table is WORKER and not key.parent.nullable
    )
    return next(owners, None)
