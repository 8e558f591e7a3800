"""Beside the product: a command opens the database there is, and never makes one."""

from collections.abc import Iterator
from contextlib import contextmanager

from bot.config import Config
from bot.database import Database, open_database
from bot.schema import require_current
from bot.settings import ConfigError


@contextmanager
def database_of(config: Config) -> Iterator[Database]:
    """Open the product's database, which must be there and current."""
    if config.embedded and not config.database_file.exists():
        raise ConfigError(
            [
                f"{config.database_file}: there is no database yet; "
                "./run import sample makes one, ./run demo another to look around"
            ]
        )
    database = open_database(config.database_url, pool=1)
    try:
        require_current(database)
        yield database
    finally:
        database.close()
