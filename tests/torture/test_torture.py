"""The program loses nothing when it is killed in the middle of people joining."""

from __future__ import annotations

import asyncio
import re
from dataclasses import replace
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from tests.programs import Process
from tests.telegram_server import TelegramServer
from tests.torture.__main__ import CLI, is_sound
from tests.torture.checking import Verdict
from tests.torture.chosen import Kind, databases
from tests.torture.killing import Ordeal, Plan, allowed_repeats, torture
from tests.torture.rotating import Kept, torture_rotation

PLAN = Plan(kills=10, updates=400, people=20, seed=3)


def run(*words: str) -> Result:
    return CliRunner().invoke(CLI, words, catch_exceptions=False)


@pytest.mark.torture
@pytest.mark.parametrize("kind", [Kind.SQLITE, Kind.POSTGRESQL])
def test_ten_kills_lose_and_double_nothing(kind: Kind) -> None:
    with databases(kind) as addresses:
        [fresh] = addresses.values()
        ordeal, verdict = asyncio.run(torture(PLAN, fresh()))
    assert verdict.faults == []
    assert ordeal.kills == PLAN.kills
    assert verdict.attempted >= PLAN.updates
    assert verdict.counts["duplicate replies"] <= allowed_repeats(ordeal)


@pytest.mark.torture
def test_a_failing_telegram_loses_nothing_either() -> None:
    plan = Plan(kills=2, updates=400, people=20, seed=4, faults=True)
    ordeal, verdict = asyncio.run(torture(plan))
    assert verdict.faults == []
    assert ordeal.server.faulted


@pytest.mark.torture
def test_the_report_has_a_row_for_each_promise() -> None:
    done = run("--database", "sqlite", "--kills", "1", "--updates", "50")
    assert done.exit_code == 0, done.stdout
    for row in ("lost", "duplicate effects", "out of order", "silence"):
        assert re.search(rf"│ {row} +│ +0 │", done.stdout), row


@pytest.mark.torture
@pytest.mark.parametrize("kind", [Kind.SQLITE, Kind.POSTGRESQL])
def test_kills_in_the_middle_of_a_rotation_leave_everything_readable(
    kind: Kind,
) -> None:
    plan = Plan(kills=3, updates=100, people=10, seed=5)
    with databases(kind) as addresses:
        [fresh] = addresses.values()
        turmoil, verdict, kept = asyncio.run(torture_rotation(plan, fresh(), 200))
    assert verdict.faults == []
    assert kept.is_whole, kept
    assert turmoil.rotations
    assert turmoil.killed_rotations


def test_a_broken_promise_says_how_to_see_it_again(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    ordeal = Ordeal(PLAN, TelegramServer(), Process([], {}, tmp_path / "log"))
    verdict = Verdict()
    assert is_sound("SQLite", ordeal, verdict)
    verdict.note("lost", "an update")
    assert not is_sound("SQLite", ordeal, verdict)
    told = capsys.readouterr().out
    assert "lost: an update" in told
    assert (
        "./run torture --database sqlite --kills 10 --updates 400 --people 20 --seed 3"
    ) in told


def test_too_many_repeats_break_a_promise(tmp_path: Path) -> None:
    ordeal = Ordeal(PLAN, TelegramServer(), Process([], {}, tmp_path / "log"), kills=1)
    verdict = Verdict()
    verdict.counts["duplicate replies"] = allowed_repeats(ordeal)
    assert is_sound("SQLite", ordeal, verdict)
    verdict.counts["duplicate replies"] += 1
    assert not is_sound("SQLite", ordeal, verdict)


def test_a_rotation_that_left_anything_behind_is_found() -> None:
    whole = Kept(values=9, found_by_id=2, found_by_mobile=2, members=2)
    assert whole.is_whole
    for damage in (
        {"values": 0},
        {"unreadable": 1},
        {"found_by_id": 1},
        {"found_by_mobile": 3},
        {"behind": 1},
    ):
        assert not replace(whole, **damage).is_whole
