"""What tests of handlers share: a world on a page, and flows to try the engine on."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from sqlmodel import Session

import handlers
from bot.database import Database
from handlers.flow import Flow
from handlers.turn import Turn
from tests.adapters import LINK
from tests.handlers.turns import turn_in
from tests.world import World

Deploy = Callable[[type[Flow]], None]
"""Put another version of a flow into service."""


@pytest.fixture
def world(sqlite: Database) -> World:
    return World(sqlite)


@pytest.fixture
def abroad(sqlite: Database) -> World:
    """Give a world on a channel that private facts must not travel over."""
    return World(sqlite, LINK)


@pytest.fixture
def turn(sqlite: Database) -> Iterator[Turn]:
    """Deal a turn to somebody met for the first time; nothing of it is kept."""
    with Session(sqlite.writing) as session:
        yield turn_in(session)


@pytest.fixture
def deploy(monkeypatch: pytest.MonkeyPatch) -> Deploy:
    """Give a way to change the code while people are in the middle of a flow."""
    return lambda flow: monkeypatch.setitem(handlers.FLOWS, flow.name, flow)
