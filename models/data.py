"""The CSV files of `models/data/`, and what can be wrong in a tree of such rows.

A row names its code, its parent's code and its kind. Divisions and unions are both such
trees; they differ in which kind may stand below which.
"""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from math import isfinite
from pathlib import Path

Row = Mapping[str, str]
# For each kind, the kinds it may stand below; "" is the top of the tree.
Kinds = Mapping[str, frozenset[str]]

DIVISION_KINDS: Kinds = {
    "province": frozenset({""}),
    "city": frozenset({"", "province"}),
    "district": frozenset({"city", "province"}),
    # A few cities, Dongguan and Zhongshan among them, have no districts.
    "street": frozenset({"district", "city"}),
}
UNION_KINDS: Kinds = {
    "federation": frozenset({"", "federation"}),
    "district": frozenset({"", "federation"}),
    "street": frozenset({"district", "federation"}),
    "industry": frozenset({"federation", "district", "street"}),
    "enterprise": frozenset({"federation", "district", "street", "industry"}),
}


def rows(name: str) -> list[dict[str, str]]:
    """Read one of the files: divisions, unions, groups, enterprises, sources, sites."""
    path = Path(__file__).parent / "data" / f"{name}.csv"
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, strict=True))


def check_tree(rows: Sequence[Row], kinds: Kinds = DIVISION_KINDS) -> list[str]:
    """Give one readable line for each fault; an empty list is a sound tree.

    Rows are numbered as a spreadsheet does: the header is row 1.
    """
    counts = Counter(_cell(row, "code") for row in rows)
    tree = {code: row for row in rows if (code := _cell(row, "code"))}
    faults = []
    for number, row in enumerate(rows, start=2):
        said = f'Row {number} ("{_cell(row, "code")}")'
        faults += [f"{said} {fault}" for fault in _row_faults(row, counts)]
        faults += [f"{said} {fault}" for fault in _place_faults(row, tree, kinds)]
    return faults + [f"Loop: {' → '.join(loop)}" for loop in _loops(tree)]


def _cell(row: Row, column: str) -> str:
    """Give a cell without blanks around it; a short line lacks its last cells."""
    return (row.get(column) or "").strip()


def _row_faults(row: Row, counts: Mapping[str, int]) -> Iterator[str]:
    """Name what is wrong with a row by itself."""
    code = _cell(row, "code")
    if not code:
        yield "has no code."
    elif counts[code] > 1:
        yield f"has a code that {counts[code]} rows have."
    if not _cell(row, "name"):
        yield "has no name."
    lat, lon = _cell(row, "lat"), _cell(row, "lon")
    if (lat or lon) and not (is_degrees(lat, 90) and is_degrees(lon, 180)):
        yield f'has bad coordinates: lat "{lat}", lon "{lon}".'


def is_degrees(text: str, limit: float) -> bool:
    """Tell whether a text is a number of degrees."""
    try:
        degrees = float(text)
    except ValueError:
        return False
    return isfinite(degrees) and abs(degrees) <= limit


def _place_faults(row: Row, tree: Mapping[str, Row], kinds: Kinds) -> Iterator[str]:
    """Name what is wrong with where a row stands."""
    kind, parent = _cell(row, "kind"), _cell(row, "parent")
    if kind not in kinds:
        yield f'is of unknown kind "{kind}"; kinds are {", ".join(kinds)}.'
    elif parent and parent not in tree:
        yield f'has parent "{parent}", which is no row.'
    elif not parent and "" not in kinds[kind]:
        yield f"is a {kind} and needs a parent."
    elif parent and (above := _cell(tree[parent], "kind")) not in kinds[kind]:
        yield f'is a {kind} below "{parent}", a {above or "row of no kind"}.'


def _loops(tree: Mapping[str, Row]) -> Iterator[list[str]]:
    """Give each ring of rows that are their own ancestors, once."""
    settled: set[str] = set()
    for code in tree:
        path: list[str] = []
        while code in tree and code not in settled:
            settled.add(code)
            path.append(code)
            code = _cell(tree[code], "parent")
        if code in path:
            yield [*path[path.index(code) :], code]
