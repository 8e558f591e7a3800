"""Erased through the real program: gone for good, though it is killed at once."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from sqlmodel import Session, select

from bot.database import Database, in_transaction
from bot.erased import read_list
from bot.kit import clock
from models.columns import short
from models.erasure import Erasure
from models.worker import Worker, new_worker
from tests.databases import SEEDED, Copy, url_of
from tests.programs import KEYRING, Program
from tests.torture.searching import holds

OWN_PAGE = {"X-Requested-With": "zhigong"}


@pytest.fixture
def database(copies: Copy) -> Iterator[Database]:
    with copies(SEEDED) as made:
        yield made


@pytest.fixture
def program(database: Database, tmp_path: Path) -> Iterator[Program]:
    made = Program(tmp_path, url_of(database))
    yield made
    made.kill()


def say(browser: httpx.Client, text: str) -> None:
    sent = {"id": secrets.token_hex(8), "kind": "text", "text": text}
    browser.post("/chat/send", json=sent).raise_for_status()


def workers(database: Database) -> list[Worker]:
    return in_transaction(database, lambda s: list(s.exec(select(Worker))))


def start(program: Program) -> None:
    program.start()
    program.wait_until_healthy()


def test_a_kill_right_after_an_erasure_undoes_nothing(
    program: Program, database: Database
) -> None:
    start(program)
    with httpx.Client(base_url=program.url, headers=OWN_PAGE, timeout=30) as browser:
        browser.get("/")
        say(browser, "你好")
        (before,) = workers(database)
        say(browser, "删除我的资料")
        say(browser, "删除")
        program.kill()
        start(program)
        (shown,) = browser.get("/chat/messages").json()["messages"]
        assert shown["title"] == "资料已全部删除"
    program.stop()
    assert set(read_list(program.folder / "erased.txt")) == {before.id}
    with Session(database.reading) as session:
        assert session.exec(select(Erasure)).one().worker_id is None
    if database.is_sqlite:
        database.close()
        file = Path(str(database.writing.url.database))
        assert holds([file.parent], [before.key]) == 0


def test_who_is_brought_back_by_hand_is_forgotten_at_the_start(
    program: Program, database: Database
) -> None:
    back = new_worker(KEYRING, "zh-CN", clock())
    (program.folder / "erased.txt").write_text(f"{short(back.id)}\n")
    in_transaction(database, lambda s: s.add(back))
    start(program)
    assert workers(database) == []
