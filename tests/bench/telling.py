"""Telling everybody: the ways a broadcast is measured, and tables of what it showed.

Flat out; at Telegram's paid and at its free limit; to everybody on a clock that runs
faster.  The stock bot stands beside, in the same run: at a limit with its own limiter,
flat out without any.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

import uvloop

from tests.bench import broadcasting
from tests.bench.watching import Report, Sent, Way
from tests.tables import Goal, out, print_columns, print_goals
from tests.telegram_server import PAID, Limits
from tests.torture.chosen import Addresses

FREE = Limits()
TALKERS = 20
SOME, SOME_PAGES, FEW = 50_000, 20_000, 1500
AT_ONCE, IN_A_LOOP = 100, 1
"""How many messages the stock bot sends at a time."""

NOTES = """\
Alike: one machine, loopback, the same Telegram with the same limits. Not alike: ours
claims every copy, settles it durably (SQLite synchronous=FULL; PostgreSQL with its
defaults) and answers people from the same process; the stock bot keeps no books, and
what it had not sent is lost when it stops. A rate is what left from the first copy to
the last, a restart left out. PostgreSQL's own processes are in no figure, and share
these cores with the server that plays Telegram."""


@dataclass(frozen=True)
class Size:
    """To how many people, and how much faster the clock runs where it does."""

    people: int
    faster: float


def _flat(size: Size) -> Way:
    return Way(min(size.people, SOME), 10_000)


def _pages(size: Size) -> Way:
    return Way(min(size.people, SOME_PAGES), 10_000, talkers=TALKERS, pages=True)


def _paid(size: Size) -> Way:
    facts: dict[str, Any] = {"delay_ms": 50, "talkers": TALKERS, "restart": True}
    return Way(size.people, PAID.overall, PAID, **facts)


def _free(size: Size) -> Way:
    return Way(min(size.people, FEW), FREE.overall, FREE, talkers=TALKERS)


def _fast(size: Size) -> Way:
    return Way(size.people, FREE.overall, FREE, times=size.faster, restart=True)


class Pick(StrEnum):
    """The ways there are."""

    FLAT = "flat"
    PAGES = "pages"
    PAID = "1000"
    FREE = "30"
    ALL = "all-at-30"


WAYS: dict[Pick, Callable[[Size], Way]] = {
    Pick.FLAT: _flat,
    Pick.PAGES: _pages,
    Pick.PAID: _paid,
    Pick.FREE: _free,
    Pick.ALL: _fast,
}


RIVALS = {Pick.FLAT: 5000, Pick.PAGES: 0, Pick.PAID: 1000, Pick.FREE: FEW, Pick.ALL: 0}
"""How many people the stock bot tells: it is much slower where calls are slow."""


def measure(
    size: Size, only: Iterable[Pick] | None, rival: bool, addresses: Addresses
) -> None:
    """Measure ours on each database and the stock bot; print tables and goals."""
    ways = {name: WAYS[name](size) for name in only or WAYS}
    goals: list[Goal] = []
    for database, fresh in addresses.items():
        found = {}
        for name, way in ways.items():
            report = _reporter(f"{database}, {name}")
            found[name] = uvloop.run(broadcasting.ours(way, fresh(), report))
            report(_in_a_line(found[name]))
            goals += _goals(database, name, found[name])
        columns = {_title(name, size): _column(one) for name, one in found.items()}
        print_columns(f"A notice on {database}", columns)
    if rival:
        _print_rival(size, ways)
    print_goals(goals)
    out.print(NOTES)


def _reporter(what: str) -> Report:
    def report(line: str) -> None:
        out.print(f"{what}: {line}")

    return report


def _in_a_line(sent: Sent) -> str:
    """Say what was measured at once: the tables come much later."""
    return ", ".join(f"{what} {figure}" for what, figure in _column(sent).items())


def _title(name: Pick, size: Size) -> str:
    return {
        Pick.FLAT: "flat out",
        Pick.PAGES: "to pages",
        Pick.PAID: "1,000/s, 50 ms a call",
        Pick.FREE: "30/s",
        Pick.ALL: f"30/s, {size.faster:g} × time",
    }[name]


def _print_rival(size: Size, ways: Mapping[Pick, Way]) -> None:
    """Measure the stock bot in the same ways, for fewer people: it takes its time."""
    columns = {}
    for name, way in ways.items():
        fewer = replace(way, people=min(way.people, RIVALS[name]), restart=False)
        if fewer.people:
            for at_a_time in (AT_ONCE, IN_A_LOOP):
                title = f"{_title(name, size)}, {at_a_time} at a time"
                columns[title] = _column(
                    uvloop.run(broadcasting.theirs(fewer, at_a_time))
                )
    if columns:
        print_columns("The stock bot, python-telegram-bot", columns)


def _column(sent: Sent) -> dict[str, object]:
    waits, memory = sent.waits, sent.memory_mb
    return {
        "people": sent.people,
        "took, s": f"{sent.seconds:.0f}",
        "a second, replies too": f"{sent.rate:.1f}",
        "in the middle second": f"{sent.middle:.1f}",
        "of the notice": f"{sent.bulk:.1f}",
        "of a core": f"{sent.cpu:.0%}",
        "memory MB, first / most": f"{memory[0]:.0f} / {max(memory):.0f}",
        "429": sent.refused,
        "inside a wait": sent.violations,
        "told twice": sent.twice,
        **sent.sums,
        "restarts": sent.restarts,
        "replies": len(waits.answers),
        "unanswered": waits.given_up,
        "a reply, p50 / p99 ms": f"{waits.wait(50):.0f} / {waits.wait(99):.0f}",
        "longest, restarting, s": f"{sent.across:.1f}",
    }


def _goals(database: str, name: Pick, sent: Sent) -> list[Goal]:
    """Say what of the goals a way of sending shows."""
    wait = sent.waits.wait(99)
    reply = Goal("a reply within 50 ms, p99", f"{wait:.0f} ms", wait <= 50)
    silent = sent.waits.given_up
    heard = Goal("nobody unanswered", f"{silent}", silent == 0)
    own = {
        Pick.FLAT: [Goal("3,000/s", f"{sent.rate:.0f}", sent.rate >= 3000)],
        Pick.PAGES: [reply, heard],
        Pick.PAID: [
            Goal("1,000/s held", f"{sent.rate:.0f}", sent.rate >= 990),
            Goal("at 60 % of a core", f"{sent.cpu:.0%}", sent.cpu <= 0.6),
            heard,
        ],
        Pick.FREE: [
            Goal("99 % of the limit", f"{sent.rate:.1f}/s", sent.rate >= 29.7),
            Goal("no 429", f"{sent.refused}", sent.refused == 0),
            reply,
            heard,
        ],
        Pick.ALL: [],  # the rate is not judged where each delay of ours counts so often
    }[name]
    every = [
        Goal("none inside a wait", f"{sent.violations}", sent.violations == 0),
        Goal("adds up, nobody twice", _yes(sent.adds_up), sent.adds_up),
    ]
    return [
        Goal(f"{database}, {name}: {goal.name}", goal.measured, goal.met)
        for goal in (*own, *every)
    ]


def _yes(so: bool) -> str:
    return "yes" if so else "no"
