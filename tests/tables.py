"""Tables of what was measured: a column each for what is compared."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from rich.console import Console
from rich.table import Table

out = Console(highlight=False, soft_wrap=True)

Columns = Mapping[str, Mapping[str, object]]


@dataclass(frozen=True)
class Goal:
    """Something to reach, what was measured, and whether that is it."""

    name: str
    measured: str
    met: bool


def print_columns(title: str, columns: Columns) -> None:
    """Print what was measured, a row each; what a column lacks is a dash."""
    table = Table(title=title, title_justify="left")
    table.add_column("")
    for name in columns:
        table.add_column(name, justify="right")
    rows = dict.fromkeys(row for column in columns.values() for row in column)
    for row in rows:
        table.add_row(row, *(str(column.get(row, "–")) for column in columns.values()))
    out.print(table)


def print_goals(goals: list[Goal]) -> None:
    """Print each goal and whether it was met."""
    table = Table(title="Goals", title_justify="left")
    for heading in ("goal", "measured", "met"):
        table.add_column(heading)
    for goal in goals:
        table.add_row(goal.name, goal.measured, "yes" if goal.met else "NO")
    out.print(table)
