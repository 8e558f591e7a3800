"""Contending: processes take, cancel and redeem the same vouchers all at once.

In the end the books must agree: no more given than there are, none lost, nobody with
more than their share, each redeemed once, and what was cancelled free again.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial

from sqlmodel import Session, col, func, select

from bot.database import Database, in_transaction
from models import voucher
from models.benefit import OPEN, Benefit, MayNot, Use, person_of
from models.clerk import Counter as Till
from models.clerk import appoint_clerk, counter_of
from models.partner import Partner, open_partner
from models.place import Atlas, read_atlas
from models.rules import Rules
from models.sealing import Keyring
from models.staff import accept, invite
from models.tally import Counted, Tally
from models.voucher import CannotRedeem, Held, Voucher
from models.worker import Worker, new_worker
from tests.databases import opened
from tests.torture.rushing import PROCESSES, rush

NOW = datetime(2026, 11, 20, 8, tzinfo=UTC)
KEYS = Keyring({1: b"w" * 32}, 1, {1: b"i" * 32})
PARTNER, BENEFIT = "drug-baiyun", "medicine"
CLERKS = 4


@dataclass(frozen=True)
class Want:
    """How many want how many, with how many deeds."""

    people: int
    quota: int
    share: int = 2
    deeds: int = 1000
    seed: int = 1


@dataclass(frozen=True)
class Books:
    """What the rows say in the end, and what is wrong with that."""

    counts: dict[str, int]
    faults: list[str]


def contend(url: str, want: Want) -> Books:
    """Let processes contend in a seeded database, and read the books."""
    with opened(url) as database:
        people, clerks = in_transaction(database, lambda s: _prepare(s, want))
    at_random = partial(_do_at_random, people, clerks, want.deeds // PROCESSES)
    seeds = [want.seed * 1000 + number for number in range(PROCESSES)]
    done = Counter[str]()
    for one in rush(url, at_random, seeds):
        done += one
    for one in rush(url, _take_the_rest, [*_parts(people)]):
        done += one
    with opened(url) as database, Session(database.reading) as session:
        return _books(session, want, done)


def _parts(people: list[int]) -> Iterator[list[int]]:
    """Give everybody to two processes, in opposite orders."""
    yield from (people[number::4] for number in range(4))
    yield from (people[number::4][::-1] for number in range(4))


def _prepare(session: Session, want: Want) -> tuple[list[int], list[int]]:
    given = session.get_one(Benefit, BENEFIT)
    given.quota, given.share, given.taken = want.quota, want.share, 0
    partner = open_partner(session, PARTNER)
    members = [_member(session, str(number)) for number in range(want.people)]
    clerks = []
    for _ in range(CLERKS):
        clerk = new_worker(KEYS, "zh-CN", NOW)
        session.add(clerk)
        session.flush()
        code = invite(session, appoint_clerk(session, partner, NOW), NOW)
        accept(session, code, clerk.id, NOW)
        clerks.append(clerk.id)
    return members, clerks


def _member(session: Session, number: str) -> int:
    worker = new_worker(KEYS, "zh-CN", NOW)
    worker.member_no, worker.union_code = number, "4401"
    worker.member_since = NOW - timedelta(days=100)
    session.add(worker)
    return worker.id


def _do_at_random(
    people: list[int], clerks: list[int], deeds: int, database: Database, seed: int
) -> Counter[str]:
    """Do so many things at random, each in a transaction of its own."""
    draw = random.Random(seed)
    done = Counter[str]()
    atlas = in_transaction(database, read_atlas)
    for _ in range(deeds):
        who, clerk = draw.choice(people), draw.choice(clerks)
        deed = draw.choice(("take", "take", "cancel", "redeem"))
        done[deed] += _try(database, deed, atlas, who, clerk)
    return done


def _take_the_rest(database: Database, people: list[int]) -> Counter[str]:
    """Let everybody take what they still may, so that none is left by accident."""
    atlas = in_transaction(database, read_atlas)
    taken = sum(_try(database, "take", atlas, who, 0) for who in people)
    return Counter(take=taken)


def _try(database: Database, deed: str, atlas: Atlas, who: int, clerk: int) -> int:
    """Try something; give how often it was done, by what was told to who did it."""
    doing: dict[str, Callable[[Session], bool]] = {
        "take": lambda session: _take(session, atlas, who),
        "cancel": lambda session: _cancel(session, who),
        "redeem": lambda session: _redeem(session, who, clerk),
    }
    return int(in_transaction(database, doing[deed]))


def _take(session: Session, atlas: Atlas, who: int) -> bool:
    worker = session.get_one(Worker, who)
    person = person_of(session, atlas, Rules(), worker, NOW)
    given, at = session.get_one(Benefit, BENEFIT), session.get_one(Partner, PARTNER)
    try:
        voucher.issue(session, KEYS, worker, person, given, at, NOW)
    except MayNot:
        return False
    return True


def _held(session: Session, who: int) -> Voucher | None:
    return voucher.open_one(session, who, BENEFIT)


def _cancel(session: Session, who: int) -> bool:
    row = _held(session, who)
    return row is not None and voucher.cancel(session, row, NOW)


def _redeem(session: Session, who: int, clerk: int) -> bool:
    row, at = _held(session, who), counter_of(session, clerk)
    if row is None or at is None:
        return False
    return _redeemed(session, at, row)


def _redeemed(session: Session, at: Till, row: Voucher) -> bool:
    try:
        voucher.redeem(session, at, row, 100, NOW)
    except CannotRedeem:
        return False
    return True


def _books(session: Session, want: Want, done: Counter[str]) -> Books:
    held = dict(
        session.exec(
            select(Voucher.standing, func.count()).group_by(col(Voucher.standing))
        ).all()
    )
    tallied = select(Tally.what, func.count()).group_by(col(Tally.what))
    told = dict(session.exec(tallied).all())
    issued, used = sum(held.values()), held.get(Held.USED, 0)
    gone = held.get(Held.OPEN, 0) + used
    taken = session.get_one(Benefit, BENEFIT).taken
    checks = {
        f"{gone} given of {want.quota}": gone > want.quota,
        f"taken is {taken}, given are {gone}": taken != gone,
        f"{want.quota - gone} lost": gone < min(want.quota, _wanted(session, want)),
        f"{done['take']} were told, {issued} issued": done["take"] != issued,
        f"{done['redeem']} were told, {used} redeemed": done["redeem"] != used,
        f"{told} counted": told.get(Counted.REDEEMED, 0) != used
        or told.get(Counted.ISSUED, 0) != issued,
        "a share is exceeded or not given back": bool(_wrong_shares(session, want)),
    }
    counts = {"issued": issued, "cancelled": done["cancel"], "redeemed": used}
    faults = [fault for fault, is_wrong in checks.items() if is_wrong]
    return Books(counts | {"given in the end": gone, "quota": want.quota}, faults)


def _wanted(session: Session, want: Want) -> int:
    """Count what everybody would have: one open at a time, with what they used."""
    used = select(Voucher.worker_id, func.count()).where(Voucher.standing == Held.USED)
    by_person = dict(session.exec(used.group_by(col(Voucher.worker_id))).all())
    spent = sum(min(n, want.share) for n in by_person.values())
    return spent + sum(by_person.get(w, 0) < want.share for w in _people(session))


def _people(session: Session) -> list[int]:
    return list(
        session.exec(select(Worker.id).where(col(Worker.member_no).is_not(None)))
    )


def _wrong_shares(session: Session, want: Want) -> list[int]:
    """Give the people whose counted use is not what their vouchers say."""
    found: Counter[tuple[int, bool]] = Counter()
    for row in session.exec(select(Voucher)):
        if row.standing in (Held.OPEN, Held.USED):
            found[row.worker_id, False] += 1
        if row.standing is Held.OPEN:
            found[row.worker_id, True] += 1
    return [
        use.worker_id
        for use in session.exec(select(Use))
        if use.used != found[use.worker_id, use.period == OPEN]
        or use.used > (1 if use.period == OPEN else want.share)
    ]
