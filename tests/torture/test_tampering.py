"""Whatever is done to the audit entries or to their chain is found."""

from __future__ import annotations

import re
from datetime import timedelta
from random import Random

import pytest
from sqlmodel import Session
from typer.testing import CliRunner

from bot.database import Database
from models import chain
from tests.torture import tampering
from tests.torture.__main__ import CLI
from tests.torture.chosen import Kind, databases
from tests.torture.tampering import TAMPERS, Record, forge, tamper


@pytest.mark.torture
@pytest.mark.parametrize("kind", [Kind.SQLITE, Kind.POSTGRESQL])
def test_every_tamper_is_found(kind: Kind) -> None:
    with databases(kind) as addresses:
        [fresh] = addresses.values()
        found = tamper(fresh(), 100, seed=7)
    assert found.missed == []
    assert set(found.made) == set(TAMPERS)
    assert found.found == found.made


@pytest.mark.parametrize("name", TAMPERS)
def test_a_tamper_always_changes_something(name: str) -> None:
    random = Random(1)
    entries = {
        3 * n: (tampering.BEGAN + n * timedelta(days=1), None, "read", n, "")
        for n in range(1, 9)
    }
    true = Record(entries, {n: (3 * n, bytes([n] * 32)) for n in range(1, 9)})
    for _ in range(200):
        spoilt = true.copy()
        TAMPERS[name](random, spoilt)
        assert spoilt != true


def test_what_goes_unseen_is_reported(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(chain, "verify", lambda *of: iter(()))
    words = ("--tampers", "3", "--database", "sqlite")
    done = CliRunner().invoke(CLI, words, catch_exceptions=False)
    assert done.exit_code == 1
    assert re.search(r"│ all +│ +0 of 3 │", done.stdout)
    assert "tamper 2: " in done.stdout


def test_the_forger_makes_the_chain_as_the_sealer_does(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tampering, "flip_entry", lambda random, record: None)
    url = database.writing.url.render_as_string(hide_password=False)
    with tampering.recorded(url, Random(2)) as made, Session(made.writing) as session:
        true = tampering.read(session)
        forged = true.copy()
        forge(Random(3), forged)
    assert forged == true
