"""Matters that wait, of each kind one that is mine and one of others."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from sqlmodel import Session

from models import nominee as nominees
from models.attachment import new_attachment
from models.award import Award, Phase
from models.benefit import Benefit, person_of
from models.chat import newest_chat
from models.claim import Asks, file_claim
from models.columns import new_id, short
from models.correction import wish_for
from models.nominee import Candidacy, Nominee
from models.objection import object_to
from models.place import read_atlas
from models.rules import Rules
from models.service import ask_for
from models.site import Site
from models.site_fault import What, report
from models.transfer import Wish, request
from models.worker import Worker
from tests.models.awarding import an_award
from tests.models.cast import KEYS, meet
from tests.models.test_transfer import FACTS, member

from .house import House
from .rows import Rows

UNIONS = ("440106", "440306")
"""Mine is below 4401; 4403 is others'."""

Made = Callable[[Session, House, int, str], int]


def rows_of(make: Made) -> Callable[[House, str], Rows]:
    """Return what makes one row for each city."""

    def both(house: House, who: str) -> Rows:
        def work(session: Session) -> Rows:
            made = [
                short(make(session, house, number, union))
                for number, union in enumerate(UNIONS, start=1)
            ]
            return Rows(*made)

        return house.world.write(work)

    return both


def a_member(session: Session, house: House, number: int, union: str) -> Worker:
    """Let somebody be a member of a union."""
    worker = member(session, number)
    worker.union_code, worker.group = union, "courier"
    worker.member_since = house.world.now - timedelta(days=30)
    session.add(worker)
    session.flush()
    return worker


def a_chat(session: Session, worker: Worker) -> int:
    """Return somebody's chat."""
    found = newest_chat(session, worker.id)
    assert found is not None
    return found


def a_picture(session: Session, house: House, worker: Worker) -> int:
    """Let somebody have sent a picture."""
    data = (KEYS, worker, "image/jpeg", b"\xff\xd8picture", house.world.now)
    row = new_attachment(*data)
    session.add(row)
    session.flush()
    return row.id


def correction(session: Session, house: House, number: int, union: str) -> int:
    """Let a member wish for another name."""
    worker = a_member(session, house, number, union)
    wish = {"full_name": "李四"}
    chat = a_chat(session, worker)
    row = wish_for(session, KEYS, worker, chat, "full_name", wish, house.world.now)
    return row.id


def claim(session: Session, house: House, number: int, union: str) -> int:
    """Let somebody ask to be let in as a member."""
    worker = a_member(session, house, number, union)
    _, chat = meet(session, f"new phone {number}")
    told = (Asks.COME_BACK, chat.id, worker.id, union, house.world.now)
    return file_claim(session, *told).id


def fault(session: Session, house: House, number: int, union: str) -> int:
    """Let somebody report that a site is dirty, with a picture."""
    worker = a_member(session, house, number, union)
    site = session.get_one(Site, ("gz-by-dh", "sz-ns-st")[number - 1])
    picture = a_picture(session, house, worker)
    said = (site, What.DIRTY, "没有打扫", picture, house.world.now)
    return report(session, KEYS, worker, *said).id


def transfer(session: Session, house: House, number: int, union: str) -> int:
    """Let a member wish to go to a union that is neither's."""
    worker, now = a_member(session, house, number, union), house.world.now
    due = (now + timedelta(days=3)).date()
    row = request(session, KEYS, worker, Wish("445102", False, FACTS), now, due)
    return row.id


def service(session: Session, house: House, number: int, union: str) -> int:
    """Let a member ask for advice."""
    worker, now = a_member(session, house, number, union), house.world.now
    given, rules = session.get_one(Benefit, "career"), Rules()
    who = person_of(session, read_atlas(session), rules, worker, now)
    asked = (who, given, None, "想换份工作", now, rules.zone)
    return ask_for(session, KEYS, worker, *asked).id


def an_election(session: Session, house: House, union: str, phase: Phase) -> Award:
    """Let a union have an award in some phase."""
    days = ("nominating_at", "voting_at", "jury_at", "notice_at", "over_at")
    begun = list(Phase).index(phase) - list(Phase).index(Phase.NOMINATING)
    now = house.world.now
    times: dict[str, Any] = {
        name: now + timedelta(days=n - begun, hours=-1) for n, name in enumerate(days)
    }
    return an_award(session, union_code=union, phase=phase, **times)


def nominee(session: Session, house: House, number: int, union: str) -> int:
    """Let a member be nominated and agree."""
    worker = a_member(session, house, number, union)
    award = an_election(session, house, union, Phase.NOMINATING)
    now = house.world.now
    row = nominees.nominate(session, KEYS, award, worker, "三十年如一日", now)
    assert row is not None
    row.photo_id = a_picture(session, house, worker)
    nominees.agree(session, award, row, False, now)
    return row.id


def objection(session: Session, house: House, number: int, union: str) -> int:
    """Let a member object to a winner of an award on notice."""
    winner = a_member(session, house, number, union)
    teller = a_member(session, house, number + 2, union)
    award = an_election(session, house, union, Phase.NOTICE)
    one = Nominee(
        id=new_id(),
        award_id=award.id,
        worker_id=winner.id,
        standing=Candidacy.CONFIRMED,
        number=1,
        place=1,
        story=b"",
        at=house.world.now,
        agreed_at=house.world.now,
    )
    session.add(one)
    session.flush()
    said = (award, one, teller, "他不是我们行业的", house.world.now)
    return object_to(session, KEYS, *said).id


MATTERS: dict[str, Callable[[House, str], Rows]] = {
    "corrections": rows_of(correction),
    "claims": rows_of(claim),
    "faults": rows_of(fault),
    "transfers": rows_of(transfer),
    "requests": rows_of(service),
    "nominees": rows_of(nominee),
    "objections": rows_of(objection),
}
