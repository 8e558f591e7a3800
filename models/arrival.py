"""Arrivals: which updates were taken, so that none acts twice; and those nobody could."""

from datetime import datetime

from sqlmodel import Field, SQLModel

from models.columns import BigId, Utc

KEEP_DAYS = 8
"""Telegram may restart its update ids after an idle week; older keys would hide new ones."""


class Arrival(SQLModel, table=True):
    """An update that was taken; made in the same transaction as its effects."""

    channel: str = Field(primary_key=True)
    bot: str = Field(primary_key=True)
    key: str = Field(primary_key=True)
    at: datetime = Field(sa_type=Utc, index=True)


class Poison(SQLModel, table=True):
    """An update whose step fails; kept sealed for a person, and tried again at most 5 times."""

    id: int = Field(primary_key=True, sa_type=BigId)
    chat_id: int = Field(foreign_key="chat.id", sa_type=BigId, index=True)
    worker_id: int = Field(foreign_key="worker.id", sa_type=BigId)
    update: bytes
    error: str
    attempts: int = 1
    after_number: int
    at: datetime = Field(sa_type=Utc)
    settled: str = ""


TRIES = 5
