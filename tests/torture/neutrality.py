"""Neutrality: who tries IDs learns from no word and no clock whose they are.

People come one after the other, in random order, each in a chat of their own; the step
that answers the last word is timed with its commit.  Times are compared by the test of
Kolmogorov and Smirnov with those of an unknown ID.
"""

from __future__ import annotations

import itertools
import math
import random
from bisect import bisect
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from time import perf_counter

from sqlmodel import Session, col, select

from bot.database import Database
from bot.step import take_batch
from handlers.turn import Incoming
from models.chat import Chat
from models.columns import new_id
from models.identity import id_check
from models.message import Message, unseal_body
from models.pin import HASHER
from models.place import read_atlas
from models.tries import MOST, count, held
from models.worker import Worker, new_worker
from tests.world import ANSWERS, World

UNKNOWN, WRONG, UNSET, SHUT = "unknown ID", "wrong PIN", "no PIN set", "closed"
KINDS = (UNKNOWN, WRONG, UNSET, SHUT)
"""Whom an outsider may mean without knowing it."""

EACH = MOST - 1
"""How often an ID may be tried before it is closed."""

SPARED = ("platform", "employer", "skills", "certificate")
"""What is not asked of who answers as tests do."""

WARM = 0.02
"""The part of the tries that only warms the machine."""

SURE = 0.01
"""How likely a program that tells nothing may fail, all its comparisons together."""


@dataclass
class Lot:
    """What came of the tries of one kind: their times, and all that was said."""

    seconds: list[float] = field(default_factory=list)
    said: set[tuple[str, ...]] = field(default_factory=set)


def numbers() -> Iterator[str]:
    """Yield the resident IDs of people who are nobody."""
    for day, order in itertools.product(range(1, 29), range(1000)):
        body = f"440106198107{day:02}{order:03}"
        yield body + id_check(body)


def enrol(session: Session, world: World, number: str, kind: str, hashed: str) -> None:
    """Make a member with this ID."""
    worker = new_worker(world.kit.keys, "zh-CN", world.now)
    worker.id_type = "resident"
    worker.id_tag = world.kit.keys.tag("id_number", number)
    worker.member_no, worker.member_since = str(new_id()), world.now
    worker.union_code = "440111"
    if kind != UNSET:
        worker.pin = worker.seal(world.kit.keys, "pin", hashed)
    session.add(worker)
    if kind == SHUT:
        tried = {"tries.pin.id": number}
        for _ in range(MOST):
            count(held(session, world.kit.keys, tried, world.now), worker.id, world.now)


def cast(world: World, each: int) -> dict[str, list[str]]:
    """Give the IDs of every kind, enough for `each` tries."""
    fresh, hashed = numbers(), HASHER.hash("135790")
    found = {kind: list(itertools.islice(fresh, each // EACH + 1)) for kind in KINDS}

    def work(session: Session) -> None:
        world.kit.atlas = read_atlas(session)
        for kind, ids in found.items():
            for number in ids if kind != UNKNOWN else ():
                enrol(session, world, number, kind, hashed)

    world.write(work)
    return found


def by_pin(number: str) -> tuple[str, ...]:
    """Give the words of who tries to come in by PIN."""
    return "我是会员", "2", number, "802417"


def by_person(number: str) -> tuple[str, ...]:
    """Give the words of who asks a social worker."""
    return "我是会员", "3", number


def by_joining(number: str) -> tuple[str, ...]:
    """Give the words of who applies with the ID, each with a mobile of their own."""
    own = {"resident_id": number, "mobile": f"139{number[9:17]}"}
    said = {**ANSWERS, **own}
    asked = [name for name in ANSWERS if name not in SPARED]
    return "入会", *(said[name] for name in asked), "提交"


WAYS: dict[str, Callable[[str], tuple[str, ...]]] = {
    "PIN": by_pin,
    "person": by_person,
    "joining": by_joining,
}
DEARER = {"joining": 10}
"""How many times longer a way is, so that so many fewer go it."""


def outsiders(
    database: Database, tries: int, seed: int, way: Callable[[str], tuple[str, ...]]
) -> dict[str, Lot]:
    """Let so many people try this way, and note what they hear and when."""
    world = World(database)
    each = tries // len(KINDS)
    ids = cast(world, each)
    order = [kind for kind in KINDS for _ in range(each)]
    random.Random(seed).shuffle(order)
    lots = {kind: Lot() for kind in KINDS}
    uses: dict[str, Iterator[str]] = {
        kind: itertools.cycle(found) for kind, found in ids.items()
    }
    keys = itertools.count(1)
    for turn, kind in enumerate(order):
        who, words = f"outsider {turn}", way(next(uses[kind]))
        for word in words:
            incoming = Incoming("page", "", who, str(next(keys)), "text", word)
            seconds = _timed(world, incoming)
        if turn >= WARM * len(order):
            lots[kind].seconds.append(seconds)
        lots[kind].said.add(_said(world, who))
    return lots


def _timed(world: World, incoming: Incoming) -> float:
    began = perf_counter()
    world.write(lambda s: take_batch(s, world.kit, world.cans, [incoming], world.now))
    return perf_counter() - began


def _said(world: World, who: str) -> tuple[str, ...]:
    """Return all a chat was told, without the code that differs for everybody."""

    def look(session: Session) -> tuple[str, ...]:
        chat = session.exec(select(Chat).where(Chat.address == who)).one()
        key = session.get_one(Worker, chat.worker_id).open_key(world.kit.keys)
        theirs = select(Message).where(Message.chat_id == chat.id)
        rows = session.exec(theirs.order_by(col(Message.number))).all()
        bodies = [unseal_body(key, r.chat_id, r.number, r.body) for r in rows]
        return tuple(
            f"{row.number} {row.side} {body['text']} "
            f"{[label for label, _ in body.get('rows', [])]} "
            f"{[label for _, label, _ in body.get('choices', [])]}"
            for row, body in zip(rows, bodies, strict=True)
            if row.side == "bot"
        )

    return world.write(look)


def told_apart(one: Sequence[float], other: Sequence[float]) -> float:
    """Return how likely two lots of one source differ as much as these do."""
    first, second = sorted(one), sorted(other)
    widest = max(
        abs(bisect(first, v) / len(first) - bisect(second, v) / len(second))
        for v in [*first, *second]
    )
    n = len(one) * len(other) / (len(one) + len(other))
    x = (math.sqrt(n) + 0.12 + 0.11 / math.sqrt(n)) * widest
    if x < 0.2:  # the series does not converge there, and it is 1
        return 1.0
    terms = (math.exp(-2 * (k * x) ** 2) * (1 if k % 2 else -1) for k in range(1, 101))
    return min(1.0, max(0.0, 2 * math.fsum(terms)))


def columns_of(lots: dict[str, Lot]) -> dict[str, dict[str, object]]:
    """Return what a report shows, a column a kind."""
    plain = lots[UNKNOWN]
    return {
        kind: {
            "tries": len(lot.seconds),
            "different answers": len(lot.said | plain.said),
            "median ms": f"{sorted(lot.seconds)[len(lot.seconds) // 2] * 1000:.2f}",
            "KS p against an unknown ID": "–"
            if lot is plain
            else f"{told_apart(plain.seconds, lot.seconds):.3f}",
        }
        for kind, lot in lots.items()
    }


def is_neutral(lots: dict[str, Lot], sure: float = SURE) -> bool:
    """Tell whether nobody could have learned anything."""
    plain = lots[UNKNOWN]
    others = [lot for kind, lot in lots.items() if kind != UNKNOWN]
    least = sure / len(others)  # one of several is wide apart by chance more often
    return all(
        lot.said == plain.said and told_apart(plain.seconds, lot.seconds) > least
        for lot in others
    )
