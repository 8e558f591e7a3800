"""Cases: opened, sealed, added to, taken back, rated; similar ones warn the officer."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from sqlmodel import Session, col, select

from models import case_following as cases
from models.application import CannotDecide
from models.attachment import new_attachment
from models.case import Course
from models.case_docket import (
    QUEUE,
    URGENT_QUEUE,
    cases_of,
    late,
    open_cases,
    urgent_case,
)
from models.case_entry import Side, entries_of, last_entries, with_photo
from models.case_filing import MOST_OPEN, TooMany, similar
from models.case_kind import KINDS, CaseKind
from models.case_news import FILED, SAFE_DAY, STIRRED, URGENT, WARNED
from models.dispute import Matter, Stage
from models.message import Fate
from models.reminder import Reminder
from models.staff import accept, appoint, invite
from models.worker import Worker
from tests.models.casework import RULES, TODAY, a_case, a_dispute
from tests.models.cast import KEYS, NOW, meet, reviewer, waiting


def subjects(session: Session, kind: str) -> list[str]:
    found = select(Reminder).where(Reminder.kind == kind, Reminder.fate == Fate.WAITING)
    return [row.subject for row in session.exec(found.order_by(col(Reminder.due)))]


def officer(session: Session, union: str = "4401") -> str:
    worker, _ = meet(session, f"officer {union}")
    code = invite(session, appoint(session, "officer", union, NOW), NOW)
    staff = accept(session, code, worker.id, NOW)
    assert staff is not None
    return str(staff.id)


def test_what_is_told_is_sealed_under_the_cases_own_key(session: Session) -> None:
    row = a_case(session, mobile="+8614000000001")
    assert row.load(KEYS)["story"] == "家里有困难。"
    worker = session.get_one(Worker, row.worker_id)
    assert row.open_key(KEYS) != worker.open_key(KEYS)
    assert "困难" not in repr(row.facts)


def test_a_kind_that_presses_is_due_in_half_the_time(session: Session) -> None:
    assert a_case(session).due == date(2026, 11, 23)
    assert a_case(session, kind=CaseKind.QUESTION).due == date(2026, 11, 24)
    assert KINDS[CaseKind.HELP].days(1) == 1


def test_who_serves_the_union_is_told_of_a_new_case(session: Session) -> None:
    staff = reviewer(session, "440106")
    officer(session)
    row = a_case(session)
    assert subjects(session, FILED) == [f"{row.id}.{staff.id}"]
    assert subjects(session, URGENT) == []


def test_of_an_urgent_one_officers_too(session: Session) -> None:
    staff, above = reviewer(session, "440106"), officer(session)
    row = a_case(session, urgent=True)
    assert {*subjects(session, URGENT)} == {f"{row.id}.{staff.id}", f"{row.id}.{above}"}
    assert urgent_case(session, row.worker_id) is row


def test_a_person_has_only_so_many_open(session: Session) -> None:
    worker, _ = meet(session)
    for _ in range(MOST_OPEN):
        a_case(session, worker)
    assert open_cases(session, worker.id) == MOST_OPEN
    with pytest.raises(TooMany):
        a_case(session, worker)
    assert a_case(session, worker, urgent=True).urgent


def test_the_last_safe_day_is_recalled_while_it_is_ahead(session: Session) -> None:
    row = a_dispute(session)
    assert row.safe_day == date(2027, 6, 30)
    assert subjects(session, SAFE_DAY) == [str(row.id)] * 3
    soon = a_dispute(session, since=TODAY - timedelta(days=360))
    assert subjects(session, SAFE_DAY).count(str(soon.id)) == 1
    past = a_dispute(session, since=TODAY - timedelta(days=400))
    assert str(past.id) not in subjects(session, SAFE_DAY)


def test_similar_cases_about_one_employer_warn_the_officers_once(
    session: Session,
) -> None:
    above = officer(session)
    rows = [a_dispute(session) for _ in range(RULES.similar_cases + 1)]
    assert subjects(session, WARNED) == [f"{rows[2].id}.{above}"]
    assert [row.warned for row in rows] == [False, False, True, False]


def test_other_employers_matters_kinds_and_old_cases_are_not_similar(
    session: Session,
) -> None:
    row = a_dispute(session)
    a_dispute(session, employer="别的公司")
    a_dispute(session, matter=Matter.INJURY)
    a_case(session, employer="示例公司")
    a_dispute(session, now=NOW - timedelta(days=31))
    cases.withdraw(session, a_dispute(session), NOW)
    assert similar(session, KEYS, row, RULES, NOW) == [row]
    opinion = a_case(session, kind=CaseKind.OPINION, employer="示例公司")
    assert similar(session, KEYS, opinion, RULES, NOW) == [opinion]


def test_a_picture_is_the_first_entry(session: Session) -> None:
    worker, _ = meet(session)
    picture = new_attachment(KEYS, worker, "image/jpeg", b"picture", NOW)
    session.add(picture)
    row = a_case(session, worker, picture_id=picture.id)
    assert with_photo(session, picture.id) is row
    [entry] = entries_of(session, row.id)
    assert (entry.n, entry.side, entry.read(row.open_key(KEYS))) == (1, Side.WORKER, "")


def test_what_is_added_is_numbered_and_told_to_who_has_it(session: Session) -> None:
    row = a_case(session)
    worker = session.get_one(Worker, row.worker_id)
    picture = new_attachment(KEYS, worker, "image/jpeg", b"picture", NOW)
    session.add(picture)
    cases.add(session, KEYS, row, "还有", None, NOW)
    cases.add(session, KEYS, row, "照片", picture.id, NOW)
    words = [e.read(row.open_key(KEYS)) for e in entries_of(session, row.id)]
    assert words == ["还有", "照片"]
    assert [e.n for e in entries_of(session, row.id, after=1)] == [2]
    assert [e.n for e in last_entries(session, row.id, 1)] == [2]
    assert {*subjects(session, STIRRED)} == {f"{row.id}.1", f"{row.id}.2"}


def test_what_is_taken_back_is_over(session: Session) -> None:
    row = a_dispute(session)
    cases.withdraw(session, row, NOW)
    assert row.course is Course.WITHDRAWN
    assert subjects(session, SAFE_DAY) == []
    with pytest.raises(CannotDecide):
        cases.withdraw(session, row, NOW)
    with pytest.raises(CannotDecide):
        cases.add(session, KEYS, row, "还有", None, NOW)
    assert not cases.rate(session, row, 5)


def test_only_what_is_closed_is_rated(session: Session) -> None:
    row = a_case(session)
    assert not cases.rate(session, row, 5)
    row.course = Course.CLOSED
    assert not cases.rate(session, row, 6)
    assert cases.rate(session, row, 5)
    assert row.rating == 5


def test_cases_are_listed_for_their_worker_and_their_union(session: Session) -> None:
    worker, _ = meet(session)
    old = a_case(session, worker)
    new = a_case(session, worker, NOW + timedelta(hours=1), urgent=True)
    assert cases_of(session, worker.id, 0, 1) == [new]
    for queue, rows in ((URGENT_QUEUE, [new]), (QUEUE, [old])):
        assert waiting(session, queue, {"440106"}) == rows
        assert waiting(session, queue, {"440111"}) == []


def test_what_is_taken_waits_for_who_has_it_alone(session: Session) -> None:
    row, one, other = a_case(session), reviewer(session), reviewer(session)
    row.course, row.staff_id = Course.TAKEN, one.id
    session.add(row)
    session.flush()
    assert QUEUE.count(session, one, {"440106"}) == 1
    assert QUEUE.oldest(session, one, {"440106"}, 9) == [(NOW, row.id)]
    assert QUEUE.count(session, other, {"440106"}) == 0
    assert QUEUE.oldest(session, other, {"440106"}, 9) == []


def test_what_waits_too_long_is_late_once_and_again(session: Session) -> None:
    row = a_case(session)
    after, long_after = row.due + timedelta(days=1), row.due - timedelta(days=9)
    assert late(session, row.due, long_after) == []
    assert late(session, after, long_after) == [row]
    row.chased = 1
    assert late(session, after, long_after) == []
    assert late(session, after, after) == [row]
    row.chased = 2
    assert late(session, after, after) == []


def test_a_case_that_is_no_dispute_has_no_clocks(session: Session) -> None:
    assert a_case(session).dispute is None
    dispute = a_dispute(session).dispute
    assert dispute is not None
    assert dispute.stage is Stage.NEGOTIATION


def test_no_answer_reads_as_empty(session: Session) -> None:
    assert a_case(session).read_answer(KEYS) == ""
