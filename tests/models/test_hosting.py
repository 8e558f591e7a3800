"""Hosting: changes and cancellations reach everybody, and who came is certified."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlmodel import Session, select

from models.audit import AuditEntry
from models.event import (
    CannotChange,
    Event,
    EventKind,
    EventState,
    Plan,
    Unsound,
)
from models.hosting import (
    NobodyKnown,
    cancel,
    change,
    check_in_member,
    counts,
    give_certificates,
)
from models.own_question import read_questions
from models.place import Atlas
from models.signup import (
    CALLED_OFF,
    CERTIFICATE,
    CHANGED,
    IN_VAIN,
    SOON,
    How,
    SignupState,
)
from models.signup import cancel as leave
from models.staff import NotTheirs
from models.worker import Worker
from tests.models.cast import KEYS, NOW, reviewer
from tests.models.programme import PLAN, QUESTIONS, RULES, guest, open_event, reminders

HOUR = timedelta(hours=1)
START = PLAN.starts_at


def subjects(session: Session, kind: str) -> set[str]:
    return {row.subject for row in reminders(session, kind)}


def test_a_change_of_time_reaches_who_is_in_and_who_waits(
    session: Session, atlas: Atlas
) -> None:
    event = open_event(session, capacity=1)
    seated, first, gone = (guest(session, event, n) for n in range(3))
    leave(session, gone)
    later = replace(PLAN, capacity=1, starts_at=START + HOUR)
    change(session, atlas, reviewer(session), event, later, RULES, NOW)
    assert subjects(session, CHANGED) == {str(seated.id), str(first.id)}
    assert event.sequence == 1
    due = sorted(r.due for r in reminders(session, SOON) if r.subject == str(seated.id))
    assert [START + HOUR - d for d in due] == [25 * HOUR, 24 * HOUR, 2 * HOUR, HOUR]
    vain = [r.due for r in reminders(session, IN_VAIN) if r.subject == str(first.id)]
    assert sorted(vain) == [START, START + HOUR]


def test_a_change_back_and_forth_makes_no_reminder_twice(
    session: Session, atlas: Atlas
) -> None:
    event, staff = open_event(session), reviewer(session)
    guest(session, event)
    for plan in (replace(PLAN, starts_at=START + HOUR), PLAN):
        change(session, atlas, staff, event, plan, RULES, NOW)
    assert event.sequence == 2
    assert len(reminders(session, SOON)) == 4


def test_what_nobody_must_know_of_is_told_nobody(
    session: Session, atlas: Atlas
) -> None:
    event = open_event(session)
    guest(session, event)
    plan = replace(PLAN, name="培训班", capacity=9)
    change(session, atlas, reviewer(session), event, plan, RULES, NOW)
    assert (event.name, event.capacity, event.sequence) == ("培训班", 9, 0)
    assert reminders(session, CHANGED) == []


def test_a_draft_changes_in_all_and_tells_nobody(
    session: Session, atlas: Atlas
) -> None:
    event = open_event(session, state=EventState.DRAFT)
    plan = replace(PLAN, questions=QUESTIONS, place="别处")
    change(session, atlas, reviewer(session), event, plan, RULES, NOW)
    assert read_questions(event.questions) == QUESTIONS
    assert event.sequence == 0


@pytest.mark.parametrize(
    ("part", "changes"),
    [
        ("union", {"union_code": "440106"}),
        ("capacity", {"capacity": 1}),
        ("questions", {"questions": QUESTIONS}),
        ("times", {"ends_at": START}),
    ],
)
def test_what_may_not_change_any_more_stays(
    session: Session, atlas: Atlas, part: str, changes: dict[str, Any]
) -> None:
    event = open_event(session)
    for number in range(2):
        guest(session, event, number)
    plan: Plan = replace(PLAN, **changes)
    with pytest.raises(Unsound, match=part):
        change(session, atlas, reviewer(session), event, plan, RULES, NOW)


def test_who_is_in_or_waits_is_told_when_it_is_called_off(
    session: Session, atlas: Atlas
) -> None:
    event, staff = open_event(session, capacity=1), reviewer(session)
    rows = [guest(session, event, n) for n in range(2)]
    cancel(session, atlas, staff, event, RULES, NOW)
    assert event.state is EventState.CANCELLED
    assert subjects(session, CALLED_OFF) == {str(row.id) for row in rows}
    with pytest.raises(CannotChange):
        cancel(session, atlas, staff, event, RULES, NOW)


def test_an_event_without_people_is_called_off_quietly(
    session: Session, atlas: Atlas
) -> None:
    cancel(session, atlas, reviewer(session), open_event(session), RULES, NOW)
    assert reminders(session, CALLED_OFF) == []


@pytest.mark.parametrize(
    ("now", "told"),
    [
        # Eleven in the evening: days before the start they sleep on.
        (datetime(2026, 11, 22, 15, tzinfo=UTC), datetime(2026, 11, 23, tzinfo=UTC)),
        (START - 17 * HOUR, START - 17 * HOUR),
    ],
)
def test_nobody_is_woken_for_what_can_wait_till_morning(
    session: Session, atlas: Atlas, now: datetime, told: datetime
) -> None:
    event = open_event(session)
    guest(session, event)
    cancel(session, atlas, reviewer(session), event, RULES, now)
    assert [row.due for row in reminders(session, CALLED_OFF)] == [told]


def test_staff_check_a_member_in_by_number(session: Session, atlas: Atlas) -> None:
    event, staff = open_event(session), reviewer(session)
    row = guest(session, event, 7)
    number = session.get_one(Worker, row.worker_id).member_no or ""
    came = check_in_member(session, atlas, staff, event, KEYS, number, RULES, START)
    assert came is row
    assert (row.state, row.checked_in_by) == (SignupState.ATTENDED, How.STAFF)
    assert counts(session, event) == {SignupState.ATTENDED: 1}
    with pytest.raises(NobodyKnown):
        check_in_member(session, atlas, staff, event, KEYS, "4" * 14, RULES, START)
    stranger = reviewer(session, "4451")
    with pytest.raises(NotTheirs):
        check_in_member(session, atlas, stranger, event, KEYS, number, RULES, START)


def held(session: Session, atlas: Atlas, **changes: Any) -> Event:
    """Let two of three people come to an event."""
    event, staff = open_event(session, capacity=3, **changes), reviewer(session)
    for number in range(3):
        row = guest(session, event, number)
        known = session.get_one(Worker, row.worker_id).member_no or ""
        if number:
            at = START + number * timedelta(minutes=1)
            check_in_member(session, atlas, staff, event, KEYS, known, RULES, at)
    return event


def test_who_came_to_a_class_gets_one_certificate(
    session: Session, atlas: Atlas
) -> None:
    event, staff = held(session, atlas), reviewer(session)
    assert give_certificates(session, atlas, staff, event, event.ends_at) == 2
    assert give_certificates(session, atlas, staff, event, event.ends_at) == 0
    assert len(subjects(session, CERTIFICATE)) == 2
    found = select(AuditEntry.detail).where(AuditEntry.action == "event.certified")
    assert [*session.exec(found)] == ["2", "0"]


def test_nothing_is_certified_before_the_end_nor_of_a_festival(
    session: Session, atlas: Atlas
) -> None:
    staff = reviewer(session)
    early, festival = (
        held(session, atlas),
        held(session, atlas, kind=EventKind.FESTIVAL),
    )
    for event, now in ((early, START + HOUR), (festival, festival.ends_at)):
        with pytest.raises(CannotChange):
            give_certificates(session, atlas, staff, event, now)


def test_a_mobile_checks_in_who_alone_has_it(session: Session, atlas: Atlas) -> None:
    event, staff = open_event(session, capacity=3), reviewer(session)
    mobile = "+8613812345678"
    for number in (1, 2):
        worker = session.get_one(Worker, guest(session, event, number).worker_id)
        worker.mobile_tag = KEYS.tag("mobile", mobile)
        session.add(worker)
        session.flush()
        if number == 1:
            args = (session, atlas, staff, event, KEYS, mobile, RULES, START)
            assert check_in_member(*args).worker_id == worker.id
    with pytest.raises(NobodyKnown):
        check_in_member(*args)
