"""The database: what a reader sees while others write."""

from __future__ import annotations

from sqlmodel import Session, func, select

from bot.database import Database, in_transaction
from models.worker import Worker, new_worker
from tests.models.cast import KEYS, NOW


def people(session: Session) -> int:
    return session.exec(select(func.count()).select_from(Worker)).one()


def test_a_reader_sees_one_moment_whatever_is_written(database: Database) -> None:
    with Session(database.reading) as session:
        before = people(session)
        in_transaction(
            database, lambda other: other.add(new_worker(KEYS, "zh-CN", NOW))
        )
        assert people(session) == before
    with Session(database.reading) as session:
        assert people(session) == before + 1
