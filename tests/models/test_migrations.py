"""The schema: the same as the tables say, on both databases, from nothing and back."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Table, UpdateBase, inspect, text
from sqlalchemy.exc import DBAPIError
from sqlmodel import Session, SQLModel, col, delete, select, update

from bot.database import Database
from bot.schema import KNOWN, MIGRATIONS, is_current, migrate, migrate_within
from models import audit
from models.audit import AuditEntry
from models.booking import booked
from models.chain import AuditLink
from models.slot import Slot, SlotState, add_slot
from models.worker import new_worker
from tests.databases import SEEDED, Copy
from tests.models.benefits import CHECK, ask, member
from tests.models.cast import KEYS

NOW = datetime(2026, 11, 20, 8, tzinfo=UTC)


def tables(database: Database) -> set[str]:
    return set(inspect(database.writing).get_table_names()) - {"alembic_version"}


def go_back(database: Database, revision: str) -> None:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.attributes["engine"] = database.writing
    command.downgrade(config, revision)


def test_the_migrations_make_what_the_tables_say(database: Database) -> None:
    with database.writing.connect() as connection:
        context = MigrationContext.configure(connection)
        assert compare_metadata(context, SQLModel.metadata) == []


def test_the_files_of_the_migrations_are_named_by_their_revisions() -> None:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    chain = ScriptDirectory.from_config(config).walk_revisions()
    assert [script.revision for script in chain] == KNOWN[::-1]


def test_an_empty_database_comes_up_to_date(empty_database: Database) -> None:
    assert not is_current(empty_database)
    migrate(empty_database)
    assert is_current(empty_database)
    assert tables(empty_database) == set(SQLModel.metadata.tables)


def test_a_database_goes_back_to_nothing_and_up_again(database: Database) -> None:
    go_back(database, "base")
    assert tables(database) == set()
    migrate(database)
    assert tables(database) == set(SQLModel.metadata.tables)


def test_times_that_were_opened_twice_become_one(database: Database) -> None:
    go_back(database, "0025")
    with Session(database.writing) as session:
        twice, once = [NOW + timedelta(days=days) for days in (1, 2)]
        times = (twice, twice, once, twice)
        rows = [add_slot(session, CHECK, "health-first", at, 1) for at in times]
        rows.pop().state = SlotState.OFF
        for row in rows:
            ask(session, member(session, str(row.id)), CHECK, row.id)
        session.commit()
    migrate(database)
    with Session(database.reading) as session:
        [both, one] = session.exec(
            select(Slot)
            .where(Slot.state == SlotState.OPEN)
            .order_by(col(Slot.starts_at))
        )
        assert (both.starts_at, both.taken, both.capacity) == (twice, 2, 2)
        assert (one.starts_at, one.taken, one.capacity) == (once, 1, 1)
        assert [len(booked(session, slot)) for slot in (both, one)] == [2, 1]
        off = session.exec(select(Slot).where(Slot.state == SlotState.OFF)).all()
        assert [slot.taken for slot in off] == [0, 0]


SAMPLED = "SELECT count(*) FROM pg_stats WHERE tablename = 'worker' AND attname = "


def test_postgresql_keeps_no_samples_of_what_is_sealed(postgresql_copies: Copy) -> None:
    with postgresql_copies(SEEDED) as made, made.writing.connect() as connection:
        session = Session(connection)
        session.add_all(new_worker(KEYS, "zh-CN", NOW) for _ in range(20))
        session.flush()
        connection.execute(text("ALTER TABLE worker ALTER key SET STATISTICS 100"))
        connection.execute(text("ANALYZE worker"))
        assert connection.execute(text(f"{SAMPLED}'key'")).scalar() == 1
        assert connection.execute(text(f"{SAMPLED}'id'")).scalar() == 1
        migrate_within(connection)
        connection.execute(text("ANALYZE worker"))
        assert connection.execute(text(f"{SAMPLED}'key'")).scalar() == 0
        assert connection.execute(text(f"{SAMPLED}'id'")).scalar() == 1


@pytest.mark.parametrize("table", SQLModel.metadata.sorted_tables, ids=str)
def test_every_constraint_has_a_name_to_change_it_by(table: Table) -> None:
    assert all(constraint.name for constraint in table.constraints)


def written_entry(database: Database) -> None:
    with Session(database.writing) as session:
        audit.record(session, NOW, 1, "application.read", 2)
        session.commit()


@pytest.mark.parametrize(
    "change",
    [
        update(AuditEntry).values(action="application.seen"),
        delete(AuditEntry).where(col(AuditEntry.actor_id) == 1),
    ],
    ids=["update", "delete"],
)
def test_an_audit_entry_is_neither_changed_nor_deleted(
    database: Database, change: UpdateBase
) -> None:
    written_entry(database)
    with Session(database.writing) as session:
        with pytest.raises(DBAPIError, match="audit entries only grow"):
            session.exec(change)
        session.rollback()
        assert session.exec(select(AuditEntry.action)).all() == ["application.read"]


@pytest.mark.parametrize(
    "change",
    [
        update(AuditLink).values(entry_id=2),
        delete(AuditLink).where(col(AuditLink.n) == 1),
        text("TRUNCATE audit_link"),
        text("REPLACE INTO audit_link (n, entry_id, hash) VALUES (1, 2, '')"),
        text("REPLACE INTO audit_link (n, entry_id, hash) VALUES (2, 1, '')"),
    ],
    ids=["update", "delete", "truncate", "replace", "replace-entry"],
)
def test_a_link_of_the_chain_is_not_changed_either(
    database: Database, change: UpdateBase
) -> None:
    with Session(database.writing) as session:
        session.add(AuditLink(n=1, entry_id=1, hash=b"1"))
        session.commit()
        speaks = "TRUNCATE" if database.is_sqlite else "REPLACE"
        if speaks in str(change):
            return  # a word this database does not know
        with pytest.raises(DBAPIError, match="audit entries only grow"):
            session.execute(change)
        session.rollback()
        assert session.exec(select(AuditLink.entry_id)).all() == [1]


def test_an_audit_entry_is_not_replaced(sqlite: Database) -> None:
    written_entry(sqlite)
    replace = "REPLACE INTO audit_entry (id, at, action, detail) VALUES (1, '', '', '')"
    with (
        sqlite.writing.begin() as connection,
        pytest.raises(DBAPIError, match="audit entries only grow"),
    ):
        connection.execute(text(replace))


def test_audit_entries_follow_each_other(database: Database) -> None:
    written_entry(database)
    written_entry(database)
    with Session(database.reading) as session:
        assert len(set(session.exec(select(AuditEntry.id)))) == 2
