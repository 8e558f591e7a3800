"""Writing: rows become a workbook in which every cell is text and nothing calculates.

Rows are written as they come and none is kept in memory.  What stands in a cell is text
by its kind, and begins with a mark where a program that reads it from elsewhere, as
comma separated values say, might take it for a formula.
"""

import io
import re
import tempfile
from collections.abc import Iterable, Sequence
from itertools import chain
from pathlib import Path

from xlsxwriter import Workbook

MIME = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
MOST = 100_000
"""How many rows one workbook has."""

CALCULATES = re.compile(r"[=+\-@\t\r\n]")
OPTIONS = {
    "constant_memory": True,
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
}
WIDTH = 22


def harmless(text: str) -> str:
    """Return a text that no spreadsheet takes for a formula."""
    return f"'{text}" if CALCULATES.match(text) else text


def workbook(
    columns: Sequence[str], rows: Iterable[Sequence[str]], folder: Path | None = None
) -> bytes:
    """Return a workbook of one sheet; what it is made of lies in `folder` meanwhile."""
    made = io.BytesIO()
    with tempfile.TemporaryDirectory(dir=folder) as lies:
        book = Workbook(made, {**OPTIONS, "tmpdir": lies})
        sheet = book.add_worksheet()
        as_text = book.add_format({"num_format": "@"})
        sheet.set_column(0, max(len(columns) - 1, 0), WIDTH, as_text)
        sheet.freeze_panes(1, 0)
        for number, row in enumerate(chain([columns], rows)):
            for column, text in enumerate(row):
                sheet.write_string(number, column, harmless(text), as_text)
        book.close()
    return made.getvalue()
