"""One-time tokens: whoever has one may do one thing, once, and for a while.

Only a token's hash is kept; it is long and random enough to need no key.
"""

import hashlib
import secrets
from datetime import datetime
from typing import TypeVar

from sqlalchemy import ColumnElement, update
from sqlmodel import Field, Session, SQLModel, and_, col, select

from models.columns import Utc


class OneTime(SQLModel):
    """What a row has whose token may be used once."""

    token_hash: bytes = Field(unique=True)
    expires_at: datetime = Field(sa_type=Utc)
    used_at: datetime | None = Field(default=None, sa_type=Utc)


Kind = TypeVar("Kind", bound=OneTime)


def new_token(prefix: str = "") -> str:
    """Draw a token; with a short prefix it fits a deep link (64 characters)."""
    return prefix + secrets.token_urlsafe(24)


def hash_of(token: str) -> bytes:
    """Return all that is kept of a token."""
    return hashlib.sha256(token.encode()).digest()


def find(session: Session, table: type[Kind], token: str, now: datetime) -> Kind | None:
    """Return the row of a token that is neither used nor expired."""
    return session.exec(select(table).where(_is_good(table, token, now))).first()


def use(session: Session, table: type[Kind], token: str, now: datetime) -> bool:
    """Use a token up; False where another was quicker or its time is over."""
    claim = update(table).where(_is_good(table, token, now)).values(used_at=now)
    return session.exec(claim).rowcount == 1


def _is_good(table: type[Kind], token: str, now: datetime) -> ColumnElement[bool]:
    return and_(
        col(table.token_hash) == hash_of(token),
        col(table.used_at).is_(None),
        col(table.expires_at) > now,
    )
