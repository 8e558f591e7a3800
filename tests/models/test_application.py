"""Applications: one open at a time, their history never overwritten."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session

from models import application
from models.application import (
    APPROVED,
    OPEN,
    WAITING,
    Application,
    CannotDecide,
    Standing,
    latest_of,
    record,
    steps_of,
)
from models.doubts import shared_with_others
from models.sealing import CannotOpen
from models.worker import Worker
from tests.models.cast import (
    KEYS,
    NOW,
    applicant,
    apply,
    facts,
    meet,
    reviewer,
    waiting,
)

HOUR = timedelta(hours=1)


def worker_of(session: Session, application: Application) -> Worker:
    return session.get_one(Worker, application.worker_id)


def test_every_standing_is_open_approved_or_over() -> None:
    over = {Standing.REJECTED, Standing.WITHDRAWN, Standing.LEFT}
    assert set(OPEN) | set(APPROVED) | over == set(Standing)
    assert set(WAITING) < set(OPEN)


def test_the_facts_are_kept_sealed_and_read_again(session: Session) -> None:
    row = applicant(session)
    worker = worker_of(session, row)
    assert row.load(KEYS, worker) == facts()
    for secret in facts().values():
        assert secret.encode() not in row.facts


def test_the_facts_of_another_do_not_open(session: Session) -> None:
    row, other = applicant(session, 1), applicant(session, 2)
    with pytest.raises(CannotOpen):
        row.load(KEYS, worker_of(session, other))
    other.facts = row.facts
    with pytest.raises(CannotOpen):
        other.load(KEYS, worker_of(session, row))


@pytest.mark.parametrize("standing", OPEN)
def test_an_open_application_blocks_a_second_one(
    session: Session, standing: Standing
) -> None:
    worker, chat = meet(session)
    record(session, KEYS, apply(session, worker, chat), standing, NOW)
    with pytest.raises(IntegrityError):
        apply(session, worker, chat)


@pytest.mark.parametrize("standing", [s for s in Standing if s not in OPEN])
def test_one_that_is_over_blocks_nothing(session: Session, standing: Standing) -> None:
    worker, chat = meet(session)
    record(session, KEYS, apply(session, worker, chat), standing, NOW)
    apply(session, worker, chat)


def test_a_number_is_given_once(session: Session) -> None:
    first, second = applicant(session, 1), applicant(session, 2)
    second.number = first.number
    with pytest.raises(IntegrityError):
        session.flush()


def test_the_newest_application_counts(session: Session) -> None:
    worker, chat = meet(session)
    assert latest_of(session, worker.id) is None
    older = apply(session, worker, chat, submitted_at=NOW - HOUR)
    record(session, KEYS, older, Standing.REJECTED, NOW)
    newer = apply(session, worker, chat, submitted_at=NOW)
    assert latest_of(session, worker.id) is newer


def test_the_application_of_a_member_counts_before_a_newer_one(
    session: Session,
) -> None:
    worker, chat = meet(session)
    row = apply(session, worker, chat)
    row.standing = Standing.POOL
    newer = apply(session, worker, chat, submitted_at=NOW + timedelta(days=1))
    newer.standing = Standing.WITHDRAWN
    session.flush()
    assert latest_of(session, worker.id) is row


def test_each_change_is_a_step_that_stays(session: Session) -> None:
    row, staff = applicant(session), reviewer(session)
    record(session, KEYS, row, Standing.IN_REVIEW, NOW, staff.id)
    record(session, KEYS, row, Standing.RETURNED, NOW, staff.id, {"mobile": "unclear"})
    record(session, KEYS, row, Standing.SUBMITTED, NOW + HOUR)
    session.commit()
    steps = steps_of(session, row.id)
    assert [(step.n, step.standing.value) for step in steps] == [
        (1, "submitted"),
        (2, "in_review"),
        (3, "returned"),
        (4, "submitted"),
    ]
    assert [step.staff_id for step in steps] == [None, staff.id, staff.id, None]
    assert row.standing is Standing.SUBMITTED


def test_the_same_step_is_not_written_twice(session: Session) -> None:
    row = applicant(session)
    step = steps_of(session, row.id)[0]
    session.add(type(step)(**{**step.model_dump(), "id": step.id + 1}))
    with pytest.raises(IntegrityError):
        session.flush()


def test_the_reasons_are_sealed_by_step(session: Session) -> None:
    row = applicant(session)
    worker, reasons = worker_of(session, row), {"mobile": "=少一位数字"}
    step = record(session, KEYS, row, Standing.RETURNED, NOW, None, reasons)
    assert step.reasons(KEYS, worker) == reasons
    assert "少一位".encode() not in (step.why or b"")
    first = steps_of(session, row.id)[0]
    assert first.reasons(KEYS, worker) == {}
    first.why = step.why
    with pytest.raises(CannotOpen):
        first.reasons(KEYS, worker)


def test_a_union_sees_what_waits_for_it_the_oldest_first(session: Session) -> None:
    newer = applicant(session, 1, submitted_at=NOW)
    older = applicant(session, 2, submitted_at=NOW - HOUR)
    elsewhere = applicant(session, 3, union_code="440111")
    for number, standing in enumerate(set(Standing) - set(WAITING), start=4):
        record(session, KEYS, applicant(session, number), standing, NOW)
    record(session, KEYS, newer, Standing.IN_REVIEW, NOW)
    assert waiting(session, application.QUEUE, {"440106"}) == [older, newer]
    assert waiting(session, application.QUEUE, {"440111", "440103"}) == [elsewhere]
    assert waiting(session, application.QUEUE, set()) == []


def doubts(
    session: Session, row: Application, answers: dict[str, Any] | None = None
) -> set[str]:
    return shared_with_others(session, KEYS, row, answers or facts(1))


def test_nobody_is_doubted_without_cause(session: Session) -> None:
    row = applicant(session, 1)
    applicant(session, 2)
    assert doubts(session, row) == set()


def test_ones_own_earlier_application_is_no_doubt(session: Session) -> None:
    worker, chat = meet(session)
    record(session, KEYS, apply(session, worker, chat), Standing.REJECTED, NOW)
    assert doubts(session, apply(session, worker, chat)) == set()


def test_an_id_and_a_mobile_in_another_open_application_are_doubts(
    session: Session,
) -> None:
    first, second = applicant(session, 1), applicant(session, 1)
    assert doubts(session, second) == {"id_known", "mobile_known"}
    other = facts(1) | {"resident_id": "another"}
    assert doubts(session, second, other) == {"mobile_known"}
    record(session, KEYS, first, Standing.WITHDRAWN, NOW)
    assert doubts(session, second) == set()


def test_an_id_that_a_member_holds_is_a_doubt(session: Session) -> None:
    row = applicant(session)
    holder, _ = meet(session, "holder")
    holder.id_tag = row.id_tag
    assert doubts(session, row) == set()
    holder.member_no = "44010600000001"
    assert doubts(session, row) == {"id_known"}


def test_a_refusal_says_why_in_words() -> None:
    assert "no longer" in str(CannotDecide())
    assert str(CannotDecide("elsewhere")) == "elsewhere"
