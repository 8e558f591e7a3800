"""What every table shares: instants in UTC, words of a list, ids that tell nothing."""

import secrets
from datetime import UTC, datetime
from enum import StrEnum

from sqlalchemy import BigInteger, DateTime, Enum, Integer
from sqlalchemy.engine import Dialect
from sqlalchemy.exc import IntegrityError
from sqlalchemy.types import TypeDecorator
from sqlmodel import Session, SQLModel

SQLModel.metadata.naming_convention = {
    "ix": "ix_%(column_0_label)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s",
    "pk": "pk_%(table_name)s",
}
"""Every constraint has a name: what has none cannot be changed later."""

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

    def process_result_value(
        self, value: datetime | None, dialect: Dialect
    ) -> datetime | None:
        if value is None or value.tzinfo is not None:
            return value and value.astimezone(UTC)
        return value.replace(tzinfo=UTC)


def one_of(words: type[StrEnum]) -> Enum:
    """Return a text column of these words; one more word needs no migration."""
    return Enum(
        words,
        native_enum=False,
        length=20,
        values_callable=lambda kinds: [kind.value for kind in kinds],
    )


def new_id() -> int:
    """Make a random id: 62 bits fit every database and never tell an order."""
    return secrets.randbits(62) or 1


def add_once(session: Session, row: SQLModel) -> bool:
    """Insert a row and tell True; False where one with the same key was quicker."""
    try:
        with session.begin_nested():
            session.add(row)
    except IntegrityError:
        return False
    return True


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
