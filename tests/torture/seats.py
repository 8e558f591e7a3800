"""Seats: many people want few at once, from many processes, and some give theirs back.

Fair is who was done before another began stands before them; beyond that nobody can
tell who was first.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from functools import partial
from random import Random

from sqlmodel import Session, col, func, select

from bot.database import Database, in_transaction
from models.event import Event
from models.offering import accept, offer_seats
from models.rules import Rules
from models.signup import Signup, SignupState, cancel, sign_up
from models.worker import Worker
from tests.databases import opened
from tests.databases import seed as seed_database
from tests.models.cast import KEYS, NOW
from tests.models.programme import member, open_event
from tests.torture.rushing import PROCESSES, rush


@dataclass(frozen=True)
class Crowd:
    """How many people want how many seats, in which random order."""

    people: int = 1000
    seats: int = 50
    seed: int = 1


@dataclass(frozen=True)
class Wish:
    """When somebody asked and was done, and their rank: 0 in, else the number."""

    began: float
    ended: float
    rank: int


@dataclass(frozen=True)
class Outcome:
    """What became of all of them: after the rush, and after some gave seats back."""

    crowd: Crowd
    inside: int
    numbers: list[int]
    overtaken: int
    seconds: float
    given_back: int
    inside_again: int
    out_of_turn: int
    waiting: int
    counted: tuple[int, int]

    @property
    def faults(self) -> list[str]:
        """What was promised and not kept."""
        waited = self.crowd.people - self.crowd.seats
        promises = {
            "seats": self.inside == self.crowd.seats == self.inside_again,
            "numbers": self.numbers == [*range(1, waited + 1)],
            "fairness": self.overtaken == 0 == self.out_of_turn,
            "the queue": self.waiting == waited - self.given_back,
            "the counts": self.counted == (self.crowd.seats, self.waiting),
        }
        return [name for name, kept in promises.items() if not kept]


def rush_for_seats(crowd: Crowd, url: str) -> Outcome:
    """Let people sign up in eight processes, then some cancel and others follow."""
    seed_database(url)
    with opened(url) as database:
        event_id, workers = in_transaction(database, lambda s: _prepare(s, crowd))
    Random(crowd.seed).shuffle(workers)
    wanted = rush(url, partial(_want, event_id), _parts(workers))
    wishes = [wish for some in wanted for wish in some]
    seconds = max(w.ended for w in wishes) - min(w.began for w in wishes)
    with opened(url) as database:
        inside = _count(database, SignupState.IN)
        leaving = in_transaction(database, lambda s: _half_of_those_in(s))
    rush(url, _leave, _parts(leaving))
    with opened(url) as database:
        in_transaction(database, _follow)
        return Outcome(
            crowd=crowd,
            inside=inside,
            numbers=sorted(wish.rank for wish in wishes if wish.rank),
            overtaken=_overtaken(wishes),
            seconds=seconds,
            given_back=len(leaving),
            inside_again=_count(database, SignupState.IN),
            out_of_turn=in_transaction(database, _out_of_turn),
            waiting=_count(database, SignupState.WAITING),
            counted=in_transaction(database, lambda s: _counted(s, event_id)),
        )


def _prepare(session: Session, crowd: Crowd) -> tuple[int, list[int]]:
    event = open_event(session, capacity=crowd.seats)
    return event.id, [member(session, n).id for n in range(crowd.people)]


def _parts(workers: list[int]) -> list[list[int]]:
    return [workers[n::PROCESSES] for n in range(PROCESSES)]


def _want(event_id: int, database: Database, workers: list[int]) -> list[Wish]:
    """Sign people up, each in a transaction of their own."""

    def work(session: Session, worker_id: int) -> int:
        event = session.get_one(Event, event_id)
        worker = session.get_one(Worker, worker_id)
        return sign_up(session, KEYS, event, worker, {}, NOW).place or 0

    wishes = []
    for worker_id in workers:
        began = time.monotonic()
        rank = in_transaction(database, lambda s, who=worker_id: work(s, who))  # type: ignore[misc]
        wishes.append(Wish(began, time.monotonic(), rank))
    return wishes


def _leave(database: Database, workers: list[int]) -> None:
    """Let people give their seats back, and after each the next ones follow."""
    for worker_id in workers:
        in_transaction(database, lambda s, who=worker_id: _give_back(s, who))  # type: ignore[misc]
        in_transaction(database, _follow)


def _give_back(session: Session, worker_id: int) -> None:
    theirs = select(Signup).where(Signup.worker_id == worker_id)
    cancel(session, session.exec(theirs).one())


def _follow(session: Session) -> None:
    """Offer what is free; whoever has an offer takes it."""
    offer_seats(session, Rules(), NOW)
    offered = select(Signup).where(Signup.state == SignupState.OFFERED)
    for row in session.exec(offered.order_by(col(Signup.id))).all():
        accept(session, row, NOW)


def _half_of_those_in(session: Session) -> list[int]:
    seated = select(Signup.worker_id).where(Signup.state == SignupState.IN)
    return list(session.exec(seated.order_by(col(Signup.id))))[::2]


def _overtaken(wishes: list[Wish]) -> int:
    """Count who stands behind somebody who began only when they were done."""
    by_end = iter(sorted(wishes, key=lambda wish: wish.ended))
    done, highest, count = next(by_end, None), 0, 0
    for wish in sorted(wishes, key=lambda wish: wish.began):
        while done is not None and done.ended < wish.began:
            highest = max(highest, done.rank)
            done = next(by_end, None)
        count += wish.rank < highest
    return count


def _out_of_turn(session: Session) -> int:
    """Count who got a seat from the queue while somebody before them still waits."""
    waits = select(func.min(Signup.place)).where(Signup.state == SignupState.WAITING)
    first = session.exec(waits).one() or 0
    beyond = select(func.count()).where(
        Signup.state == SignupState.IN, col(Signup.place) > first
    )
    return session.exec(beyond).one()


def _count(database: Database, state: SignupState) -> int:
    with Session(database.reading) as session:
        found = select(func.count()).where(Signup.state == state)
        return session.exec(found).one()


def _counted(session: Session, event_id: int) -> tuple[int, int]:
    event = session.get_one(Event, event_id)
    return event.taken, event.waiting
