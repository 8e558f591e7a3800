"""Files: what a document that is sent waits for, and what it does not."""

from __future__ import annotations

import pytest
from sqlalchemy import event
from sqlalchemy.exc import OperationalError
from sqlmodel import Session, select

from bot.database import Database
from bot.files import Files, is_there
from handlers.turn import Incoming
from models.arrival import Arrival
from models.sealing import CannotOpen
from tests.world import World


@pytest.mark.parametrize(
    "error", [CannotOpen(), OperationalError("", {}, ValueError())]
)
def test_what_cannot_be_opened_is_left_to_the_step(
    sqlite: Database, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    world = World(sqlite)
    world.do("hello", who="工人")

    def fail(turn: object) -> int:
        raise error

    monkeypatch.setattr("bot.files.owner_of_next", fail)
    coming = Incoming(world.adapter.name, "", "工人", "7", "document")

    def owner() -> int:
        return world.write(lambda s: Files(world.kit)._owner(s, coming, trusted=True))

    if isinstance(error, CannotOpen):
        assert owner() == 0
        return
    with pytest.raises(OperationalError):
        owner()


def test_what_came_before_is_not_kept_again(
    sqlite: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    world = World(sqlite)
    world.do("hello", who="工人")
    came = world.write(lambda s: s.exec(select(Arrival.key)).one())
    monkeypatch.setattr("bot.files.owner_of_next", lambda turn: 7)

    def owner(key: str) -> int:
        coming = Incoming(world.adapter.name, "", "工人", key, "document")
        return world.write(lambda s: Files(world.kit)._owner(s, coming, trusted=True))

    assert owner(came) == 0
    assert owner("another") == 7


def test_to_see_that_a_file_is_there_loads_none_of_it(sqlite: Database) -> None:
    def look(session: Session) -> None:
        asked: list[str] = []
        event.listen(
            session.connection(),
            "before_cursor_execute",
            lambda c, cursor, statement, *rest: asked.append(statement),
        )
        assert not is_there(session, 5)
        assert len(asked) == 3
        assert not any("data" in statement for statement in asked)

    World(sqlite).write(look)
