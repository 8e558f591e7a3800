"""Reports on the command line: in words, as a table and as CSV."""

from __future__ import annotations

import hashlib
import io

import pytest
from rich.cells import cell_len
from rich.console import Console
from sqlmodel import Session

from bot.config import Config
from bot.database import Database
from bot.reporting import Printed, print_csv, print_table, table_of
from bot.settings import ConfigError
from bot.words import Reader, text_of
from handlers.question import label
from models.application import Standing
from tests.databases import url_of
from tests.models.awarding import an_award, close_vote, member, runs, votes
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


def test_anybody_can_hash_an_award_s_ballots_again(database: Database) -> None:
    with Session(database.writing) as session:
        award = an_award(session, code="gold")
        row = runs(session, award, member(session, 1))
        for number in (2, 3):
            votes(session, award, member(session, number), row)
        session.commit()
        with pytest.raises(ConfigError):
            table_of(_config(database), "award", 30, "en", "gold")
        close_vote(session, award)
        session.commit()
        digest = award.digest
    file = io.StringIO()
    print_csv(table_of(_config(database), "award", 30, "en", "gold"), file)
    _, _, lines = file.getvalue().replace("\r", "").partition("\n")
    assert hashlib.sha256(lines.encode()).hexdigest() == digest


@pytest.mark.parametrize(
    ("name", "language", "said"),
    [
        (
            "nope",
            "en",
            "report: there is no report nope; there are: applications, members, "
            "messages, "
            "notices, reminders, benefits, suggestions, cases, award",
        ),
        ("applications", "fr", "report: there is no language fr; there are: zh-CN, en"),
    ],
)
def test_it_says_what_there_is(name: str, language: str, said: str) -> None:
    with pytest.raises(ConfigError) as refused:
        table_of(Config(), name, 30, language)
    assert str(refused.value) == said


def test_no_cell_of_a_csv_is_a_formula() -> None:
    file = io.StringIO()
    print_csv(TABLE, file)
    assert file.getvalue().splitlines()[1:] == ["'=HYPERLINK(),3", "白云区总工会,'-1"]


def printed(table: Printed, width: int) -> str:
    """Print a table on a screen of a width, as the command line does."""
    out = Console(file=io.StringIO(), width=width, highlight=False, soft_wrap=True)
    print_table(table, out)
    assert isinstance(out.file, io.StringIO)
    return out.file.getvalue()


def test_it_prints_a_table_for_reading() -> None:
    assert "│ 白云区总工会 │ -1 │" in printed(TABLE, 60)


@pytest.mark.parametrize("language", ["zh-CN", "en"])
def test_a_wide_table_is_whole_on_a_narrow_screen(language: str) -> None:
    reader = Reader(language)
    names = [text_of(label(standing), reader) for standing in Standing]
    union = "广州市白云区人和镇物流行业工会联合会"
    row = [union, *map(str, range(len(names)))]
    text = printed(Printed("标题", ["工会", *names], [row, row]), 80)
    for number, name in enumerate(names):
        assert text.count(f"{name} {number}") == 2
    assert text.count(union) == 2
    assert "…" not in text
    assert max(map(cell_len, text.splitlines())) <= 80


def test_a_report_without_rows_says_so() -> None:
    assert printed(Printed("标题", ["工会"], []), 80) == "标题\nNothing to count.\n"
