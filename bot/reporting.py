"""Reporting: a report's table in the reader's language, as a table or as CSV."""

import csv
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from typing import TextIO

from rich.columns import Columns
from rich.console import Console
from rich.padding import Padding
from rich.table import Table as Grid
from rich.text import Text
from sqlmodel import Session

from bot.beside import database_of
from bot.config import Config
from bot.kit import clock
from bot.settings import ConfigError
from bot.words import LANGUAGES, Reader, text_of
from handlers import LISTS, REPORTS
from handlers.reports import Period
from models.place import read_atlas

FORMULA = ("=", "+", "-", "@", "\t", "\r")
"""A cell that begins like this is a formula to a spreadsheet; a quote stops that."""


WIDEST = 1000
"""How wide a table may be while it is measured."""


@dataclass(frozen=True)
class Printed:
    """A report put into words."""

    title: str
    columns: list[str]
    rows: list[list[str]]
    adds_up: bool = True


def table_of(
    config: Config, name: str, days: int, language: str, code: str = ""
) -> Printed:
    """Make a report about the last days, or about the thing with this code."""
    _require("report", name, {**REPORTS, **LISTS})
    _require("language", language, LANGUAGES)
    now = clock()
    period = Period(now - timedelta(days=days), now, config.product.zone)
    with database_of(config) as database, Session(database.reading) as session:
        atlas = read_atlas(session)
        if name in LISTS:
            made = LISTS[name](session, atlas, code, language)
        else:
            made = REPORTS[name](session, atlas, period, language)
    if made is None:
        raise ConfigError([f"report: there is no {name} {code} to print, or not yet"])
    reader = Reader(language, config.product.zone)
    return Printed(
        text_of(made.title, reader),
        [text_of(column, reader) for column in made.columns],
        [[_cell(cell, reader) for cell in row] for row in made.rows],
        made.adds_up,
    )


def _require(what: str, given: str, known: Iterable[str]) -> None:
    if given not in known:
        there = ", ".join(known)
        raise ConfigError([f"report: there is no {what} {given}; there are: {there}"])


def _cell(cell: object, reader: Reader) -> str:
    return str(cell) if isinstance(cell, int) else text_of(cell, reader)  # type: ignore[arg-type]


def print_table(table: Printed, out: Console) -> None:
    """Print a report for reading: as a table, or row below row where it is too wide."""
    grid = Grid(*table.columns, title=table.title)
    for row in table.rows:
        grid.add_row(*row)
    wide = out.measure(grid, options=out.options.update(width=WIDEST)).maximum
    if table.rows and wide <= out.width:
        out.print(grid, soft_wrap=False)
    else:
        _print_stacked(table, out)


def _print_stacked(table: Printed, out: Console) -> None:
    _, *names = table.columns
    out.print(table.title, markup=False)
    if not table.rows:
        out.print("Nothing to count.")
    for head, *cells in table.rows:
        out.print()
        out.print(head, markup=False)
        named = [
            Text(f"{name} {cell}") for name, cell in zip(names, cells, strict=True)
        ]
        out.print(Padding(Columns(named, padding=(0, 3)), (0, 2)), soft_wrap=False)


def print_csv(table: Printed, file: TextIO) -> None:
    """Print a report for a spreadsheet."""
    lines = csv.writer(file)
    for row in (table.columns, *table.rows):
        lines.writerow([f"'{c}" if c.startswith(FORMULA) else c for c in row])
