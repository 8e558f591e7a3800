"""Torture: `./run torture` kills the program while people join, and counts the damage.

The exit status is 1 when a promise was broken; the seed in the report replays it.
"""

from __future__ import annotations

import signal
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated

import typer
import uvloop

from tests.databases import opened
from tests.databases import seed as seed_database
from tests.tables import out, print_columns
from tests.torture import interrupting, neutrality
from tests.torture.announcing import Din, announce
from tests.torture.canaries import Found, live
from tests.torture.checking import Verdict
from tests.torture.chosen import Addresses, Kind, databases
from tests.torture.contending import Want, contend
from tests.torture.interrupting import Noticed, Trial
from tests.torture.killing import Ordeal, Plan, allowed_repeats, torture
from tests.torture.leaking import serve
from tests.torture.rotating import torture_rotation
from tests.torture.rushing import PROCESSES
from tests.torture.seats import Crowd, rush_for_seats
from tests.torture.tampering import TAMPERS, tamper

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
SERVED = 10
"""How many canaries use the real program, on Telegram and on the page each."""


@CLI.command()
def main(
    database: Annotated[Kind, typer.Option()] = Kind.BOTH,
    kills: Annotated[
        int | None, typer.Option(help="on each database: 200, with --rotation 50")
    ] = None,
    updates: Annotated[
        int | None, typer.Option(help="on each database: 10000, with --rotation 2000")
    ] = None,
    people: Annotated[int, typer.Option(help="who join at once")] = 50,
    seed: int = 1,
    faults: Annotated[bool, typer.Option(help="the server fails, too")] = False,
    peers: Annotated[bool, typer.Option(help="the stock bot beside it")] = False,
    r1: Annotated[bool, typer.Option(help="five kills, impatient people")] = False,
    tampers: Annotated[int, typer.Option(help="with the audit chain, instead")] = 0,
    canaries: Annotated[int, typer.Option(help="so many, then search for them")] = 0,
    rotation: Annotated[bool, typer.Option(help="keys rotate meanwhile")] = False,
    neutral: Annotated[bool, typer.Option(help="outsiders try IDs")] = False,
    limited: Annotated[bool, typer.Option(help="all want the same vouchers")] = False,
    vouchers: Annotated[int, typer.Option(help="with --limited")] = 100_000,
    tries: Annotated[int, typer.Option(help="how often, with --neutral")] = 10_000,
    notices: Annotated[bool, typer.Option(help="killed while a notice goes out")] = (
        False
    ),
    seats: Annotated[int, typer.Option(help="so many, for 20 times the people")] = 0,
) -> None:
    """Kill the program, flood it, and count what was lost."""
    with databases(database) as addresses:
        if tampers:
            sound = _tamper(addresses, tampers, seed)
        elif limited:
            sound = _contend(addresses, vouchers, seed)
        elif r1:
            sound = _interrupt(addresses)
        elif canaries:
            sound = _let_fly(addresses, canaries)
        elif rotation:
            plan = Plan(kills or 50, updates or 2000, people, seed, faults=faults)
            sound = _rotate(plan, addresses)
        elif notices:
            sound = _announce(addresses, Din(people * 100, kills or 20, seed))
        elif seats:
            sound = _rush(addresses, Crowd(20 * seats, seats, seed))
        elif neutral:
            sound = _try_ids(addresses, tries, seed)
        else:
            plan = Plan(kills or 200, updates or 10_000, people, seed, faults=faults)
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


def _rotate(plan: Plan, addresses: Addresses) -> bool:
    """Kill the program and a rotation of its keys in turn."""
    columns: dict[str, dict[str, object]] = {}
    sound = True
    for name, fresh in addresses.items():
        turmoil, verdict, kept = uvloop.run(torture_rotation(plan, fresh()))
        columns[name] = {
            **_column(turmoil, verdict),
            "rotations killed": turmoil.killed_rotations,
            "rotations finished": turmoil.rotations,
            "members": kept.members,
            "found by ID": kept.found_by_id,
            "found by mobile": kept.found_by_mobile,
            "values": kept.values,
            "unreadable": kept.unreadable,
            "rows under old keys": kept.behind,
        }
        sound = is_sound(name, turmoil, verdict, "--rotation") and sound
        sound = kept.is_whole and sound
    print_columns(
        f"Killed {plan.kills} times, keys rotating, seed {plan.seed}", columns
    )
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


def is_sound(name: str, ordeal: Ordeal, verdict: Verdict, *options: str) -> bool:
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
        + " --faults" * plan.faults
        + "".join(f" {option}" for option in options)
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


def _tamper(addresses: Addresses, tampers: int, seed: int) -> bool:
    """Tamper with the audit entries and their chain; all of it must be found."""
    columns: dict[str, dict[str, object]] = {}
    missed: list[str] = []
    for name, fresh in addresses.items():
        found = tamper(fresh(), tampers, seed)
        rows = {k: f"{found.found[k]} of {found.made[k]}" for k in TAMPERS}
        total = f"{found.found.total()} of {found.made.total()}"
        columns[name] = {**rows, "all": total}
        missed += found.missed
    print_columns(f"Tampers found, seed {seed}", columns)
    for line in missed[:MOST_FAULTS]:
        out.print(line, markup=False)
    return not missed


def _contend(addresses: Addresses, vouchers: int, seed: int) -> bool:
    """Let eight processes contend for vouchers; the books must agree in the end."""
    columns: dict[str, dict[str, object]] = {}
    faults: list[str] = []
    want = Want(people=vouchers // 20, quota=vouchers // 25, deeds=vouchers, seed=seed)
    for name, fresh in addresses.items():
        with TemporaryDirectory(prefix="zhigong-") as folder:
            address = fresh() or f"sqlite:///{folder}/zhigong.db"
            seed_database(address)
            books = contend(address, want)
        columns[name] = {**books.counts, "faults": len(books.faults)}
        faults += [f"{name}: {fault}" for fault in books.faults]
    print_columns(f"{vouchers} deeds on {want.quota} vouchers, seed {seed}", columns)
    for fault in faults[:MOST_FAULTS]:
        out.print(f"  {fault}", markup=False)
    return not faults


def _let_fly(addresses: Addresses, people: int) -> bool:
    """Let canaries live on each database, a few of them at the real program."""
    columns: dict[str, dict[str, object]] = {}
    faults: list[str] = []
    for name, fresh in addresses.items():
        with TemporaryDirectory(prefix="zhigong-") as folder:
            address = fresh() or f"sqlite:///{folder}/zhigong.db"
            seed_database(address)
            found = live(people, address, Path(folder))
        served = uvloop.run(serve(min(people, SERVED), fresh()))
        columns[name] = _told(found)
        columns[f"{name}, program"] = _told(served)
        faults += [f"{name}: {fault}" for fault in (*found.faults, *served.faults)]
    print_columns(f"{people} canaries, half of them erased", columns)
    for fault in faults[:MOST_FAULTS]:
        out.print(f"  {fault}", markup=False)
    return not faults


def _told(found: Found) -> dict[str, object]:
    return {"people": found.people, **found.counts}


def _rush(addresses: Addresses, crowd: Crowd) -> bool:
    """Let many people want few seats at once; none is given twice, nobody overtaken."""
    columns: dict[str, dict[str, object]] = {}
    faults: list[str] = []
    for name, fresh in addresses.items():
        with TemporaryDirectory(prefix="zhigong-") as folder:
            outcome = rush_for_seats(crowd, fresh() or f"sqlite:///{folder}/seats.db")
        columns[name] = {
            "people": crowd.people,
            "seats": crowd.seats,
            "in": outcome.inside,
            "waiting": len(outcome.numbers),
            "overtaken": outcome.overtaken,
            "sign-ups a second": f"{crowd.people / outcome.seconds:.0f}",
            "seats given back": outcome.given_back,
            "in again": outcome.inside_again,
            "out of turn": outcome.out_of_turn,
        }
        faults += [f"{name}: {fault} not kept" for fault in outcome.faults]
    print_columns(f"{PROCESSES} processes at once, seed {crowd.seed}", columns)
    for fault in faults:
        out.print(f"  {fault}", markup=False)
    return not faults


def _announce(addresses: Addresses, din: Din) -> bool:
    """Kill the program while a notice goes out; nobody gets it twice."""
    columns: dict[str, dict[str, object]] = {}
    faults: list[str] = []
    for name, fresh in addresses.items():
        heard = uvloop.run(announce(din, fresh()))
        columns[name] = {
            "people": din.people,
            "kills": heard.kills,
            **heard.counts,
            "told twice": heard.twice,
        }
        faults += [f"{name}: {fault}" for fault in heard.faults]
    print_columns(f"A notice, killed while it goes out, seed {din.seed}", columns)
    for fault in faults:
        out.print(f"  {fault}", markup=False)
    return not faults


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
