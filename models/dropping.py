"""Dropping: how rows of one kind are found once they are past, and dropped in slices.

What is past is found by reading only; each slice is looked at again by the transaction
that drops it.
"""

import json
from collections.abc import Callable, Generator, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Table, bindparam, delete, inspect, select
from sqlmodel import Session, SQLModel

from models import audit
from models.fact import Fact, recall, remember
from models.sealing import Keyring

Key = tuple[Any, ...]
Past = tuple[Key, datetime]
"""A row kept long enough: its primary key, and since when it is of no use."""

Search = Generator[Past, None, None]
"""What is past, read as it is asked for; close what is not read to its end."""

GONE = "retention.gone"
"""The fact that counts, in the same transactions, what a sweep has dropped so far."""

AT_ONCE = 1000
"""How many rows a search has in memory."""


@dataclass(frozen=True)
class Kind:
    """One kind of row: how to find what is past, and how to drop some of it.

    `most` is how many one transaction drops, so that it holds the writer only briefly.
    """

    name: str
    find: Callable[[Session, Keyring, datetime], Search]
    drop: Callable[[Session, Keyring, datetime, Sequence[Key]], int]
    most: int = 100


def drop(
    session: Session, kind: Kind, keys: Keyring, before: datetime, rows: Sequence[Key]
) -> int:
    """Drop those of the rows that are still past, and count them; return the count."""
    count = kind.drop(session, keys, before, rows)
    if count:
        gone = json.loads(recall(session, GONE) or "{}")
        gone[kind.name] = gone.get(kind.name, 0) + count
        remember(session, GONE, json.dumps(gone))
    return count


def close(session: Session, now: datetime) -> None:
    """Write down what a sweep dropped, and what one before it did that was killed."""
    fact = session.get(Fact, GONE)
    if fact is None:
        return
    counts = json.loads(fact.value).items()
    detail = " ".join(f"{name}={count}" for name, count in counts)
    audit.record(session, now, None, "retention.swept", None, detail)
    session.delete(fact)


def rows_of(
    name: str,
    table: type[SQLModel],
    since: Any,
    *which: Any,
    along: tuple[Any, ...] = (),
    most: int = 100,
) -> Kind:
    """Describe rows that go once `since` is long enough ago, if they are of `which`.

    `along` refer to such a row from those that must go with it.
    """
    columns = inspect(table).primary_key

    def past(before: datetime) -> tuple[Any, ...]:
        return (since < before, *which)

    def find(session: Session, keys: Keyring, before: datetime) -> Search:
        return found(session, select(*columns, since).where(*past(before)))

    def drop_(
        session: Session, keys: Keyring, before: datetime, rows: Sequence[Key]
    ) -> int:
        if not along:
            return delete_rows(session, table, rows, *past(before))
        ids = [number for (number,) in rows]
        still = select(*columns).where(columns[0].in_(ids), *past(before))
        kept = session.execute(still.with_for_update()).scalars().all()
        for refers in along:
            session.execute(delete(refers.class_).where(refers.in_(kept)))
        return delete_rows(session, table, [(number,) for number in kept])

    return Kind(name, find, drop_, most)


def found(session: Session, past: Any) -> Search:
    """Read what is past, a key and a time each, some rows at a time."""
    with session.execute(past, execution_options={"yield_per": AT_ONCE}) as rows:
        for *key, since in rows:
            yield tuple(key), since


def delete_rows(
    session: Session, table: type[SQLModel], rows: Iterable[Key], *which: Any
) -> int:
    """Delete rows by their keys, of which the rest must hold; return how many."""
    made: Table = inspect(table).local_table
    names = [f"key_{column.name}" for column in made.primary_key]
    same = [
        column == bindparam(name)
        for column, name in zip(made.primary_key, names, strict=True)
    ]
    values = [dict(zip(names, row, strict=True)) for row in rows]
    if not values:
        return 0
    gone = delete(made).where(*same, *which)
    return session.connection().execute(gone, values).rowcount
