"""Backup and restore with the real program: while it serves, and killed in between."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from sqlalchemy import inspect, text

from bot.database import Database
from tests.databases import KINDS, SEEDED, Copy, url_of
from tests.people import ANSWERS, RECEIVED
from tests.programs import Program
from tests.telegram_server import fill_in

from .running import process, running, until

pytestmark = pytest.mark.asyncio(loop_scope="function")

ASKED = "哪个城市"
OTHER = {"sqlite": "postgresql", "postgresql": "sqlite"}
NEW = "--without-erased-list"


@pytest.fixture(params=KINDS)
def kind(request: pytest.FixtureRequest) -> str:
    """Give the kind of database that is restored into."""
    found: str = request.param
    return found


@pytest.fixture
def targets(request: pytest.FixtureRequest, kind: str) -> Copy:
    """Give what makes databases of that kind."""
    found: Copy = request.getfixturevalue(f"{kind}_copies")
    return found


@pytest.fixture
def sources(request: pytest.FixtureRequest, kind: str) -> Copy:
    """Give what makes databases of the other kind."""
    found: Copy = request.getfixturevalue(f"{OTHER[kind]}_copies")
    return found


async def run(program: Program, *words: str) -> str:
    """Run a command that succeeds; give what it printed."""
    done = await asyncio.to_thread(program.run, *words)
    assert done.returncode == 0, done.stderr
    return done.stdout


LOCKED = text(
    "SELECT count(*) FROM pg_locks JOIN pg_database ON pg_database.oid = database "
    "WHERE datname = current_database() AND mode = 'AccessExclusiveLock'"
)


def has_begun(database: Database) -> bool:
    """Tell whether a restore is making tables."""
    if database.is_sqlite:
        return Path(f"{database.writing.url.database}.restoring").exists()
    with database.reading.connect() as connection:
        return bool(connection.execute(LOCKED).scalar_one())


def is_there(database: Database) -> bool:
    """Tell whether there is anything to take for a database."""
    if database.is_sqlite:
        return Path(str(database.writing.url.database)).exists()
    return inspect(database.reading).get_table_names() != []


async def test_people_go_on_in_another_database(
    sources: Copy, targets: Copy, tmp_path: Path
) -> None:
    for name in ("old", "new"):
        (tmp_path / name).mkdir()
    async with running(sources, tmp_path / "old") as old:
        waits, joined = old.person(), old.person()
        await old.join_until(waits, ASKED)
        await old.join(joined)
        busy = [asyncio.create_task(old.join(old.person())) for _ in range(6)]
        said = await run(old.program, "backup", str(tmp_path / "a.backup"))
        assert "Only keys.wrapping 1 opens it" in said
        await asyncio.gather(*busy)
        assert await old.stop() == 0
        with targets("") as database:
            telegram = old.telegram
            program = Program(tmp_path / "new", url_of(database))
            said = await run(program, "restore", str(tmp_path / "a.backup"), NEW)
            assert "Restored in" in said
            assert await run(program, "check") == "All is well.\n"
            async with process(tmp_path / "new", telegram, database) as new:
                (row,) = new.applications(joined)
                assert row["full_name"] == ANSWERS["请问您的姓名"]
                await waits.say(ANSWERS[ASKED])
                await fill_in(waits, ANSWERS, until=RECEIVED)
                assert len(new.applications(waits)) == 1


async def test_a_restore_that_is_killed_leaves_nothing_in_the_way(
    sources: Copy, targets: Copy, tmp_path: Path
) -> None:
    file = tmp_path / "a.backup"
    with sources(SEEDED) as source, targets("") as target:
        old = Program(tmp_path, url_of(source))
        await run(old, "backup", str(file))
        new = Program(tmp_path, url_of(target))
        new.start("restore", str(file), NEW)
        await until(lambda: has_begun(target), 30)
        new.kill()
        assert not is_there(target)
        await run(new, "restore", str(file), NEW)
        assert await run(new, "check") == "All is well.\n"
        done = new.run("restore", str(file), NEW)
        assert (done.returncode, "is not empty" in done.stderr) == (2, True)
