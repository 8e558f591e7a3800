"""All that a database holds, to tell whether anything changed."""

from __future__ import annotations

from sqlalchemy import select
from sqlmodel import Session, SQLModel

Contents = dict[str, list[str]]
"""The rows of each table."""


def contents_of(session: Session) -> Contents:
    """Read every row of every table."""
    return {
        table.name: sorted(map(repr, session.execute(select(table))))
        for table in SQLModel.metadata.sorted_tables
    }
