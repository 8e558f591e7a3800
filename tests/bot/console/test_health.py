"""Health: what waits, what is wrong, and when all is well."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from bot import health
from bot.console.health import LITTLE, _size, _span
from models.columns import new_id
from models.fact import LAST_BACKUP, remember
from models.lease import LEADER, take
from models.presence import announce
from models.reminder import Reminder
from models.staff import ADMINISTRATOR

from .house import House

PATH = "/console/health"


def at_work(house: House, **ago: float) -> None:
    """Let the product be at work, with a backup made some time ago."""
    now, kit = house.world.now, house.world.kit

    def work(session: Any) -> None:
        announce(session, kit.process, kit.keys, now)
        take(session, LEADER, kit.process, now, 600)
        remember(session, LAST_BACKUP, (now - timedelta(**ago)).isoformat())

    house.world.write(work)


@pytest.fixture
def roomy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(health, "_disk_free", lambda config: 2 * LITTLE)


@pytest.mark.usefixtures("roomy")
def test_all_is_well(house: House) -> None:
    browser = house.appoint(ADMINISTRATOR)
    at_work(house, hours=3)
    words = browser.read(PATH)
    assert "一切正常" in words
    assert "(3 h)" in words
    assert "主进程 main" in words


@pytest.mark.usefixtures("roomy")
def test_today_leads_administrators_to_what_is_wrong(sqlite_house: House) -> None:
    house = sqlite_house
    browser, officer = house.appoint(ADMINISTRATOR), house.appoint("officer")
    assert f'href="{PATH}"' in browser.get("/console/today").text.partition("<main")[2]
    assert "系统有问题" not in officer.read("/console/today")
    at_work(house, hours=3)
    assert "系统有问题" not in browser.read("/console/today")


def test_what_is_wrong_is_said(
    sqlite_house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    house = sqlite_house
    monkeypatch.setattr(health, "_disk_free", lambda config: LITTLE - 1)
    browser = house.appoint(ADMINISTRATOR)
    words = browser.read(PATH)
    assert "请查看" in words
    for wrong in ("还没有做过备份", "没有主进程", "不到 1 GB"):
        assert wrong in words
    at_work(house, days=3)
    assert "已经超过两天" in browser.read(PATH)


@pytest.mark.usefixtures("roomy")
def test_a_queue_that_does_not_move_is_late(sqlite_house: House) -> None:
    house = sqlite_house
    browser = house.appoint(ADMINISTRATOR)
    at_work(house, hours=1)
    due = house.world.now - timedelta(minutes=10)
    row = Reminder(id=new_id(), kind="x", subject="1", due=due)
    house.world.write(lambda s: s.add(row))
    words = browser.read(PATH)
    assert "已经排了五分钟以上" in words
    assert "最早的等了 10 min" in words


def test_the_folder_need_not_be_there_yet(tmp_path: Path) -> None:
    class Away:
        data = tmp_path / "not" / "yet"

    assert health._disk_free(Away()) > 0  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("size", "text"),
    [(5, "5 B"), (2048, "2 KB"), (3 << 20, "3 MB"), (5 << 30, "5.0 GB")],
)
def test_a_size_is_written_short(size: int, text: str) -> None:
    assert _size(size) == text


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(0, "0 s"), (59, "59 s"), (60, "1 min"), (7200, "2 h"), (200_000, "2 d")],
)
def test_a_span_is_written_short(seconds: int, text: str) -> None:
    assert _span(seconds) == text
