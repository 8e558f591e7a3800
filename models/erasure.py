"""Erasure: everything that belongs to one person goes, whatever table it is in.

What belongs to whom is read from the foreign keys: a row that must refer to a worker,
or to a row of theirs, is the worker's and is deleted; where it only may refer to one,
as a staff position does, the link is cut.  Audit entries name random ids and stay.
"""

from typing import Any

from sqlalchemy import ForeignKey, Table, delete, or_, select, update
from sqlmodel import Session, SQLModel

WORKER: Table = SQLModel.metadata.tables["worker"]


def forget(session: Session, worker_id: int) -> None:
    """Delete a worker and all that is theirs; nothing happens where there is none."""
    session.flush()
    theirs = _theirs(worker_id)
    tables = SQLModel.metadata.sorted_tables
    for table in tables:
        for key in _links(table, theirs):
            cut = update(table).where(_refers(key, theirs))
            session.execute(cut.values({key.parent.name: None}))
    for table in reversed(tables):
        if table in theirs:
            session.execute(delete(table).where(theirs[table]))
    session.expire_all()


def _theirs(worker_id: int) -> dict[Table, Any]:
    """Return, by table, the condition that a row is the worker's."""
    theirs: dict[Table, Any] = {WORKER: WORKER.c.id == worker_id}
    for table in SQLModel.metadata.sorted_tables:
        owners = [
            _refers(key, theirs)
            for key in table.foreign_keys
            if key.column.table in theirs and not key.parent.nullable
        ]
        if owners:
            theirs[table] = or_(*owners)
    return theirs


def _links(table: Table, theirs: dict[Table, Any]) -> list[ForeignKey]:
    """Return the references to a worker's rows that a row can do without."""
    return [
        key
        for key in table.foreign_keys
        if key.column.table in theirs and key.parent.nullable
    ]


def _refers(key: ForeignKey, theirs: dict[Table, Any]) -> Any:
    """Tell in SQL whether a row refers to one of the worker's."""
    return key.parent.in_(select(key.column).where(theirs[key.column.table]))


def belongings(worker_id: int) -> dict[Table, Any]:
    """Return, by table, the condition that a row is a worker's: what erasure deletes.

    An export gives the same, so that neither forgets a table the other knows.
    """
    return _theirs(worker_id)
