"""Torture: `./run torture` kills the program while people join, and counts the damage.

The exit status is 1 when a promise was broken; the seed in the report replays it.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from enum import StrEnum
from typing import Annotated

import typer
import uvloop
from rich.console import Console
from rich.table import Table
from sqlalchemy import URL

from tests.programs import new_database, postgresql_server
from tests.torture import interrupting
from tests.torture.checking import Verdict
from tests.torture.interrupting import Noticed, Trial
from tests.torture.killing import Ordeal, Plan, allowed_repeats, torture

out = Console(highlight=False)

PUBLISHED = (
    "The stock bot, measured apart (python-telegram-bot 22.8, default settings, 20 ms "
    "a handler): 324 to 384 of 500 updates lost over ten kills. "
    "--peers measures it here and now."
)
PROMISES = ("lost", "duplicate effects", "out of order", "silence", "poison")
OTHERS = ("refused", "tracebacks", "stopped badly")
FACTS = ("duplicate replies", "recovered", "uncertain")
MOST_FAULTS = 20


class Kind(StrEnum):
    """Where the product keeps its data."""

    SQLITE = "sqlite"
    POSTGRESQL = "postgresql"
    BOTH = "both"


def main(
    database: Annotated[Kind, typer.Option()] = Kind.BOTH,
    kills: Annotated[int, typer.Option(help="on each database")] = 200,
    updates: Annotated[int, typer.Option(help="on each database")] = 10_000,
    people: Annotated[int, typer.Option(help="who join at once")] = 50,
    seed: int = 1,
    faults: Annotated[bool, typer.Option(help="the server fails, too")] = False,
    peers: Annotated[bool, typer.Option(help="the stock bot beside it")] = False,
    r1: Annotated[bool, typer.Option(help="five kills, impatient people")] = False,
) -> None:
    """Kill the program, flood it, and count what was lost."""
    with databases(database) as urls:
        if r1:
            sound = _interrupt(urls)
        else:
            plan = Plan(kills, updates, people, seed, faults=faults)
            sound = _torture(plan, urls, peers)
    raise typer.Exit(0 if sound else 1)


@contextmanager
def databases(kind: Kind) -> Iterator[dict[str, URL | None]]:
    """Give the databases to run on: SQLite's is the program's own affair."""
    asked = [Kind.SQLITE, Kind.POSTGRESQL] if kind is Kind.BOTH else [kind]
    server = postgresql_server() if Kind.POSTGRESQL in asked else nullcontext()
    with server as url:
        yield {k.value: url if k is Kind.POSTGRESQL else None for k in asked}


def address_of(url: URL | None, name: str) -> str:
    """Give a fresh database's address, "" for the program's own SQLite file."""
    return new_database(url, name) if url is not None else ""


def _torture(plan: Plan, urls: dict[str, URL | None], peers: bool) -> bool:
    columns: dict[str, dict[str, object]] = {}
    sound = True
    for name, url in urls.items():
        ordeal, verdict = uvloop.run(torture(plan, address_of(url, "torture")))
        columns[name] = _column(ordeal, verdict)
        sound = _is_sound(name, plan, ordeal, verdict) and sound
    if peers:
        columns["stock bot"] = _rival_column(plan)
    _print_table(f"Killed {plan.kills} times, seed {plan.seed}", columns)
    if not peers:
        out.print(PUBLISHED)
    return sound


def _column(ordeal: Ordeal, verdict: Verdict) -> dict[str, object]:
    a_kill = verdict.counts["duplicate replies"] / max(1, ordeal.kills)
    return {
        "kills": ordeal.kills,
        "joins": verdict.joins,
        "attempted (updates)": verdict.attempted,
        **{name: verdict.counts[name] for name in (*PROMISES, *FACTS, *OTHERS)},
        "duplicate replies allowed": allowed_repeats(ordeal),
        "duplicate replies a kill": f"{a_kill:.1f}",
    }


def _rival_column(plan: Plan) -> dict[str, object]:
    kills, joins = max(1, plan.kills // 10), max(2, plan.updates // 170)
    trial = Trial(plan.people, joins, kills, plan.think)
    noticed = uvloop.run(interrupting.theirs(trial))
    return {
        "kills": noticed.kills,
        "joins": noticed.joins,
        "attempted (updates)": noticed.updates,
        "lost": noticed.unanswered,
        "silence": noticed.hurt,
        "duplicate replies": noticed.repeated,
        "made to start over": noticed.started_over + noticed.given_up,
    }


def _is_sound(name: str, plan: Plan, ordeal: Ordeal, verdict: Verdict) -> bool:
    """Say what was broken and how to see it again."""
    repeated, allowed = verdict.counts["duplicate replies"], allowed_repeats(ordeal)
    if repeated > allowed:
        verdict.note("duplicate replies", f"more than {allowed}")
    if not verdict.faults:
        return True
    for fault in verdict.faults[:MOST_FAULTS]:
        out.print(f"  {fault}", markup=False)
    out.print(
        f"Again: ./run torture --database {name} --kills {plan.kills} "
        f"--updates {plan.updates} --people {plan.people} --seed {plan.seed}"
        + " --faults"
        * plan.faults
    )
    return False


def _interrupt(urls: dict[str, URL | None]) -> bool:
    """Try calm and hurried crowds on ours and the stock bot."""
    sound = True
    for mood, trial in (("calm", Trial()), ("saturated", Trial(100, 400, think=0.0))):
        columns = {}
        for name, url in urls.items():
            noticed = uvloop.run(interrupting.ours(trial, address_of(url, mood)))
            sound = sound and not (noticed.hurt or noticed.started_over)
            columns[name] = _noticed(noticed)
        columns["stock bot"] = _noticed(uvloop.run(interrupting.theirs(trial)))
        _print_table(f"Five kills, {trial.people} people, {mood}", columns)
    return sound


def _noticed(noticed: Noticed) -> dict[str, object]:
    return {
        "kills": noticed.kills,
        "joins": noticed.joins,
        "updates": noticed.updates,
        "people left in silence": noticed.hurt,
        "people made to start over": noticed.started_over + noticed.given_up,
        "repeated messages a kill": f"{noticed.repeated / noticed.kills:.1f}",
    }


def _print_table(title: str, columns: dict[str, dict[str, object]]) -> None:
    table = Table(title=title, title_justify="left")
    table.add_column("")
    for name in columns:
        table.add_column(name, justify="right")
    rows = dict.fromkeys(row for column in columns.values() for row in column)
    for row in rows:
        table.add_row(row, *(str(column.get(row, "–")) for column in columns.values()))
    out.print(table)


if __name__ == "__main__":
    typer.run(main)
