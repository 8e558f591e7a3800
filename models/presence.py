"""Presence: which processes are at work, and with which keys each of them works."""

from datetime import datetime, timedelta

from sqlalchemy import update
from sqlmodel import Field, Session, SQLModel, col, select

from models.columns import Utc
from models.sealing import Keyring

SECONDS = 10
"""A process that says nothing for so long is taken for dead."""


class Presence(SQLModel, table=True):
    """One process, and the numbers of the keys it holds, the one it uses first."""

    process: str = Field(primary_key=True)
    wrapping: str
    index: str
    until: datetime = Field(sa_type=Utc)

    def holds(self, wrapping: int, index: int) -> bool:
        """Tell whether the process could open and find what these keys made."""
        return wrapping in _numbers(self.wrapping) and index in _numbers(self.index)

    def uses(self, wrapping: int, index: int) -> bool:
        """Tell whether these are the keys with which the process makes new values."""
        return (_numbers(self.wrapping)[0], _numbers(self.index)[0]) == (
            wrapping,
            index,
        )


def announce(session: Session, process: str, keys: Keyring, now: datetime) -> None:
    """Say that a process is at work, and with which keys."""
    session.merge(
        Presence(
            process=process,
            wrapping=_text(keys.current, keys.wrapping),
            index=_text(keys.current_index, keys.index),
            until=now + timedelta(seconds=SECONDS),
        )
    )


def leave(session: Session, process: str, now: datetime) -> None:
    """Say that a process is at work no more."""
    its = update(Presence).where(col(Presence.process) == process)
    session.execute(its.values(until=now))


def present(session: Session, now: datetime) -> list[Presence]:
    """Return the processes at work."""
    at_work = select(Presence).where(col(Presence.until) > now)
    return list(session.exec(at_work.order_by(Presence.process)))


def _text(current: int, held: dict[int, bytes]) -> str:
    return " ".join(map(str, sorted(held, key=lambda number: number != current)))


def _numbers(text: str) -> list[int]:
    return [int(number) for number in text.split()]
