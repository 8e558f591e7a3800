"""Nobody can read what people told us, and nothing is left of who was erased."""

from __future__ import annotations

import asyncio
import base64
from pathlib import Path

import pytest

from bot.database import Database, in_transaction
from tests.databases import seed
from tests.torture.canaries import BEGINNINGS, FATES, Canary, Flock, live
from tests.torture.chosen import Kind, databases
from tests.torture.leaking import serve
from tests.torture.searching import holds, open_all, readable, ways

PEOPLE = 20


@pytest.mark.torture
@pytest.mark.parametrize("kind", [Kind.SQLITE, Kind.POSTGRESQL])
def test_canaries_are_read_nowhere_and_gone_when_erased(
    kind: Kind, tmp_path: Path
) -> None:
    with databases(kind) as addresses:
        [fresh] = addresses.values()
        address = fresh() or f"sqlite:///{tmp_path / 'zhigong.db'}"
        seed(address)
        found = live(PEOPLE, address, tmp_path)
        assert found.faults == []
        assert found.counts["sealed values"]
        served = asyncio.run(serve(2, fresh()))
    assert served.faults == []


@pytest.mark.parametrize("way", ways("金丝雀"))
def test_a_canary_in_a_file_is_found_however_it_is_written(
    way: str, tmp_path: Path
) -> None:
    words = Canary(7).facts["own words"]
    if way.startswith("base64"):
        around = "a" * int(way[-1]) + words + "…"
        written = base64.b64encode(around.encode())
    else:
        written = b"\0\1" + ways(words)[way] + b"\2"
    (tmp_path / "leak.bin").write_bytes(written)
    assert ("own words", way) in readable([tmp_path], BEGINNINGS)


@pytest.mark.parametrize("fate", range(len(FATES)))
def test_every_canary_begins_as_it_is_looked_for(fate: int) -> None:
    for kind, fact in Canary(900 + fate).facts.items():
        assert fact.startswith(BEGINNINGS[kind])


def test_bytes_are_found_in_files(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"xxkeyxx")
    assert holds([tmp_path], [b"key", b"other"]) == 1


def test_what_does_not_open_is_counted(sqlite: Database) -> None:
    flock = Flock(sqlite)
    flock.page.say("你好", "somebody")
    keys = flock.kit.keys
    whole, closed = in_transaction(sqlite, lambda s: open_all(s, keys))
    assert (len(whole), closed) == (3, 0)
    with sqlite.writing.begin() as connection:
        connection.exec_driver_sql(
            "UPDATE message SET body = CAST(x'01' || body AS BLOB)"
        )
    whole, closed = in_transaction(sqlite, lambda s: open_all(s, keys))
    assert (len(whole), closed) == (1, 2)
