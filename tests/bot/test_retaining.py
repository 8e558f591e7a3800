"""Retaining: a sweep a night, beside all else, and what is printed about it."""

from __future__ import annotations

import io
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from rich.console import Console
from sqlmodel import Session, select

from bot import retaining
from bot.config import Config
from bot.database import Database
from bot.keys import fingerprint
from bot.kit import Kit, clock
from bot.sections import Retention
from models.arrival import Arrival
from models.audit import AuditEntry
from models.dropping import Kind
from models.fact import FINGERPRINT, remember
from models.retention import KINDS
from tests.programs import KEYRING

MORNING = datetime(2026, 11, 22, 19, 30, tzinfo=UTC)
"""Half past three in the morning of the 23rd where the product is at home."""

DAY = timedelta(days=1)


@pytest.fixture
def ready(kit: Kit) -> Kit:
    kit.config = Config()
    return kit


def arrive(database: Database, count: int, at: datetime) -> None:
    with Session(database.writing) as session:
        start = len(session.exec(select(Arrival)).all())
        for n in range(start, start + count):
            session.add(Arrival(channel="page", bot="", key=str(n), at=at))
        session.commit()


def left(database: Database) -> int:
    with Session(database.reading) as session:
        return len(session.exec(select(Arrival)).all())


def entries(database: Database) -> list[str]:
    with Session(database.reading) as session:
        return [row.detail for row in session.exec(select(AuditEntry))]


def test_every_kind_has_its_days_and_none_is_left_over() -> None:
    assert {kind.name for kind in KINDS} == set(Retention.model_fields)


async def test_what_is_past_goes_in_slices_and_is_counted(
    ready: Kit, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(retaining, "SEARCH", 250)
    arrive(ready.database, 600, MORNING - 9 * DAY)
    arrive(ready.database, 2, MORNING - 7 * DAY)
    gone = await retaining.sweep(ready, MORNING)
    assert gone["arrivals"] == 600
    assert left(ready.database) == 2
    assert entries(ready.database) == ["arrivals=600"]


async def test_a_night_is_swept_once_and_not_before_its_hour(ready: Kit) -> None:
    for at in (MORNING - timedelta(hours=1), MORNING, MORNING + timedelta(hours=1)):
        arrive(ready.database, 1, MORNING - 9 * DAY)
        await retaining.sweep_nightly(ready, at)
    assert left(ready.database) == 1
    await retaining.sweep_nightly(ready, MORNING + DAY)
    assert left(ready.database) == 0
    assert entries(ready.database) == ["arrivals=2", "arrivals=1"]


async def test_one_kind_that_fails_stops_no_other(
    ready: Kit, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*of: Any) -> Any:
        raise ValueError

    broken = Kind("messages", fail, fail)
    monkeypatch.setattr(retaining, "KINDS", (broken, *KINDS[-1:]))
    arrive(ready.database, 1, MORNING - 9 * DAY)
    assert await retaining.sweep(ready, MORNING) == {"arrivals": 1}


async def test_what_will_not_go_is_not_tried_for_ever(
    ready: Kit, monkeypatch: pytest.MonkeyPatch
) -> None:
    arrivals = KINDS[-1]
    stays = Kind("arrivals", arrivals.find, lambda *of: 0)
    monkeypatch.setattr(retaining, "KINDS", (stays,))
    arrive(ready.database, 1, MORNING - 9 * DAY)
    assert await retaining.sweep(ready, MORNING) == {"arrivals": 0}


@pytest.fixture
def printed(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> Callable[[bool], str]:
    """Give a way to run the command and read what it prints."""
    url = database.writing.url.render_as_string(hide_password=False)
    config = Config(database={"url": url})  # type: ignore[arg-type]
    monkeypatch.setattr(retaining, "load_keys", lambda config: KEYRING)
    with Session(database.writing) as session:
        remember(session, FINGERPRINT, fingerprint(KEYRING))
        session.commit()

    def printed(dry: bool) -> str:
        out = Console(file=io.StringIO(), width=100)
        retaining.run(config, dry, out)
        assert isinstance(out.file, io.StringIO)
        return out.file.getvalue()

    return printed


def test_a_dry_run_says_what_would_go_and_drops_nothing(
    database: Database, printed: Callable[[bool], str]
) -> None:
    at = clock() - 9 * DAY
    arrive(database, 3, at)
    said = printed(True)
    assert "would go" in said
    (line,) = [line for line in said.splitlines() if "arrivals" in line]
    cells = [cell.strip() for cell in line.split("│")[2:5]]
    assert cells == ["8 days", "3", f"{at:%Y-%m-%d}"]
    assert left(database) == 3


def test_a_run_says_what_went(
    database: Database, printed: Callable[[bool], str]
) -> None:
    arrive(database, 3, clock() - 9 * DAY)
    said = printed(False)
    (line,) = [line for line in said.splitlines() if "arrivals" in line]
    assert line.split("│")[3].strip() == "3"
    assert left(database) == 0
    assert entries(database) == ["arrivals=3"]
