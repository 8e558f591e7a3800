"""Arrivals: the updates that were taken, so that none acts twice, or nobody could."""

from datetime import datetime

from sqlmodel import Field, SQLModel

from models.columns import BigId, Utc

TRIES = 5
"""How often an update whose step fails is tried."""


class Arrival(SQLModel, table=True):
    """An update that was taken; made in the same transaction as its effects."""

    channel: str = Field(primary_key=True)
    bot: str = Field(primary_key=True)
    key: str = Field(primary_key=True)
    at: datetime = Field(sa_type=Utc, index=True)


class Poison(SQLModel, table=True):
    """An update whose step fails: kept sealed, tried again, then left to a person."""

    id: int = Field(primary_key=True, sa_type=BigId)
    chat_id: int = Field(foreign_key="chat.id", sa_type=BigId, index=True)
    worker_id: int = Field(foreign_key="worker.id", sa_type=BigId)
    update: bytes
    error: str
    attempts: int = 1
    after_number: int
    at: datetime = Field(sa_type=Utc)
    settled: str = ""
