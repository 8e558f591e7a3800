"""Each benchmark runs, finishes what it began, and prints what it measured."""

from __future__ import annotations

import re

import pytest
from typer.testing import CliRunner

from tests.bench.__main__ import CLI

pytestmark = pytest.mark.torture


def run(*words: str) -> str:
    done = CliRunner().invoke(
        CLI, [*words, "--database", "sqlite"], catch_exceptions=False
    )
    assert done.exit_code == 0
    return done.stdout


def test_people_join_through_ours_and_the_stock_bot() -> None:
    printed = run("join", "--people", "4", "--joins", "8", "--rounds", "1")
    assert re.search(r"updates/s +│ +[1-9]\d* │ +[1-9]\d* │", printed)
    assert re.search(r"not finished +│ +0 │ +0 │", printed)
    assert "3 × the stock bot" in printed


def test_people_join_through_the_page() -> None:
    printed = run("page", "--people", "4", "--joins", "8", "--looks", "0")
    assert re.search(r"joined +│ +8 │", printed)


@pytest.mark.browser
def test_the_first_look_is_measured() -> None:
    printed = run("page", "--people", "1", "--joins", "1", "--looks", "1")
    assert re.search(r"first load 150 kB +│ [1-9]\d* kB", printed)


def test_two_answers_at_once_reach_their_questions() -> None:
    printed = run("quick", "--people", "5", "--times", "2")
    assert re.search(r"0 of 10 +│ yes", printed)


def test_a_backup_and_a_restore_are_measured() -> None:
    printed = run("backup", "--rows", "2000")
    assert re.search(r"restore, rows/s +│ +[1-9]\d* │", printed)


def test_replies_beside_uploads_are_measured() -> None:
    printed = run("upload", "--times", "1")
    assert re.search(r"replies beside +│ +[1-9]\d* │", printed)


def test_a_notice_is_sent_on_a_faster_clock_and_restarted() -> None:
    words = ("--people", "2000", "--only", "all-at-30", "--no-rival")
    printed = run("broadcast", *words)
    assert re.search(r"sent +│ +1880 │", printed)
    assert re.search(r"restarts +│ +1 │", printed)
    assert re.search(r"none inside a wait +│ 0 +│ yes", printed)
    assert re.search(r"adds up, nobody twice +│ yes +│ yes", printed)
