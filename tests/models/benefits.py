"""Members who use benefits, made the short way, and what they use."""

from __future__ import annotations

from datetime import date, timedelta

from sqlmodel import Session

from models.benefit import Benefit, Person, person_of
from models.clerk import Counter, appoint_clerk, counter_of
from models.columns import new_id
from models.partner import Partner, open_partner
from models.place import Atlas, read_atlas
from models.rules import Rules
from models.service import ServiceRequest, ask_for
from models.staff import accept, invite
from models.voucher import Voucher, issue
from models.worker import Worker
from tests.models.cast import KEYS, NOW, meet

TODAY = date(2026, 11, 20)
MEDICINE, CHECK, CAREER = "medicine", "health-check", "career"
PHARMACY = "drug-baiyun"


def member(session: Session, address: str = "member", union: str = "440106") -> Worker:
    """Let somebody have been a member for a hundred days."""
    worker, _ = meet(session, address)
    worker.member_no, worker.union_code = f"no {worker.id}", union
    worker.member_since = NOW - timedelta(days=100)
    worker.group = "courier"
    session.add(worker)
    session.flush()
    return worker


def person(session: Session, worker: Worker, atlas: Atlas | None = None) -> Person:
    """Return what decides which benefits somebody may use."""
    return person_of(session, atlas or read_atlas(session), Rules(), worker, NOW)


def take(session: Session, worker: Worker, partner: str = PHARMACY) -> Voucher:
    """Let somebody take a voucher of the medicine chest."""
    given, at = session.get_one(Benefit, MEDICINE), session.get_one(Partner, partner)
    return issue(
        session, KEYS, worker, person(session, worker), given, at, NOW, Rules().zone
    )


def clerk(session: Session, partner: str = PHARMACY) -> Counter:
    """Appoint somebody at a partner's counter."""
    worker, _ = meet(session, f"clerk {new_id()}")
    staff = appoint_clerk(session, open_partner(session, partner), NOW)
    accept(session, invite(session, staff, NOW), worker.id, NOW)
    found = counter_of(session, worker.id)
    assert found is not None
    return found


def ask(
    session: Session,
    worker: Worker,
    code: str = CAREER,
    slot_id: int | None = None,
    words: str = "",
) -> ServiceRequest:
    """Let somebody ask for a service."""
    given, who = session.get_one(Benefit, code), person(session, worker)
    zone = Rules().zone
    return ask_for(session, KEYS, worker, who, given, slot_id, words, NOW, zone)


def taken(session: Session, code: str = MEDICINE) -> int:
    """Return how many of a benefit are gone."""
    row = session.get_one(Benefit, code)
    session.refresh(row)
    return row.taken
