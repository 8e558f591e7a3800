"""The schema: of which revision a database is, and how it is brought to another.

The migrations are numbered files. Alembic runs them; it is loaded only then, for most
starts find the schema current and need not wait for it.
"""

from pathlib import Path

from sqlalchemy import Connection, Engine, inspect, text
from sqlalchemy.exc import OperationalError

from bot.database import Database, DatabaseUnreachable, NotStarted

MIGRATIONS = Path(__file__).resolve().parent.parent / "models" / "migrations"
KNOWN = sorted(path.name[:4] for path in (MIGRATIONS / "versions").glob("[0-9]*.py"))
"""The revisions this program knows, oldest first; the last is what it needs."""


class SchemaOutdated(NotStarted):
    """The database is of another version; run `./run migrate` (permanent)."""


class SchemaNewer(NotStarted):
    """The database was written by a newer program; run that one (permanent)."""


def revision_of(connection: Connection) -> str | None:
    """Return the revision of the schema, None where there is none."""
    if not inspect(connection).has_table("alembic_version"):
        return None
    found = connection.execute(text("SELECT version_num FROM alembic_version"))
    return found.scalar()


def is_current(database: Database) -> bool:
    """Tell whether the schema is the one this program was written for.

    Raises DatabaseUnreachable, and SchemaNewer where no migration leads.
    """
    try:
        with database.reading.connect() as connection:
            revision = revision_of(connection)
    except OperationalError:
        raise DatabaseUnreachable from None
    if revision is not None and revision not in KNOWN:
        raise SchemaNewer
    return revision == KNOWN[-1]


def require_current(database: Database) -> None:
    """Refuse to go on with a schema that is not current."""
    if not is_current(database):
        raise SchemaOutdated


def migrate(database: Database, revision: str = KNOWN[-1]) -> None:
    """Bring a schema that is not current to a revision."""
    if not is_current(database):
        _upgrade(revision, engine=database.writing)


def migrate_within(connection: Connection, revision: str = KNOWN[-1]) -> None:
    """Bring the schema to a revision, as a part of the connection's transaction."""
    _upgrade(revision, connection=connection)


def _upgrade(revision: str, **handed: Engine | Connection) -> None:
    from alembic import command  # see the module
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.attributes.update(handed)
    command.upgrade(config, revision)
