"""Once: a form of the console that is sent twice has one effect and one answer.

The key of a form is inserted by the transaction that carries it out; the second comer
finds it there, does nothing, and goes where the first one went.
"""

from datetime import datetime

from sqlmodel import Field, Session, SQLModel

from models.columns import Utc, add_once
from models.one_time import hash_of


class Once(SQLModel, table=True):
    """A form that was carried out: where its sender went, and what they were told."""

    key_hash: bytes = Field(primary_key=True)
    at: datetime = Field(sa_type=Utc, index=True)
    went: str = ""
    said: str = ""


def begin(session: Session, key: str, now: datetime) -> tuple[Once, bool]:
    """Return the row of a form, and whether it is to be carried out now."""
    row = Once(key_hash=hash_of(key), at=now)
    if add_once(session, row):
        return row, True
    return session.get_one(Once, hash_of(key), populate_existing=True), False
