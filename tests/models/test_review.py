"""Reviewing: who may decide, what a decision does, and taking it back."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, col, select

from models import reminder, review
from models.application import (
    DECISION,
    Application,
    CannotDecide,
    Decision,
    DoubleMember,
    Standing,
    Step,
    steps_of,
)
from models.audit import AuditEntry
from models.message import Fate
from models.place import Atlas
from models.reminder import Reminder
from models.review import AlreadyTold, Overtaken
from models.staff import Staff
from models.worker import Worker
from tests.models.cast import (
    KEYS,
    NOW,
    UNDO_SECONDS,
    applicant,
    apply,
    facts,
    meet,
    resident_id,
    reviewer,
)

LATER = NOW + timedelta(seconds=UNDO_SECONDS)
TO_POOL = Decision(Standing.POOL, {})
TO_UNION = Decision(Standing.PLACED, {}, "440106-demo-mall")
BACK = Decision(Standing.RETURNED, {"mobile": "unclear"})
NO = Decision(Standing.REJECTED, {"": "not_eligible"})


def decide(
    session: Session, staff: Staff, row: Application, decision: Decision
) -> Step:
    return review.decide(session, KEYS, staff, row, decision, NOW, UNDO_SECONDS)


def undo(session: Session, staff: Staff, step: Step, row: Application) -> None:
    review.undo(session, KEYS, staff, step.id, row, NOW)


def due(session: Session, now: datetime = LATER) -> list[Reminder]:
    ids = reminder.due(session, now, (DECISION,), 50)
    return [session.get_one(Reminder, number) for number in ids]


def tell(session: Session, step: Step) -> None:
    (row,) = due(session)
    assert row.subject == str(step.id)
    reminder.end(row, Fate.SENT, "", LATER)
    session.flush()


def worker_of(session: Session, row: Application) -> Worker:
    return session.get_one(Worker, row.worker_id)


def written(session: Session) -> list[str]:
    entries = select(AuditEntry.action).where(
        col(AuditEntry.action).startswith("application")
    )
    return list(session.exec(entries.order_by(col(AuditEntry.id))))


@pytest.mark.parametrize("union_code", ["4401", "440106", "440106008"])
def test_a_union_above_the_applications_may_review(
    session: Session, atlas: Atlas, union_code: str
) -> None:
    row = applicant(session, union_code="440106-demo-mall")
    assert review.may_review(atlas, reviewer(session, union_code), row)


@pytest.mark.parametrize("union_code", ["440111", "4403", "440106-home", "440106001"])
def test_a_union_beside_or_below_may_not(
    session: Session, atlas: Atlas, union_code: str
) -> None:
    row = applicant(session, union_code="440106")
    assert not review.may_review(atlas, reviewer(session, union_code), row)


def test_nobody_reviews_their_own_application(session: Session, atlas: Atlas) -> None:
    staff = reviewer(session)
    _, chat = meet(session)
    own = apply(session, session.get_one(Worker, staff.worker_id), chat)
    assert not review.may_review(atlas, staff, own)


def test_who_is_no_staff_or_no_longer_may_not_review(
    session: Session, atlas: Atlas
) -> None:
    row, staff = applicant(session), reviewer(session)
    staff.active = False
    assert not review.may_review(atlas, staff, row)
    assert not review.may_review(atlas, None, row)


def test_a_first_look_is_noted_and_each_look_audited(session: Session) -> None:
    row, staff = applicant(session), reviewer(session)
    for _ in range(2):
        review.open_for_review(session, KEYS, staff, row, NOW)
    assert [step.standing for step in steps_of(session, row.id)] == [
        Standing.SUBMITTED,
        Standing.IN_REVIEW,
    ]
    assert written(session) == ["application.read"] * 2


def test_approval_to_the_pool_makes_a_member(session: Session) -> None:
    row, staff = applicant(session), reviewer(session)
    decide(session, staff, row, TO_POOL)
    worker = worker_of(session, row)
    assert row.standing is Standing.POOL
    assert (worker.in_pool, worker.union_code) == (True, "440106")
    assert worker.member_since == NOW
    assert worker.member_no is not None
    assert worker.member_no.startswith("440106")
    assert len(worker.member_no) == 14


def test_approval_into_a_union_places_the_member(session: Session) -> None:
    row, staff = applicant(session), reviewer(session)
    decide(session, staff, row, TO_UNION)
    worker = worker_of(session, row)
    assert row.standing is Standing.PLACED
    assert (worker.in_pool, worker.union_code) == (False, "440106-demo-mall")


def test_a_member_is_who_the_application_said(session: Session) -> None:
    row, staff = applicant(session, 7), reviewer(session)
    decide(session, staff, row, TO_POOL)
    worker = worker_of(session, row)
    answers = facts(7)
    assert worker.unseal(KEYS, "name") == answers["full_name"]
    assert worker.unseal(KEYS, "mobile") == answers["mobile"]
    assert worker.unseal(KEYS, "id_number") == answers["resident_id"]
    assert worker.unseal(KEYS, "born") == "1990-03-07"
    assert worker.name_tag == KEYS.tag("name", answers["full_name"])
    assert (worker.id_tag, worker.mobile_tag) == (row.id_tag, row.mobile_tag)
    assert (worker.sex, worker.group) == ("female", "courier")


def test_who_has_another_paper_states_birth_date_and_sex() -> None:
    answers = facts() | {
        "resident_id": None,
        "other_id": "E12345678",
        "born": date(1990, 3, 7),
        "sex": "male",
    }
    identity = review.identity_of(answers)
    assert (identity["id_number"], identity["born"]) == ("E12345678", "1990-03-07")
    assert review.sex_of(answers) == "male"
    assert review.sex_of(facts()) == "female"


@pytest.mark.parametrize("decision", [BACK, NO])
def test_return_and_rejection_keep_the_reason_and_make_no_member(
    session: Session, decision: Decision
) -> None:
    row, staff = applicant(session), reviewer(session)
    step = decide(session, staff, row, decision)
    worker = worker_of(session, row)
    assert row.standing is decision.standing
    assert step.reasons(KEYS, worker) == decision.reasons
    assert (worker.member_no, worker.name) == (None, None)


@pytest.mark.parametrize("decision", [TO_POOL, TO_UNION, BACK, NO])
def test_each_decision_is_audited_and_told_in_time(
    session: Session, decision: Decision
) -> None:
    row, staff = applicant(session), reviewer(session)
    step = decide(session, staff, row, decision)
    assert written(session) == [f"application.{decision.standing.value}"]
    assert not review.is_told(session, step)
    assert due(session, LATER - timedelta(seconds=1)) == []
    tell(session, step)
    assert review.is_told(session, step)


@pytest.mark.parametrize("first", [TO_POOL, BACK, NO])
def test_what_is_decided_is_not_decided_again(
    session: Session, first: Decision
) -> None:
    row, staff = applicant(session), reviewer(session)
    decide(session, staff, row, first)
    with pytest.raises(CannotDecide):
        decide(session, staff, row, TO_POOL)
    assert len(steps_of(session, row.id)) == 2


@pytest.mark.parametrize("decision", [TO_POOL, TO_UNION])
def test_an_approval_is_undone_without_a_trace_on_the_worker(
    session: Session, decision: Decision
) -> None:
    row, staff = applicant(session), reviewer(session)
    step = decide(session, staff, row, decision)
    undo(session, staff, step, row)
    worker = worker_of(session, row)
    assert (worker.member_no, worker.member_since) == (None, None)
    assert (worker.union_code, worker.in_pool) == (None, False)
    assert row.standing is Standing.IN_REVIEW


def test_undoing_adds_to_the_history_and_is_never_told(session: Session) -> None:
    row, staff = applicant(session), reviewer(session)
    step = decide(session, staff, row, BACK)
    undo(session, staff, step, row)
    session.commit()
    steps = steps_of(session, row.id)
    assert [(s.standing, s.undone) for s in steps] == [
        (Standing.SUBMITTED, False),
        (Standing.RETURNED, True),
        (Standing.IN_REVIEW, False),
    ]
    assert steps[1].reasons(KEYS, worker_of(session, row)) == BACK.reasons
    assert due(session) == []
    assert written(session) == ["application.returned", "application.undone"]


def test_what_was_undone_may_be_decided_anew(session: Session) -> None:
    row, staff = applicant(session), reviewer(session)
    undo(session, staff, decide(session, staff, row, TO_POOL), row)
    step = decide(session, staff, row, NO)
    assert row.standing is Standing.REJECTED
    undo(session, staff, step, row)


def test_a_decision_is_undone_once(session: Session) -> None:
    row, staff = applicant(session), reviewer(session)
    step = decide(session, staff, row, TO_POOL)
    undo(session, staff, step, row)
    with pytest.raises(Overtaken):
        undo(session, staff, step, row)
    assert len(steps_of(session, row.id)) == 3


def test_nothing_is_undone_after_the_notice(session: Session) -> None:
    row, staff = applicant(session), reviewer(session)
    step = decide(session, staff, row, TO_POOL)
    tell(session, step)
    with pytest.raises(AlreadyTold, match="can no longer be undone"):
        undo(session, staff, step, row)
    assert row.standing is Standing.POOL
    assert worker_of(session, row).member_no is not None


@pytest.mark.parametrize("decision", [None, BACK])
def test_a_worker_withdraws_what_is_open(
    session: Session, decision: Decision | None
) -> None:
    row, staff = applicant(session), reviewer(session)
    if decision:
        decide(session, staff, row, decision)
    review.withdraw(session, KEYS, row, NOW)
    assert row.standing is Standing.WITHDRAWN
    assert steps_of(session, row.id)[-1].staff_id is None


@pytest.mark.parametrize("decision", [TO_POOL, NO])
def test_a_worker_withdraws_nothing_that_is_over(
    session: Session, decision: Decision
) -> None:
    row, staff = applicant(session), reviewer(session)
    decide(session, staff, row, decision)
    with pytest.raises(CannotDecide):
        review.withdraw(session, KEYS, row, NOW)


def test_a_decision_overtaken_by_the_worker_is_neither_told_nor_undone(
    session: Session,
) -> None:
    row, staff = applicant(session), reviewer(session)
    step = decide(session, staff, row, BACK)
    review.withdraw(session, KEYS, row, NOW)
    assert due(session) == []
    with pytest.raises(Overtaken):
        undo(session, staff, step, row)
    assert row.standing is Standing.WITHDRAWN
    skipped = session.exec(select(reminder.Reminder)).one()
    session.refresh(skipped)
    assert (skipped.kind, skipped.reason) == (DECISION, "overtaken")


def test_an_id_that_a_member_holds_is_not_enrolled_again(session: Session) -> None:
    staff = reviewer(session)
    first, second = applicant(session, 1), applicant(session, 1)
    decide(session, staff, first, TO_POOL)
    with pytest.raises(DoubleMember, match="a person must settle it"):
        decide(session, staff, second, TO_POOL)
    session.commit()
    worker = worker_of(session, second)
    assert second.standing is Standing.SUBMITTED
    assert (worker.member_no, worker.name, worker.id_tag) == (None, None, None)
    assert len(steps_of(session, second.id)) == 1
    assert decide(session, staff, second, NO).standing is Standing.REJECTED


def test_who_left_may_be_a_member_again(session: Session) -> None:
    staff = reviewer(session)
    first, second = applicant(session, 1), applicant(session, 1)
    undo(session, staff, decide(session, staff, first, TO_POOL), first)
    decide(session, staff, second, TO_POOL)
    assert worker_of(session, second).id_tag == KEYS.tag("id_number", resident_id(1))


def test_a_fault_that_is_no_double_member_is_not_taken_for_one(
    session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    staff = reviewer(session)
    first, second = applicant(session, 1), applicant(session, 2)
    decide(session, staff, first, TO_POOL)
    taken = worker_of(session, first).member_no
    monkeypatch.setattr(review, "new_member_no", lambda session, district: taken)
    with pytest.raises(IntegrityError):
        decide(session, staff, second, TO_POOL)


def test_a_member_number_that_is_taken_is_drawn_again(
    session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    member, _ = meet(session)
    member.member_no = "44010600000007"
    draws = iter([7, 8])
    monkeypatch.setattr("secrets.randbelow", lambda limit: next(draws))
    assert review.new_member_no(session, "440106008") == "44010600000008"


def place(session: Session, staff: Staff, row: Application) -> Step:
    by = (session, KEYS, staff, row, "440106-demo-mall")
    return review.place(*by, NOW, UNDO_SECONDS)


def test_who_is_in_the_pool_is_placed_in_a_union(session: Session) -> None:
    row, staff = applicant(session), reviewer(session)
    tell(session, decide(session, staff, row, TO_POOL))
    step = place(session, staff, row)
    worker = worker_of(session, row)
    assert (worker.union_code, worker.in_pool) == ("440106-demo-mall", False)
    assert row.standing is Standing.PLACED
    assert written(session)[-1] == "application.placed"
    tell(session, step)


def test_only_who_is_in_the_pool_is_placed(session: Session) -> None:
    row, staff = applicant(session), reviewer(session)
    with pytest.raises(CannotDecide):
        place(session, staff, row)
    decide(session, staff, row, TO_UNION)
    with pytest.raises(CannotDecide):
        place(session, staff, row)


def test_a_placing_is_taken_back_to_the_pool(session: Session) -> None:
    row, staff = applicant(session), reviewer(session)
    tell(session, decide(session, staff, row, TO_POOL))
    number = worker_of(session, row).member_no
    undo(session, staff, place(session, staff, row), row)
    worker = worker_of(session, row)
    assert (worker.union_code, worker.in_pool) == (row.union_code, True)
    assert worker.member_no == number
    assert row.standing is Standing.POOL
    place(session, staff, row)
