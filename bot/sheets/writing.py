"""Writing: rows become a workbook in which every cell is text and nothing calculates.

What stands in a cell is text by its kind, and begins with a mark where a program that
reads it from elsewhere, as comma separated values say, might take it for a formula.
Nothing of it touches a disk, which would keep it; so there is a most of its rows.
"""

import io
import re
from collections.abc import Iterable, Sequence
from itertools import chain, islice

from xlsxwriter import Workbook

MIME = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
MOST = 20_000
"""How many rows one workbook has beside its heads."""

CALCULATES = re.compile(r"[=+\-@\t\r\n]")
OPTIONS = {
    "in_memory": True,
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
}
WIDTH = 22


def harmless(text: str) -> str:
    """Return a text that no spreadsheet takes for a formula."""
    return f"'{text}" if CALCULATES.match(text) else text


def workbook(columns: Sequence[str], rows: Iterable[Sequence[str]]) -> bytes:
    """Return a workbook of one sheet, with as many of the rows as one may have."""
    made = io.BytesIO()
    book = Workbook(made, OPTIONS)
    sheet = book.add_worksheet()
    as_text = book.add_format({"num_format": "@"})
    sheet.set_column(0, max(len(columns) - 1, 0), WIDTH, as_text)
    sheet.freeze_panes(1, 0)
    for number, row in enumerate(chain([columns], islice(rows, MOST))):
        for column, text in enumerate(row):
            sheet.write_string(number, column, harmless(text), as_text)
    book.close()
    return made.getvalue()
