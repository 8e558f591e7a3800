"""Benchmarks: `./run bench join`, `page`, `quick` or `backup`; without a word, all.

`./run bench audit`, `audience`, `console`, `broadcast` and `upload` are more.

Rates are those of this machine: what counts is the ratio, taken in one run, ours and
the stock bot by turns.
"""

from __future__ import annotations

import signal
from tempfile import TemporaryDirectory
from typing import Annotated

import typer
import uvloop

from tests.bench import (
    auditing,
    choosing,
    joining,
    keeping,
    listing,
    paging,
    quick,
    telling,
    uploading,
)
from tests.bench.joining import Load, Round, middle
from tests.bench.keeping import Spent
from tests.bench.painting import first_look
from tests.bench.quick import Pairs
from tests.conftest import CHROMIUM
from tests.databases import opened
from tests.databases import seed as seed_database
from tests.tables import Goal, out, print_columns, print_goals
from tests.torture.chosen import Kind, databases

STOCK = "stock bot"
CLI = typer.Typer(add_completion=False, pretty_exceptions_enable=False)
JOIN_NOTES = """\
Alike: one machine, loopback, the same server and people, 17 updates a join, each person
as fast as answered, python-telegram-bot beneath both. Not alike: ours commits each step
(SQLite synchronous=FULL; PostgreSQL with its defaults), encrypts what is private, runs
on uvloop and aiohttp; the stock bot keeps everything in memory, is started with its
defaults and loses it at the first crash. PostgreSQL's own processes are in no figure.
Our limits of a chat's pace are lifted (ZHIGONG_PACE__CHAT_BURST=100000,
CHAT_PER_SECOND and TELEGRAM_PER_SECOND=10000); the stock bot has none."""

DatabaseOption = Annotated[Kind, typer.Option()]


@CLI.callback(invoke_without_command=True)
def everything(context: typer.Context) -> None:
    """Measure the product against its goals."""
    if context.invoked_subcommand is None:
        join()
        page()
        two_at_once()
        backup()


@CLI.command()
def join(
    people: int = 100,
    joins: int = 400,
    delay_ms: Annotated[int, typer.Option(help="of each call to Telegram")] = 0,
    rounds: int = 3,
    database: DatabaseOption = Kind.BOTH,
) -> None:
    """How fast people join, beside the stock bot."""
    load = Load(people, joins, delay_ms)
    found: dict[str, list[Round]] = {}
    with databases(database) as addresses:
        for _ in range(rounds):
            for name, fresh in addresses.items():
                one = uvloop.run(joining.ours(load, fresh()))
                found.setdefault(name, []).append(one)
            one = uvloop.run(joining.theirs(_fewer(load)))
            found.setdefault(STOCK, []).append(one)
    medians = {name: middle(measured) for name, measured in found.items()}
    title = f"Joining, {delay_ms} ms a call, medians of {rounds} rounds"
    ratios = [_ratios(found, name) for name in medians]
    loads = {name: _fewer(load) if name == STOCK else load for name in medians}
    columns = {
        name: _join_column(one, ratio, loads[name])
        for (name, one), ratio in zip(medians.items(), ratios, strict=True)
    }
    print_columns(title, columns)
    print_goals(_join_goals(medians, delay_ms))
    out.print(JOIN_NOTES)


def _fewer(load: Load) -> Load:
    """Ask less of the stock bot where each call is slow: it makes one at a time."""
    if not load.delay_ms:
        return load
    few = max(1, load.joins // 8)
    return Load(min(load.people, few), few, load.delay_ms, load.alone)


def _ratios(found: dict[str, list[Round]], name: str) -> list[float]:
    return [
        ours.rate / theirs.rate
        for ours, theirs in zip(found[name], found[STOCK], strict=True)
        if theirs.rate
    ]


def _join_column(one: Round, ratios: list[float], load: Load) -> dict[str, object]:
    return {
        "people / joins": f"{load.people} / {load.joins}",
        "updates/s": f"{one.rate:.0f}",
        "times the stock bot, by round": " ".join(f"{ratio:.1f}" for ratio in ratios),
        "p50 / p99 ms": f"{one.p50:.0f} / {one.p99:.0f}",
        "CPU ms an update": f"{one.cpu_ms:.2f}",
        "memory MB": f"{one.memory_mb:.0f}",
        "one person alone, p50 ms": f"{one.alone_ms:.1f}",
        "start to first answer, s": f"{one.cold_s:.2f}",
        "not finished": f"{one.unfinished:.0f}",
    }


def _join_goals(medians: dict[str, Round], delay_ms: int) -> list[Goal]:
    theirs, goals = medians[STOCK], []
    for name, one in medians.items():
        if name == STOCK:
            continue
        ratio = one.rate / theirs.rate if theirs.rate else 0.0
        goals.append(
            Goal(f"{name}: 3 × the stock bot, 5 × wished", f"{ratio:.1f}", ratio >= 3)
        )
        if delay_ms:
            waited = f"{one.p99:.0f} ms"
            goals.append(Goal(f"{name}: p99 within 400 ms", waited, one.p99 <= 400))
        goals += _start_goals(name, one, theirs)
    if {"SQLite", "PostgreSQL"} <= medians.keys():
        share = medians["PostgreSQL"].rate / medians["SQLite"].rate
        goals.append(Goal("PostgreSQL: 0.8 × SQLite", f"{share:.2f}", share >= 0.8))
    return goals


def _start_goals(name: str, one: Round, theirs: Round) -> list[Goal]:
    times = one.alone_ms / theirs.alone_ms if theirs.alone_ms else 0.0
    return [
        Goal(f"{name}: alone within 2 × the stock bot", f"{times:.1f} ×", times <= 2),
        Goal(f"{name}: first answer in 2 s", f"{one.cold_s:.2f} s", one.cold_s <= 2),
        Goal(
            f"{name}: 150 MB of memory", f"{one.memory_mb:.0f} MB", one.memory_mb <= 150
        ),
    ]


@CLI.command()
def page(
    people: int = 100,
    joins: int = 400,
    looks: Annotated[int, typer.Option(help="first loads in Chromium")] = 5,
    database: DatabaseOption = Kind.BOTH,
) -> None:
    """How the chat page fares: under load, and at the first look on a slow phone."""
    columns: dict[str, dict[str, object]] = {}
    with databases(database) as addresses:
        for name, fresh in addresses.items():
            figures = uvloop.run(paging.page(people, joins, fresh()))
            columns[name] = {
                "updates/s": f"{figures.rate:.0f}",
                "p50 / p99 ms": f"{figures.wait(50):.0f} / {figures.wait(99):.0f}",
                "joined": figures.finished,
            }
    print_columns(f"Chat page: {joins} joins by {people} people", columns)
    if CHROMIUM is None or looks == 0:
        out.print("No first look: no Chromium here, or none asked for.")
        return
    look = first_look(looks)
    shown = f"{look.paint_ms:.0f} ms; first bubble {look.bubble_ms:.0f} ms"
    print_goals(
        [
            Goal("first paint within 1.5 s", shown, look.paint_ms <= 1500),
            Goal("first load 150 kB", f"{look.kilobytes:.0f} kB", look.kilobytes < 150),
        ]
    )
    out.print("A 4 × slower processor, 400 kB/s, 50 ms latency; medians.")


@CLI.command()
def upload(times: int = 10, database: DatabaseOption = Kind.BOTH) -> None:
    """How long a reply waits while another person sends documents of 10 MB."""
    columns: dict[str, dict[str, object]] = {}
    goals = []
    with databases(database) as addresses:
        for name, fresh in addresses.items():
            waits = uvloop.run(uploading.documents(times, fresh()))
            kinds = {"alone": waits.alone, "beside uploads": waits.beside}
            alone, beside = (found.wait(99) for found in kinds.values())
            columns[name] = {
                f"reply {kind}, p50 / p99 / most ms": uploading.waits_of(found)
                for kind, found in kinds.items()
            } | {
                "an upload, p50 ms": f"{waits.uploads.wait(50):.0f}",
                "replies beside": len(waits.beside.answers),
            }
            more = beside - alone
            what = f"{name}: an upload adds at most 50 ms to p99"
            goals.append(Goal(what, f"{more:.0f} ms", more <= 50))
    print_columns(f"{times} documents of 10 MB, one after another", columns)
    print_goals(goals)


@CLI.command("quick")
def two_at_once(
    people: int = 100, times: int = 100, database: DatabaseOption = Kind.BOTH
) -> None:
    """Whether two answers sent at once reach their own questions."""
    columns: dict[str, dict[str, object]] = {}
    goals = []
    with databases(database) as addresses:
        for name, fresh in addresses.items():
            pairs = uvloop.run(quick.ours(people, times, fresh()))
            columns[name] = _pairs_column(pairs)
            sound = pairs.wrong + pairs.silent == 0
            measured = f"{pairs.wrong + pairs.silent} of {pairs.sent}"
            goals.append(Goal(f"{name}: none in the wrong question", measured, sound))
    fewer = max(1, times // 20)
    for label, concurrent in (("one by one", 0), ("64 at once", 64)):
        pairs = uvloop.run(quick.theirs(people, fewer, concurrent))
        columns[f"{STOCK}, {label}"] = _pairs_column(pairs)
    print_columns("A name and an ID number sent at once", columns)
    print_goals(goals)


def _pairs_column(pairs: Pairs) -> dict[str, object]:
    return {
        "pairs": pairs.sent,
        "in the wrong question": pairs.wrong,
        "left in silence": pairs.silent,
    }


@CLI.command()
def audit(entries: int = 1_000_000, database: DatabaseOption = Kind.BOTH) -> None:
    """How fast the audit chain is made and verified."""
    with databases(database) as addresses:
        columns = {
            name: auditing.measure(fresh(), entries)
            for name, fresh in addresses.items()
        }
    print_columns(f"The audit chain, {entries:,} entries", columns)


@CLI.command()
def audience(members: int = 1_000_000, database: DatabaseOption = Kind.BOTH) -> None:
    """How fast a notice finds a quarter of all members; a report; the next page."""
    columns: dict[str, dict[str, object]] = {}
    goals = []
    with databases(database) as addresses:
        for name, fresh in addresses.items():
            with TemporaryDirectory(prefix="audience-") as folder:
                url = fresh() or f"sqlite:///{folder}/zhigong.db"
                seed_database(url)
                found = choosing.choose(url, members)
            spent = found.seconds
            columns[name] = {
                "members / chosen": f"{members} / {found.chosen}",
                **{f"{what}, s": f"{seconds:.2f}" for what, seconds in spent.items()},
                "longest slice, ms": f"{found.longest * 1000:.0f}",
            }
            count, queue = spent["count"], spent["queue"]
            report, turn = spent["report"], spent["next page"] / found.pages * 1000
            goals += [
                Goal(f"{name}: counted in 0.1 s", f"{count:.2f} s", count <= 0.1),
                Goal(f"{name}: queued in 1 s", f"{queue:.2f} s", queue <= 1),
                Goal(f"{name}: report in 0.3 s", f"{report:.2f} s", report <= 0.3),
                Goal(f"{name}: next page in 10 ms", f"{turn:.1f} ms", turn <= 10),
            ]
    print_columns(f"An audience among {members:,} members", columns)
    print_goals(goals)


@CLI.command()
def console(members: int = 100_000, database: DatabaseOption = Kind.BOTH) -> None:
    """How fast the console lists, filters, pages and finds among many members."""
    columns: dict[str, dict[str, object]] = {}
    goals = []
    with databases(database) as addresses:
        for name, fresh in addresses.items():
            with TemporaryDirectory(prefix="console-") as folder:
                url = fresh() or f"sqlite:///{folder}/zhigong.db"
                seed_database(url)
                with opened(url) as made:
                    found = listing.measure(made, members)
            columns[name] = {one.name: f"{one.middle:.0f} ms" for one in found}
            slowest = max(one.middle for one in found)
            measured = f"{slowest:.0f} ms"
            goals.append(Goal(f"{name}: 300 ms a page", measured, slowest <= 300))
    print_columns(f"The console among {members:,} members, medians", columns)
    print_goals(goals)


@CLI.command()
def broadcast(
    people: int = 251_600,
    faster: Annotated[float, typer.Option(help="the clock at 30/s")] = 20,
    only: Annotated[
        list[telling.Pick] | None, typer.Option(help="this way alone; may be repeated")
    ] = None,
    rival: Annotated[bool, typer.Option(help="the stock bot, too")] = True,
    database: DatabaseOption = Kind.BOTH,
) -> None:
    """How a notice goes out: flat out, at Telegram's two limits, and who waits."""
    with databases(database) as addresses:
        telling.measure(telling.Size(people, faster), only, rival, addresses)


@CLI.command()
def backup(rows: int = 1_000_000, database: DatabaseOption = Kind.BOTH) -> None:
    """How long a backup and a restore take, and how much memory."""
    columns: dict[str, dict[str, object]] = {}
    with databases(database) as addresses, keeping.filled(rows) as made:
        for name, fresh in addresses.items():
            figures = keeping.there_and_back(made, fresh())
            columns[name] = {
                "backup, s / CPU s": _times(figures.backup),
                "backup, rows/s": f"{rows / figures.backup.seconds:.0f}",
                "backup, memory MB": f"{figures.backup.memory_mb:.0f}",
                "file, MB": f"{figures.file_mb:.0f}",
                "restore, s / CPU s": _times(figures.restore),
                "restore, rows/s": f"{rows / figures.restore.seconds:.0f}",
                "restore, memory MB": f"{figures.restore.memory_mb:.0f}",
            }
    print_columns(f"{rows:,} rows, kept and brought back", columns)
    out.print(
        "Each from the start of the command to its end; compressed and encrypted."
    )


def _times(spent: Spent) -> str:
    return f"{spent.seconds:.1f} / {spent.cpu:.1f}"


if __name__ == "__main__":
    # Who ends this run ends its programs and servers too.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    CLI()
