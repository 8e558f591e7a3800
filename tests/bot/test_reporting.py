"""Reports on the command line: in words, as a table and as CSV."""

from __future__ import annotations

import io

import pytest
from rich.console import Console
from sqlmodel import Session

from bot.config import Config
from bot.database import Database
from bot.reporting import Printed, print_csv, print_table, table_of
from bot.settings import ConfigError
from tests.databases import url_of
from tests.models.cast import apply, meet

TABLE = Printed("标题", ["工会", "人"], [["=HYPERLINK()", "3"], ["白云区总工会", "-1"]])


def _config(database: Database) -> Config:
    return Config(database={"url": url_of(database)})  # type: ignore[arg-type]


def test_it_puts_a_report_into_words(database: Database) -> None:
    with Session(database.writing) as session:
        apply(session, *meet(session))
        session.commit()
    table = table_of(_config(database), "applications", 3650, "en")
    assert table.title == "Applications by reviewing union"
    assert table.rows[0][0].startswith("Tianhe")


@pytest.mark.parametrize(("name", "language"), [("nope", "en"), ("applications", "xx")])
def test_it_says_which_reports_there_are(name: str, language: str) -> None:
    with pytest.raises(ConfigError, match="there are: applications"):
        table_of(Config(), name, 30, language)


def test_no_cell_of_a_csv_is_a_formula() -> None:
    file = io.StringIO()
    print_csv(TABLE, file)
    assert file.getvalue().splitlines()[1:] == ["'=HYPERLINK(),3", "白云区总工会,'-1"]


def test_it_prints_a_table_for_reading() -> None:
    out = Console(file=io.StringIO(), width=60)
    print_table(TABLE, out)
    assert isinstance(out.file, io.StringIO)
    assert "白云区总工会" in out.file.getvalue()
