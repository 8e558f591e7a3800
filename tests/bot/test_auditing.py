"""Auditing: the chain grows by itself, its head is noted daily, all is checked."""

from __future__ import annotations

import io
import logging
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from rich.console import Console
from sqlmodel import Session, delete

from bot import auditing
from bot.config import Config
from bot.database import Database, in_transaction
from bot.kit import Kit
from models import audit, chain
from models.chain import SLICE, AuditLink, Frontier, Noted
from tests.databases import SEEDED, Copy

NIGHT = datetime(2026, 11, 23, 17, tzinfo=UTC)
"""One in the morning of the 24th where the product is at home."""


def config_of(database: Database, folder: Path) -> Config:
    url = database.writing.url.render_as_string(hide_password=False)
    return Config(
        database={"url": url},  # type: ignore[arg-type]
        audit={"heads": str(folder / "heads.txt")},  # type: ignore[arg-type]
    )


def write(database: Database, entries: int) -> None:
    def work(session: Session) -> None:
        for n in range(entries):
            audit.record(session, NIGHT, None, "application.read", n)

    in_transaction(database, work)


@pytest.fixture
def ready(kit: Kit, tmp_path: Path) -> Kit:
    """Give a kit whose file of heads is in a folder of its own."""
    kit.config = config_of(kit.database, tmp_path)
    return kit


def checked(kit: Kit, heads: Path | None = None) -> tuple[bool, list[str]]:
    out = Console(file=io.StringIO(), soft_wrap=True)
    sound = auditing.verify(kit.config, heads, out)
    assert isinstance(out.file, io.StringIO)
    return sound, out.file.getvalue().splitlines()


def cut(database: Database, seen: int) -> None:
    """Take all links away, as who owns the database can, and seal fewer anew."""

    def work(session: Session) -> None:
        if database.is_sqlite:
            session.connection().exec_driver_sql("DROP TRIGGER audit_link_no_delete")
        else:
            session.connection().exec_driver_sql(
                "SET session_replication_role = replica"
            )
        session.exec(delete(AuditLink))
        chain.seal(session, 2**60, seen)

    in_transaction(database, work)


async def test_all_there_is_is_sealed(ready: Kit) -> None:
    write(ready.database, 2 * SLICE + 1)
    seen = await auditing.seal(ready, Frontier())
    await auditing.seal(ready, seen)
    assert checked(ready)[1][0] == f"{2 * SLICE + 1} entries are sealed, 0 not yet."


async def test_what_may_still_change_is_left_for_later(
    postgresql_copies: Copy, kit: Kit
) -> None:
    with postgresql_copies(SEEDED) as database:
        kit.database = kit.writer.database = database
        with Session(database.writing) as slow:
            audit.record(slow, NIGHT, None, "application.read", 1)
            slow.flush()
            write(database, 1)
            seen = await auditing.seal(kit, Frontier())
            assert await auditing.seal(kit, seen) is seen
            with Session(database.reading) as look:
                assert chain.head(look).n == 0
            slow.commit()
        await auditing.seal(kit, seen)
        with Session(database.reading) as look:
            assert chain.head(look).n == 2


async def test_the_head_is_noted_once_a_day_in_file_and_log(
    ready: Kit, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, "bot.auditing")
    await auditing.note_head(ready, NIGHT)
    assert not ready.config.heads.exists()
    for day in range(2):
        write(ready.database, 1)
        await auditing.seal(ready, Frontier())
        for hours in (0, 1):
            at = NIGHT + timedelta(days=day, hours=hours)
            await auditing.note_head(ready, at)
    heads, faults = auditing.read_heads(ready.config.heads)
    assert faults == []
    days = [(head.day, head.n) for head in heads]
    assert days == [(date(2026, 11, 24), 1), (date(2026, 11, 25), 2)]
    assert len(caplog.messages) == 2
    assert heads[1].hash.hex() in caplog.messages[1]


async def test_a_cut_chain_is_seen_by_the_file_and_by_its_copy(
    ready: Kit, tmp_path: Path
) -> None:
    write(ready.database, 3)
    await auditing.seal(ready, Frontier())
    sound, said = checked(ready)
    assert sound
    assert "without it no cut end is seen" in said[1]
    assert said[2] == "All is well."
    await auditing.note_head(ready, NIGHT)
    copy = ready.config.heads.rename(tmp_path / "copy.txt")
    assert checked(ready, copy) == (
        True,
        ["3 entries are sealed, 0 not yet.", "All is well."],
    )
    cut(ready.database, 2)
    sound, said = checked(ready, copy)
    assert not sound
    assert said[0].startswith("link 3, the head of 2026-11-24, is gone")
    assert said[1:] == ["2 entries are sealed, 1 not yet.", "1 things are wrong."]
    assert checked(ready)[0]


def test_a_line_that_is_no_head_is_a_fault(ready: Kit, tmp_path: Path) -> None:
    ready.config.heads.write_bytes(b"2026-11-24 1\nnonsense \xff 00\n2026-11-24 0 00\n")
    heads, faults = auditing.read_heads(ready.config.heads)
    assert heads == [Noted(date(2026, 11, 24), 0, b"\0")]
    assert [fault.rsplit(": ")[-1] for fault in faults] == [
        "line 1 is no head",
        "line 2 is no head",
    ]
    assert not checked(ready)[0]


def test_of_many_faults_the_first_are_printed(
    ready: Kit, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(auditing, "MOST_FAULTS", 1)
    ready.config.heads.write_text("one\ntwo\nthree\n")
    _, said = checked(ready)
    assert [line for line in said if "no head" in line] == [
        f"{ready.config.heads}: line 1 is no head"
    ]
    assert said[-1] == "3 things are wrong."


async def test_the_present_head_is_printed_as_the_file_has_it(ready: Kit) -> None:
    write(ready.database, 1)
    await auditing.seal(ready, Frontier())
    await auditing.note_head(ready, NIGHT)
    out = Console(file=io.StringIO(), soft_wrap=True)
    auditing.print_head(ready.config, out)
    assert isinstance(out.file, io.StringIO)
    line = f"2026-11-24 {out.file.getvalue()}"
    assert ready.config.heads.read_text() == line
