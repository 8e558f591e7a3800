"""Corrections: what is changed is changed everywhere, and checked when it must be."""

from __future__ import annotations

from typing import Any

import pytest
from sqlmodel import Session, select

from models import correction, review
from models.application import (
    Application,
    CannotDecide,
    Decision,
    DoubleMember,
    Standing,
    hold,
)
from models.audit import AuditEntry
from models.correction import Correction, Wish
from models.place import Atlas
from models.reminder import waits
from models.staff import ADMINISTRATOR, OFFICER, PARTNER_CLERK, appoint
from models.worker import Worker
from tests.models.cast import (
    KEYS,
    NOW,
    UNDO_SECONDS,
    applicant,
    facts,
    resident_id,
    reviewer,
    waiting,
)

MORE = {
    "id_type": "resident",
    "other_id": None,
    "group": "courier",
    "work_form": "employer",
    "district": "440106",
    "home_district": None,
}
"""What a form asks beside what the cast answers."""


def member(session: Session, number: int = 1) -> tuple[Worker, Application]:
    row = applicant(session, number)
    worker = session.get_one(Worker, row.worker_id)
    row.keep(KEYS, worker, {**facts(number), **MORE})
    staff, decision = reviewer(session), Decision(Standing.POOL, {})
    review.decide(session, KEYS, staff, row, decision, NOW, UNDO_SECONDS)
    return worker, row


def wish(session: Session, worker: Worker, **changes: Any) -> Correction:
    field = next(iter(changes))
    chat = session.exec(
        select(Application.chat_id).where(Application.worker_id == worker.id)
    ).one()
    row = correction.wish_for(session, KEYS, worker, chat, field, changes, NOW)
    session.flush()
    return row


def test_a_fact_is_changed_in_the_application_and_in_the_worker(
    session: Session,
) -> None:
    worker, row = member(session)
    changes = {"mobile": "+8613900000001", "group": "truck_driver"}
    correction.correct(session, KEYS, worker, changes)
    assert row.load(KEYS, worker)["mobile"] == "+8613900000001"
    assert worker.unseal(KEYS, "mobile") == "+8613900000001"
    tag = KEYS.tag("mobile", "+8613900000001")
    assert row.mobile_tag == worker.mobile_tag == tag
    assert row.group == worker.group == "truck_driver"
    assert worker.unseal(KEYS, "name") == "张三"


def test_where_somebody_lives_goes_before_where_they_work(session: Session) -> None:
    worker, row = member(session)
    correction.correct(session, KEYS, worker, {"home_district": "440111"})
    assert row.district == "440111"
    correction.correct(session, KEYS, worker, {"home_district": None})
    assert row.district == "440106"


def test_only_a_member_is_corrected(session: Session) -> None:
    row = applicant(session)
    worker = session.get_one(Worker, row.worker_id)
    with pytest.raises(CannotDecide):
        correction.correct(session, KEYS, worker, {"mobile": "+8613900000001"})
    nobody = session.get_one(Worker, reviewer(session).worker_id)
    with pytest.raises(CannotDecide):
        correction.correct(session, KEYS, nobody, {"mobile": "+8613900000001"})


def test_a_wish_changes_nothing_until_it_is_approved(
    session: Session, atlas: Atlas
) -> None:
    worker, row = member(session)
    asked = wish(session, worker, resident_id=resident_id(2))
    assert worker.unseal(KEYS, "id_number") == resident_id(1)
    correction.approve(session, KEYS, atlas, reviewer(session), asked, NOW)
    session.refresh(worker)
    assert worker.unseal(KEYS, "id_number") == resident_id(2)
    assert row.id_tag == worker.id_tag == KEYS.tag("id_number", resident_id(2))
    assert asked.standing is Wish.APPROVED
    assert waits(session, "correction", str(asked.id))
    actions = session.exec(select(AuditEntry.action)).all()
    assert actions.count("correction.approved") == 1


def test_a_refusal_has_its_reason_sealed(session: Session, atlas: Atlas) -> None:
    worker, _ = member(session)
    asked = wish(session, worker, full_name="李四")
    assert asked.read(KEYS, worker, "why") == ""
    correction.refuse(session, KEYS, atlas, reviewer(session), asked, "mismatch", NOW)
    assert asked.read(KEYS, worker, "why") == "mismatch"
    assert b"mismatch" not in (asked.why or b"")
    assert worker.unseal(KEYS, "name") == "张三"


def test_what_is_settled_is_not_settled_again(session: Session, atlas: Atlas) -> None:
    worker, _ = member(session)
    asked = wish(session, worker, full_name="李四")
    correction.approve(session, KEYS, atlas, reviewer(session), asked, NOW)
    with pytest.raises(CannotDecide):
        correction.approve(session, KEYS, atlas, reviewer(session), asked, NOW)
    with pytest.raises(CannotDecide):
        correction.refuse(session, KEYS, atlas, reviewer(session), asked, "no", NOW)


def test_an_id_that_another_member_holds_is_not_given_twice(
    session: Session, atlas: Atlas
) -> None:
    worker, row = member(session, 1)
    member(session, 2)
    asked = wish(session, worker, resident_id=resident_id(2))
    with pytest.raises(DoubleMember):
        correction.approve(session, KEYS, atlas, reviewer(session), asked, NOW)
    assert asked.standing is Wish.WAITING
    assert row.load(KEYS, hold(session, row))["resident_id"] == resident_id(1)


def test_a_newer_wish_takes_the_place_of_the_older(session: Session) -> None:
    worker, _ = member(session)
    older = wish(session, worker, full_name="李四")
    other = wish(session, worker, resident_id=resident_id(2))
    newer = wish(session, worker, full_name="李四光")
    assert older.standing is Wish.DROPPED
    assert {r.id for r in correction.waiting_of(session, worker.id)} == {
        other.id,
        newer.id,
    }
    assert newer.load(KEYS, worker) == {"full_name": "李四光"}


def test_a_wish_is_dropped_once(session: Session) -> None:
    worker, _ = member(session)
    wish(session, worker, full_name="李四")
    assert correction.drop(session, worker.id, NOW, "full_name")
    assert not correction.drop(session, worker.id, NOW)


def test_only_the_member_s_unions_have_to_settle_it(session: Session) -> None:
    worker, _ = member(session)
    asked = wish(session, worker, full_name="李四")
    assert waiting(session, correction.QUEUE, {"440106"}) == [asked]
    assert waiting(session, correction.QUEUE, {"440111"}) == []


@pytest.mark.parametrize(
    ("role", "union"),
    [(OFFICER, "440306"), (ADMINISTRATOR, "440106"), (PARTNER_CLERK, "440106")],
)
def test_who_does_not_serve_the_member_settles_nothing(
    session: Session, atlas: Atlas, role: str, union: str
) -> None:
    worker, _ = member(session)
    asked = wish(session, worker, full_name="李四")
    other = appoint(session, role, union, NOW)
    with pytest.raises(CannotDecide):
        correction.approve(session, KEYS, atlas, other, asked, NOW)
    with pytest.raises(CannotDecide):
        correction.refuse(session, KEYS, atlas, other, asked, "no", NOW)
    assert asked.standing is Wish.WAITING
