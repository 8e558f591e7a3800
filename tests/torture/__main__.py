"""Torture: `./run torture` kills the program while people join, and counts the damage.

The exit status is 1 when a promise was broken; the seed in the report replays it.
"""

from __future__ import annotations

import signal
from tempfile import TemporaryDirectory
from typing import Annotated

import typer
import uvloop

from tests.databases import opened
from tests.databases import seed as seed_database
from tests.tables import out, print_columns
from tests.torture import interrupting, neutrality
from tests.torture.checking import Verdict
from tests.torture.chosen import Addresses, Kind, databases
from tests.torture.interrupting import Noticed, Trial
from tests.torture.killing import Ordeal, Plan, allowed_repeats, torture

CLI = typer.Typer(add_completion=False, pretty_exceptions_enable=False)
PUBLISHED = (
    "The stock bot, measured apart (python-telegram-bot 22.8, default settings, 20 ms "
    "a handler): 324 to 384 of 500 updates lost over ten kills. "
    "--peers measures it here and now."
)
PROMISES = ("lost", "duplicate effects", "out of order", "silence", "poison")
OTHERS = ("refused", "tracebacks", "stopped badly")
FACTS = ("duplicate replies", "recovered", "uncertain")
MOST_FAULTS = 20


@CLI.command()
def main(
    database: Annotated[Kind, typer.Option()] = Kind.BOTH,
    kills: Annotated[int, typer.Option(help="on each database")] = 200,
    updates: Annotated[int, typer.Option(help="on each database")] = 10_000,
    people: Annotated[int, typer.Option(help="who join at once")] = 50,
    seed: int = 1,
    faults: Annotated[bool, typer.Option(help="the server fails, too")] = False,
    peers: Annotated[bool, typer.Option(help="the stock bot beside it")] = False,
    r1: Annotated[bool, typer.Option(help="five kills, impatient people")] = False,
    neutral: Annotated[bool, typer.Option(help="outsiders try IDs")] = False,
    tries: Annotated[int, typer.Option(help="how often, with --neutral")] = 10_000,
) -> None:
    """Kill the program, flood it, and count what was lost."""
    with databases(database) as addresses:
        if r1:
            sound = _interrupt(addresses)
        elif neutral:
            sound = _try_ids(addresses, tries, seed)
        else:
            plan = Plan(kills, updates, people, seed, faults=faults)
            sound = _torture(plan, addresses, peers)
    raise typer.Exit(0 if sound else 1)


def _torture(plan: Plan, addresses: Addresses, peers: bool) -> bool:
    columns: dict[str, dict[str, object]] = {}
    sound = True
    for name, fresh in addresses.items():
        ordeal, verdict = uvloop.run(torture(plan, fresh()))
        columns[name] = _column(ordeal, verdict)
        sound = is_sound(name, ordeal, verdict) and sound
    if peers:
        columns["stock bot"] = _rival_column(plan)
    print_columns(f"Killed {plan.kills} times, seed {plan.seed}", columns)
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


def is_sound(name: str, ordeal: Ordeal, verdict: Verdict) -> bool:
    """Tell whether every promise was kept; say what was not and how to see it again."""
    plan = ordeal.plan
    repeated, allowed = verdict.counts["duplicate replies"], allowed_repeats(ordeal)
    if repeated > allowed:
        verdict.note("duplicate replies", f"more than {allowed}")
    if not verdict.faults:
        return True
    for fault in verdict.faults[:MOST_FAULTS]:
        out.print(f"  {fault}", markup=False)
    out.print(
        f"Again: ./run torture --database {name.lower()} --kills {plan.kills} "
        f"--updates {plan.updates} --people {plan.people} --seed {plan.seed}"
        + " --faults"
        * plan.faults
    )
    return False


def _interrupt(addresses: Addresses) -> bool:
    """Try calm and hurried crowds on ours and the stock bot."""
    sound = True
    for mood, trial in (("calm", Trial()), ("saturated", Trial(100, 400, think=0.0))):
        columns = {}
        for name, fresh in addresses.items():
            noticed = uvloop.run(interrupting.ours(trial, fresh()))
            sound = sound and not (noticed.hurt or noticed.started_over)
            columns[name] = _noticed(noticed)
        columns["stock bot"] = _noticed(uvloop.run(interrupting.theirs(trial)))
        print_columns(f"Five kills, {trial.people} people, {mood}", columns)
    return sound


def _try_ids(addresses: Addresses, tries: int, seed: int) -> bool:
    """Let outsiders try IDs every way there is, and print what they could learn."""
    sound = True
    for name, fresh in addresses.items():
        for way, words in neutrality.WAYS.items():
            some = tries // neutrality.DEARER.get(way, 1)
            with TemporaryDirectory() as folder:
                url = fresh() or f"sqlite:///{folder}/neutral.db"
                seed_database(url)
                with opened(url) as database:
                    lots = neutrality.outsiders(database, some, seed, words)
            columns = neutrality.columns_of(lots)
            print_columns(f"{some} tries by {way} on {name}, seed {seed}", columns)
            sound = neutrality.is_neutral(lots) and sound
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


if __name__ == "__main__":
    # Who ends this run ends its programs and servers too.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    CLI()
