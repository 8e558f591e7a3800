"""The commands about what is kept, typed while the product runs."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlmodel import Session

from bot.database import in_transaction, open_database
from bot.kit import clock
from models import audit
from tests.databases import SEEDED, Copy, url_of
from tests.programs import Program


@pytest.fixture
def program(sqlite_copies: Copy, tmp_path: Path) -> Iterator[Program]:
    with sqlite_copies(SEEDED) as database:
        made = Program(tmp_path, url_of(database))
        yield made
        made.kill()


def write_entry(program: Program) -> None:
    def work(session: Session) -> None:
        audit.record(session, clock(), None, "application.read", 1)

    database = open_database(program.database)
    in_transaction(database, work)
    database.close()


def test_the_chain_is_checked_and_the_sweep_run_beside_the_product(
    program: Program,
) -> None:
    write_entry(program)
    program.start()
    program.wait_until_healthy()
    checked = program.run("audit", "verify")
    assert checked.returncode == 0, checked.stderr
    assert "All is well." in checked.stdout
    assert len(program.run("audit", "head").stdout.split()) == 2
    for words in (("--dry-run",), ()):
        swept = program.run("retention", *words)
        assert swept.returncode == 0, swept.stderr
        assert "arrivals" in swept.stdout
    assert program.is_healthy()


def test_access_is_taken_back_beside_the_product(program: Program) -> None:
    program.start()
    program.wait_until_healthy()
    program.run("staff", "440111")
    program.run("staff", "4401", "--role", "officer")
    header, first, second = program.run("staff", "list").stdout.splitlines()
    assert header.split() == ["id", "union", "role", "held", "since"]
    assert "4401 广州市总工会" in first
    assert "officer" in first
    assert "link to " in second
    number = second.split()[0]
    ended = program.run("staff", "revoke", number)
    assert ended.stdout == "Ended: social_worker of 440111 白云区总工会.\n"
    assert number not in program.run("staff", "list").stdout
    again = program.run("staff", "revoke", number)
    assert (again.returncode, again.stdout) == (2, "")
    assert again.stderr.endswith(f"nobody holds {number}; see ./run staff list\n")
    program.run("staff", "revoke", first.split()[0])
    assert program.run("staff", "list").stdout == "Nobody is appointed.\n"
    assert program.is_healthy()


def test_a_chain_that_is_not_whole_ends_with_status_1(
    program: Program, tmp_path: Path
) -> None:
    heads = tmp_path / "copy.txt"
    heads.write_text(f"2026-11-20 5 {bytes(32).hex()}\n")
    checked = program.run("audit", "verify", "--heads", str(heads))
    assert checked.returncode == 1
    assert "link 5, the head of 2026-11-20, is gone" in checked.stdout
