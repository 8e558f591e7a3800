"""How Alembic reaches the database: by the engine or connection it is handed."""

from contextlib import nullcontext
from typing import Any, Literal

from alembic import context
from sqlalchemy import Enum
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


run()
