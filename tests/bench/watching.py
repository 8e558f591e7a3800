"""Watching a program send: how fast, how busy, and how long people wait meanwhile.

In the middle it is stopped and started again, where that is asked for.
"""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import pairwise
from statistics import median

import psutil

from tests.bench.choosing import TEXT
from tests.programs import Process
from tests.telegram_server import Limits, Person, Silence, TelegramServer
from tests.telegram_server.crowd import Figures

THINK_SECONDS = 1.5
FIRST_TALKER = 900_000_001
PATIENCE = 30.0
LOOK_SECONDS = 0.25
ON_ITS_WAY = 0.2
"""Before a stop, how long a question may have been on its way."""

SETTLING = 2.0
"""How long a program that sends again is still busy with its start."""

Report = Callable[[str], object]
"""Takes a line that says how far it has come."""


@dataclass(frozen=True)
class Way:
    """How a broadcast is measured; Telegram's clock and our pace run `times` faster.

    Everybody is on Telegram, or on `pages`, but for the talkers.
    """

    people: int
    per_second: float
    limits: Limits | None = None
    delay_ms: int = 0
    times: float = 1.0
    talkers: int = 0
    restart: bool = False
    pages: bool = False


@dataclass
class Sent:
    """What one broadcast showed.

    The `rate` counts replies, too, as Telegram does, and leaves restarts out.  `middle`
    is that of the middle second.  Who speaks while the program is stopped waits longest
    `across` that; no other does.
    """

    people: int = 0
    told: int = 0
    twice: int = 0
    seconds: float = 0.0
    rate: float = 0.0
    middle: float = 0.0
    bulk: float = 0.0
    cpu: float = 0.0
    restarts: int = 0
    across: float = 0.0
    memory_mb: list[float] = field(default_factory=list)
    refused: int = 0
    violations: int = 0
    waits: Figures = field(default_factory=Figures)
    sums: dict[str, int] = field(default_factory=dict)

    @property
    def adds_up(self) -> bool:
        """Tell whether every copy is accounted for, and just those sent arrived."""
        whole = sum(self.sums.values()) == self.people
        return whole and self.twice == 0 and self.sums.get("sent", 0) == self.told


async def watch(
    server: TelegramServer,
    process: Process,
    way: Way,
    is_over: Callable[[], bool],
    told_of: Report = str,
) -> Sent:
    """Let the program send while people talk; restart it in the middle."""
    sent, stops = Sent(way.people), Stops()
    process.start()
    first = "getUpdates" if way.pages else "sendMessage"
    await asyncio.wait_for(server.called(first), PATIENCE)
    began = time.monotonic()
    talking = asyncio.create_task(_talk(server, way.talkers, stops, sent))
    halves = [way.people // 2] * way.restart
    looks = [_look(server, process)]
    tenths = 0
    while not await asyncio.to_thread(is_over):
        await asyncio.sleep(LOOK_SECONDS)
        assert process.is_running, process.output
        looks.append(_look(server, process))
        if halves and looks[-1].sent >= halves[0]:
            halves.clear()
            await _restart(server, process, stops)
        if looks[-1].sent * 10 // way.people > tenths:
            tenths = looks[-1].sent * 10 // way.people
            told_of(f"{looks[-1].sent:,} sent, {time.monotonic() - began:.0f} s")
    sent.seconds = time.monotonic() - began
    talking.cancel()
    await asyncio.gather(talking, return_exceptions=True)
    await asyncio.to_thread(process.stop)
    sent.restarts = len(stops.spans)
    sent.memory_mb = [look.memory_mb for look in looks]
    sent.cpu = _busy(looks)
    _read(sent, server, way, stops)
    return sent


@dataclass
class Stops:
    """When the program was not at work, on the server's clock."""

    spans: list[tuple[float, float]] = field(default_factory=list)
    since: float | None = None

    def cover(self, asked: float) -> bool:
        """Tell whether something was asked when nobody could answer."""
        if self.since is not None and asked >= self.since:
            return True
        return any(began <= asked <= ended for began, ended in self.spans)


async def _restart(server: TelegramServer, process: Process, stops: Stops) -> None:
    """Stop the program cleanly and start it; it is back once it sends again."""
    stops.since = server.clock() - ON_ITS_WAY
    await asyncio.to_thread(process.stop)
    calls = server.calls["sendMessage"]
    process.start()
    await asyncio.wait_for(server.called("sendMessage", calls + 1), PATIENCE)
    await asyncio.sleep(SETTLING)
    stops.spans.append((stops.since, server.clock()))
    stops.since = None


@dataclass(frozen=True)
class Look:
    """The program at one moment."""

    pid: int
    at: float
    cpu: float
    memory_mb: float
    sent: int


def _look(server: TelegramServer, process: Process) -> Look:
    program = psutil.Process(process.pid)
    times, memory = program.cpu_times(), program.memory_info().rss
    return Look(
        process.pid,
        time.monotonic(),
        times.user + times.system,
        memory / 2**20,
        len(server.telegram.effects),
    )


def _busy(looks: list[Look]) -> float:
    """Give which share of a core was used while messages went out, starts left out."""
    spans = [
        (b.at - a.at, b.cpu - a.cpu)
        for a, b in pairwise(looks)
        if a.pid == b.pid and a.sent < b.sent
    ]
    spans = spans[4:]
    seconds = sum(span for span, _ in spans)
    return sum(cpu for _, cpu in spans) / seconds if seconds else 0.0


def _read(sent: Sent, server: TelegramServer, way: Way, stops: Stops) -> None:
    times = told(server)
    sent.told, sent.twice = len(times), sum(many > 1 for many in times.values())
    effects = server.telegram.effects
    copies = [e.at for e in effects if TEXT in e.text]
    span = (min(copies, default=0.0), max(copies, default=0.0))
    sent.rate = _rate([e.at for e in effects], span, stops)
    sent.bulk = _rate(copies, span, stops)
    sent.middle = _middle([e.at for e in effects], way)
    sent.refused = sum(a.code == 429 for a in [*server.refused, *server.faulted])
    sent.violations = len(server.gate.violations)


def _rate(moments: list[float], span: tuple[float, float], stops: Stops) -> float:
    """Give how many were sent in a second of Telegram's, from first copy to last."""
    first, last = span
    sent = [at for at in moments if first <= at <= last and not stops.cover(at)]
    seconds = last - first - sum(ended - began for began, ended in stops.spans)
    return len(sent) / seconds if seconds > 0 else 0.0


def _middle(moments: list[float], way: Way) -> float:
    """Give the median of all seconds of ours; a faster clock puts more into each."""
    seconds = Counter(int(at / way.times) for at in moments)
    whole = [seconds[at] for at in sorted(seconds)][1:-1]
    return median(whole or [0]) / way.times


def told(server: TelegramServer) -> Counter[int]:
    """Count how often each chat was told the notice."""
    return Counter(e.chat for e in server.telegram.effects if TEXT in e.text)


async def _talk(server: TelegramServer, talkers: int, stops: Stops, sent: Sent) -> None:
    """Let people say something now and then, and note how long they wait."""

    def note(asked: float, heard: float) -> None:
        if stops.cover(asked):
            sent.across = max(sent.across, heard - asked)
        else:
            sent.waits.note(asked, heard)

    async def one(number: int) -> None:
        person: Person = server.person(
            FIRST_TALKER + number, timeout=PATIENCE, on_answer=note
        )
        while True:
            # Never so often that Telegram's limit of one chat would be felt.
            await asyncio.sleep(THINK_SECONDS * server.chance.uniform(0.8, 1.2))
            await person.say("帮助")
            try:
                await person.hear()
            except Silence:
                sent.waits.given_up += 1

    await asyncio.gather(*(one(number) for number in range(talkers)))
