"""Files: what a document that is sent waits for, and what it does not."""

from __future__ import annotations

import pytest
from sqlalchemy import event
from sqlalchemy.exc import OperationalError
from sqlmodel import Session

from bot.database import Database
from bot.files import Files, is_there
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
    place = (world.adapter.name, "", "工人")

    def owner() -> int:
        return world.write(lambda s: Files(world.kit)._owner(s, place, trusted=True))

    if isinstance(error, CannotOpen):
        assert owner() == 0
        return
    with pytest.raises(OperationalError):
        owner()


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
