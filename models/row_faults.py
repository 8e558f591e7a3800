"""What can be wrong with a row of a CSV file, said as its author can use it."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date

from models.data import Row


def lines(given: Sequence[Row], faults_of: Callable[[Row], Iterable[str]]) -> list[str]:
    """Give a line for each fault, its row numbered as a spreadsheet does."""
    return [
        f'Row {number} ("{row.get("code") or row.get("name") or ""}") {fault}'
        for number, row in enumerate(given, start=2)
        for fault in faults_of(row)
    ]


def missing(row: Row, *columns: str) -> Iterator[str]:
    """Name the columns a row leaves empty but must not."""
    return (f"has no {column}." for column in columns if not row.get(column))


def is_date(text: str) -> bool:
    """Tell whether a cell is a day, year first."""
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True


def unknown(row: Row, column: str, known: set[str]) -> Iterator[str]:
    """Name a column in which a row refers to what is not there."""
    if row.get(column, "") not in known:
        yield f'has unknown {column} "{row[column]}".'
