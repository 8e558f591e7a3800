"""The parts a program is made of, on each database, for tests of one of them."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from bot.config import Config
from bot.database import Database, Writer
from bot.kit import Kit
from bot.sections import Product, Web
from models.rules import Rules
from tests.programs import KEYRING


@pytest.fixture
def kit(database: Database) -> Iterator[Kit]:
    """Give the kit of the process `main`."""
    config = Config.model_construct(product=Product(), web=Web())
    writer = Writer(database)
    yield Kit(config, database, writer, KEYRING, Rules())
    writer.close()
