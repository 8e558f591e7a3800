"""Read one file from standard input and print its rows as JSON, or why it is refused.

This is a program of its own.  It sets limits to itself before it looks at a file: what
is made to burst it takes nothing else along.  It knows nothing of the product.
"""

import csv
import io
import json
import re
import resource
import sys
import zipfile
from collections.abc import Iterable, Iterator
from datetime import date
from typing import Any

MEMORY = 512 << 20
SECONDS = 10
UNPACKED = 100 << 20
"""How much a workbook may hold once it is unpacked; counted, not believed."""

PARTS = 500
ROWS = 50_000
COLUMNS = 40
LONGEST = 500
"""How many characters one cell may have."""

PIECE = 1 << 16
OVERLAP = 64
EXACT = 10**15
"""A number as large as this has lost digits in a spreadsheet."""

BEGINS = re.compile(rb"PK\x03\x04")
FORMULA = re.compile(rb"<(?:\w+:)?f[\s/>]")
ENTITY = re.compile(rb"<!(?:DOCTYPE|ENTITY)")


class Refused(Exception):
    """The file is not read; the word says why."""


def limit() -> None:
    """Take this program's own right to much memory and time, and to write files."""
    for what, most in (
        (resource.RLIMIT_AS, MEMORY),
        (resource.RLIMIT_CPU, SECONDS),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_CORE, 0),
    ):
        resource.setrlimit(what, (most, most))


def rows_of(data: bytes) -> list[list[str]]:
    """Return the rows of a workbook or of comma separated values."""
    given = workbook(data) if BEGINS.match(data) else separated(data)
    found = [row for row in counted(given) if any(row)]
    if not found:
        raise Refused("empty")
    return found


def counted(rows: Iterable[list[str]]) -> Iterator[list[str]]:
    """Pass rows on, up to the most there may be."""
    for number, row in enumerate(rows):
        while row and not row[-1]:
            row.pop()
        if number > ROWS:
            raise Refused("rows")
        if len(row) > COLUMNS:
            raise Refused("columns")
        yield [cell[:LONGEST] for cell in row]


def separated(data: bytes) -> Iterator[list[str]]:
    """Yield the rows of comma separated values, in UTF-8 or GB 18030."""
    text = decoded(data)
    first = text.partition("\n")[0]
    sign = max(",\t;", key=first.count)
    csv.field_size_limit(PIECE)
    for row in csv.reader(io.StringIO(text, newline=""), delimiter=sign):
        yield [cell.strip() for cell in row]


def decoded(data: bytes) -> str:
    """Return a text, which has no byte that no text has."""
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\0" not in text:
            return text
    raise Refused("kind")


def workbook(data: bytes) -> Iterator[list[str]]:
    """Yield the rows of a workbook's first sheet."""
    look_through(data)
    from python_calamine import CalamineWorkbook

    book = CalamineWorkbook.from_filelike(io.BytesIO(data))
    sheet = book.get_sheet_by_index(0)
    if sheet.width > COLUMNS:
        raise Refused("columns")
    if sheet.height > ROWS + 1:
        raise Refused("rows")
    for row in sheet.iter_rows():
        yield [written(cell) for cell in row]


def look_through(data: bytes) -> None:
    """Refuse a workbook that is no workbook, bursts, refers outside or calculates."""
    with zipfile.ZipFile(io.BytesIO(data)) as packed:
        names = packed.namelist()
        if "xl/workbook.xml" not in names or len(names) > PARTS:
            raise Refused("kind")
        left = UNPACKED
        for name in names:
            left = look_at(packed, name, left)


def look_at(packed: zipfile.ZipFile, name: str, left: int) -> int:
    """Look through one part of a workbook; return how much the others may hold."""
    before = b""
    is_sheet = name.startswith("xl/worksheets/")
    with packed.open(name) as part:
        while piece := part.read(PIECE):
            left -= len(piece)
            if left < 0:
                raise Refused("bursts")
            text = before + piece
            if ENTITY.search(text):
                raise Refused("refers")
            if is_sheet and FORMULA.search(text):
                raise Refused("formula")
            before = piece[-OVERLAP:]
    return left


def written(cell: Any) -> str:
    """Return what stands in a cell; a number that lost digits shows that it did."""
    if isinstance(cell, float):
        whole = cell.is_integer() and abs(cell) < EXACT
        return str(int(cell)) if whole else repr(cell)
    if isinstance(cell, date):
        return str(cell)[:10]
    return str(cell).strip()


def main() -> None:
    """Read, and answer."""
    limit()
    try:
        answer: dict[str, Any] = {"rows": rows_of(sys.stdin.buffer.read())}
    except Refused as refused:
        answer = {"refused": refused.args[0]}
    except (Exception, MemoryError):
        answer = {"refused": "unreadable"}
    sys.stdout.write(json.dumps(answer))


if __name__ == "__main__":
    main()
