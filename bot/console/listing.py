"""Listing: a page of rows behind a key, so the last page costs what the first does.

The key of a row is what the rows are ordered by, its id last; it stands in the address.
"""

import base64
import json
from collections.abc import Sequence
from datetime import date, datetime
from typing import Any, TypeVar

from sqlalchemy import literal, tuple_
from sqlalchemy.types import TypeEngine
from sqlmodel import Session
from sqlmodel.sql.expression import SelectOfScalar

SIZE = 30
"""How many rows a page has."""

Row = TypeVar("Row")


def page_of(
    session: Session,
    query: SelectOfScalar[Row],
    order: Sequence[Any],
    after: str = "",
    newest_first: bool = False,
) -> tuple[list[Row], str | None]:
    """Return the rows that follow a key, and the key of the next page if there is one.

    `order` are attributes of the row, or labels that read as one; the last is unique.
    """
    columns = list(order)
    behind = key_in(after, [column.type for column in columns])
    if behind is not None:
        here, there = tuple_(*columns), tuple_(*behind)
        query = query.where(here < there if newest_first else here > there)
    sorted_ = [column.desc() if newest_first else column for column in columns]
    rows = list(session.exec(query.order_by(*sorted_).limit(SIZE + 1)))
    more = len(rows) > SIZE
    shown = rows[:SIZE]
    return shown, key_of(shown[-1], order) if more else None


def key_of(row: Any, order: Sequence[Any]) -> str:
    """Return the key of a row, as it stands in an address."""
    values = [_written(getattr(row, attribute.key)) for attribute in order]
    return base64.urlsafe_b64encode(json.dumps(values).encode()).decode().rstrip("=")


def key_in(text: str, types: Sequence[TypeEngine[Any]]) -> list[Any] | None:
    """Read a key in an address; None for what is none, which is the first page."""
    try:
        values = json.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
        return [_read(v, kind) for v, kind in zip(values, types, strict=True)]
    except (ValueError, TypeError, RecursionError):
        return None


def _written(value: Any) -> str | int:
    return value if isinstance(value, int) else str(value)


def _read(value: Any, kind: TypeEngine[Any]) -> Any:
    """Return one part of a key, which must be what its column holds."""
    wanted = getattr(kind, "impl", kind).python_type
    if wanted is int:
        if type(value) is not int or not 0 <= value < 2**63:
            raise ValueError(value)
    elif "\0" in value:
        raise ValueError(value)
    elif wanted in (datetime, date):
        value = wanted.fromisoformat(value)
        if wanted is datetime and value.tzinfo is None:
            raise ValueError(value)
    return literal(value, kind)
