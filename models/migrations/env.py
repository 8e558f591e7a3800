"""How Alembic reaches the database: by the engine or connection it is handed."""

from contextlib import nullcontext
from typing import Any, Literal

from alembic import context
from sqlalchemy import Connection, Enum, text
from sqlmodel import SQLModel, sql

import models  # noqa: F401, so that the metadata knows every table
from models.columns import Utc


def render_item(kind: str, item: Any, autogen_context: Any) -> str | Literal[False]:
    """Write our column types as what they are in the database."""
    if isinstance(item, Utc):
        return "sa.DateTime(timezone=True)"
    if isinstance(item, Enum):
        return f"sa.String(length={item.length})"
    if isinstance(item, sql.sqltypes.AutoString):
        return "sa.String()"
    return False


TAKE_NO_SAMPLES = """
DO $$
DECLARE it record;
BEGIN
    FOR it IN
        SELECT attrelid::regclass AS of_table, attname AS name
        FROM pg_attribute JOIN pg_class ON pg_class.oid = attrelid
        WHERE relkind = 'r' AND relnamespace = current_schema()::regnamespace
            AND atttypid = 'bytea'::regtype AND attstattarget IS DISTINCT FROM 0
    LOOP
        EXECUTE format(
            'ALTER TABLE %s ALTER %I TYPE bytea, ALTER %I SET STATISTICS 0',
            it.of_table, it.name, it.name
        );
    END LOOP;
END $$
"""
"""Let ANALYZE keep no samples of keys, hashes and sealed values, nor any it has taken.

They would stay in PostgreSQL's catalogue when their rows are erased. Stating the type
anew is what drops a column's samples.
"""


def take_no_samples(connection: Connection) -> None:
    """Keep what is sealed out of the statistics, also of tables yet to come."""
    if connection.dialect.name == "postgresql":
        connection.execute(text(TAKE_NO_SAMPLES))


def run() -> None:
    """Run the migrations; on a connection, as a part of its transaction."""
    handed = context.config.attributes
    given = handed.get("connection")
    with nullcontext(given) if given else handed["engine"].connect() as connection:
        context.configure(
            connection=connection,
            target_metadata=SQLModel.metadata,
            render_as_batch=True,
            render_item=render_item,
        )
        with context.begin_transaction():
            context.run_migrations()
            take_no_samples(connection)


run()
