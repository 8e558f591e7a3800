"""Which databases a run is on: the program's own SQLite file, PostgreSQL, or both."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from enum import StrEnum

from tests.databases import new_database, postgresql_server

Addresses = dict[str, Callable[[], str]]
"""By its name, how to make a fresh database and get its address; "" is SQLite."""


class Kind(StrEnum):
    """Where the product keeps its data."""

    SQLITE = "sqlite"
    POSTGRESQL = "postgresql"
    BOTH = "both"


@contextmanager
def databases(kind: Kind) -> Iterator[Addresses]:
    """Give the databases of a kind; PostgreSQL is as durable as it comes."""
    found: Addresses = {}
    if kind is not Kind.POSTGRESQL:
        found["SQLite"] = lambda: ""
    if kind is Kind.SQLITE:
        yield found
        return
    numbers = itertools.count(1)
    with postgresql_server() as server:
        found["PostgreSQL"] = lambda: new_database(server, f"run_{next(numbers)}")
        yield found
