"""Facts the program keeps about itself, by name: the keys' fingerprint and the like."""

from sqlmodel import Field, Session, SQLModel

FINGERPRINT = "keys.fingerprint"
"""What tells the keys that this database needs from others."""
CURRENT = "keys.current"
"""The numbers of the keys in use: the wrapping key's, then the index key's."""


class Fact(SQLModel, table=True):
    """One remembered value."""

    name: str = Field(primary_key=True)
    value: str


def recall(session: Session, name: str) -> str | None:
    """Return a remembered value."""
    row = session.get(Fact, name)
    return row.value if row else None


def remember(session: Session, name: str, value: str) -> None:
    """Keep a value under a name."""
    session.merge(Fact(name=name, value=value))
