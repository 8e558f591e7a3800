"""Reporting: a report's table in the reader's language, as a table or as CSV."""

import csv
from dataclasses import dataclass
from datetime import timedelta
from typing import TextIO

from rich.console import Console
from rich.table import Table as Grid
from sqlmodel import Session

from bot.config import Config
from bot.database import open_database
from bot.kit import clock
from bot.schema import require_current
from bot.settings import ConfigError
from bot.words import LANGUAGES, Reader, text_of
from handlers import REPORTS
from handlers.reports import Period
from models.place import read_atlas

FORMULA = ("=", "+", "-", "@", "\t", "\r")
"""A cell that begins like this is a formula to a spreadsheet; a quote stops that."""


@dataclass(frozen=True)
class Printed:
    """A report put into words."""

    title: str
    columns: list[str]
    rows: list[list[str]]


def table_of(config: Config, name: str, days: int, language: str) -> Printed:
    """Make a report about the last days."""
    if name not in REPORTS or language not in LANGUAGES:
        known = f"{', '.join(REPORTS)}; in {' or '.join(LANGUAGES)}"
        raise ConfigError([f"report: there is no such report; there are: {known}"])
    database = open_database(config.database_url)
    require_current(database)
    now = clock()
    period = Period(now - timedelta(days=days), now)
    with Session(database.reading) as session:
        made = REPORTS[name](session, read_atlas(session), period, language)
    database.close()
    reader = Reader(language, config.product.zone)
    return Printed(
        text_of(made.title, reader),
        [text_of(column, reader) for column in made.columns],
        [[_cell(cell, reader) for cell in row] for row in made.rows],
    )


def _cell(cell: object, reader: Reader) -> str:
    return str(cell) if isinstance(cell, int) else text_of(cell, reader)  # type: ignore[arg-type]


def print_table(table: Printed, out: Console) -> None:
    """Print a report for reading."""
    grid = Grid(*table.columns, title=table.title)
    for row in table.rows:
        grid.add_row(*row)
    out.print(grid)


def print_csv(table: Printed, file: TextIO) -> None:
    """Print a report for a spreadsheet."""
    lines = csv.writer(file)
    for row in (table.columns, *table.rows):
        lines.writerow([f"'{c}" if c.startswith(FORMULA) else c for c in row])
