"""Column types and ids shared by every table: UTC instants, random ids, the clock's zone."""

import secrets
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import BigInteger, DateTime, Enum, Integer
from sqlalchemy.engine import Dialect
from sqlalchemy.types import TypeDecorator

DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"

BigId = BigInteger().with_variant(Integer, "sqlite")
"""A 64-bit id; on SQLite plain INTEGER, so that it is the row's own address."""


class Utc(TypeDecorator[datetime]):
    """An instant, kept in UTC; SQLite forgets the zone and gets it back here."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(
        self, value: datetime | None, dialect: Dialect
    ) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("An instant needs its zone: use datetime.now(UTC).")
        return value.astimezone(UTC)

    def process_result_value(self, value: Any, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return (
            value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)
        )


def one_of(words: type[StrEnum]) -> Enum:
    """Return a text column that takes one of these words; no database enum to migrate."""
    return Enum(
        words,
        native_enum=False,
        length=20,
        values_callable=lambda kinds: [kind.value for kind in kinds],
    )


def new_id() -> int:
    """Make a random id; 62 bits fit every database's integer and never tell an order."""
    return secrets.randbits(62) or 1


def short(number: int) -> str:
    """Write an id in base 36: at most 12 characters, as buttons need it."""
    text = ""
    while number:
        number, rest = divmod(number, 36)
        text = DIGITS[rest] + text
    return text or "0"


def long(text: str) -> int:
    """Read an id written by `short`; 0, the id of nothing, for anything else."""
    if not (0 < len(text) <= 12 and text.isascii() and text.isalnum()):
        return 0
    number = int(text, 36)
    return number if number < 2**62 else 0
