"""How Alembic reaches the database: always with the engine the program hands it."""

from alembic import context
from sqlmodel import SQLModel

import models
from models.columns import Utc

assert models.__all__


def render_item(kind: str, item: object, autogen_context: object) -> str | bool:
    """Write our column types as what they are in the database."""
    if kind == "type" and isinstance(item, Utc):
        return "sa.DateTime(timezone=True)"
    return False


def run() -> None:
    """Run the migrations on the engine in the configuration's attributes."""
    engine = context.config.attributes["engine"]
    with engine.connect() as connection:
        context.configure(
            connection=connection,
            target_metadata=SQLModel.metadata,
            render_as_batch=True,
            render_item=render_item,
            compare_type=False,
        )
        with context.begin_transaction():
            context.run_migrations()


run()
