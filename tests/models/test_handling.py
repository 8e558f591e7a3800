"""Handling cases: one has it at a time; only who may, may; what was done is counted."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from sqlalchemy import update
from sqlmodel import Session, col, select

from bot.database import Database, in_transaction
from models import handling
from models.application import CannotDecide
from models.audit import AuditEntry
from models.case import Case, Course, Outcome
from models.case_entry import Side, entries_of
from models.case_news import STIRRED, TOLD
from models.dispute import Stage
from models.handling import NotTheirs, colleagues
from models.place import Atlas, read_atlas
from models.service_record import ServiceRecord
from models.staff import JURY, Staff, appoint, revoke
from models.worker import Worker
from tests.databases import SEEDED, Copy
from tests.models.casework import TODAY, a_case, a_dispute
from tests.models.cast import KEYS, NOW, Meet, Runner, race, reviewer
from tests.models.test_case import officer, subjects


def done(session: Session) -> list[str]:
    found = select(AuditEntry.action).where(col(AuditEntry.action).like("case.%"))
    return list(session.exec(found.order_by(col(AuditEntry.id))))


def close(session: Session, atlas: Atlas, staff: Staff, row: Case) -> None:
    by = (session, KEYS, atlas, staff, row)
    handling.close(*by, Outcome.SETTLED, "办好了", 3, NOW)


def test_a_case_is_taken_once(session: Session, atlas: Atlas) -> None:
    staff, other, row = reviewer(session), reviewer(session), a_case(session)
    handling.take(session, atlas, staff, row, NOW)
    assert (row.course, row.staff_id, row.taken_at) == (Course.TAKEN, staff.id, NOW)
    with pytest.raises(CannotDecide):
        handling.take(session, atlas, other, row, NOW)
    assert handling.has(staff, row)
    assert not handling.has(other, row)
    assert subjects(session, TOLD) == [f"{row.id}.taken"]
    assert done(session) == ["case.taken"]


def test_who_serves_elsewhere_has_no_say(session: Session, atlas: Atlas) -> None:
    stranger, row = reviewer(session, "440111"), a_case(session)
    on = (session, atlas, stranger, row)
    with pytest.raises(NotTheirs):
        handling.take(*on, NOW)
    with pytest.raises(NotTheirs):
        handling.let_go(*on, NOW)
    with pytest.raises(NotTheirs):
        handling.note(session, KEYS, atlas, stranger, row, "备注", NOW)
    with pytest.raises(NotTheirs):
        close(session, atlas, stranger, row)
    with pytest.raises(NotTheirs):
        handling.move_stage(*on, Stage.MEDIATION, TODAY, NOW, TODAY)
    with pytest.raises(NotTheirs):
        handling.pass_on(*on, stranger, NOW)


def test_nobody_handles_a_case_of_their_own(session: Session, atlas: Atlas) -> None:
    staff = reviewer(session)
    assert staff.worker_id is not None
    row = a_case(session, session.get_one(Worker, staff.worker_id))
    with pytest.raises(NotTheirs):
        handling.take(session, atlas, staff, row, NOW)


def test_a_case_is_passed_on_by_who_has_it_or_an_officer(
    session: Session, atlas: Atlas
) -> None:
    staff, other, row = reviewer(session), reviewer(session), a_case(session)
    handling.take(session, atlas, staff, row, NOW)
    with pytest.raises(NotTheirs):
        handling.pass_on(session, atlas, other, row, other, NOW)
    handling.pass_on(session, atlas, staff, row, other, NOW)
    assert handling.has(other, row)
    above = session.get_one(Staff, int(officer(session)))
    handling.pass_on(session, atlas, above, row, staff, NOW)
    assert handling.has(staff, row)
    assert f"{row.id}.passed" in subjects(session, STIRRED)


def test_who_serves_elsewhere_takes_a_case_along(
    session: Session, atlas: Atlas
) -> None:
    staff, away, row = reviewer(session), reviewer(session, "4403"), a_case(session)
    handling.take(session, atlas, staff, row, NOW)
    handling.pass_on(session, atlas, staff, row, away, NOW)
    assert row.union_code == "4403"
    assert handling.has(away, row)


def test_a_case_goes_only_to_who_looks_after_people(
    session: Session, atlas: Atlas
) -> None:
    staff, row = reviewer(session), a_case(session)
    handling.take(session, atlas, staff, row, NOW)
    juror = appoint(session, JURY, "4401", NOW)
    nobody = appoint(session, "social_worker", "4401", NOW)
    gone = reviewer(session)
    revoke(session, gone, NOW)
    for to in (juror, nobody, gone):
        with pytest.raises(CannotDecide):
            handling.pass_on(session, atlas, staff, row, to, NOW)


def test_a_case_nobody_has_is_not_passed_on(session: Session, atlas: Atlas) -> None:
    above, row = session.get_one(Staff, int(officer(session))), a_case(session)
    with pytest.raises(CannotDecide):
        handling.pass_on(session, atlas, above, row, reviewer(session), NOW)
    with pytest.raises(CannotDecide):
        handling.let_go(session, atlas, above, row, NOW)


def test_a_case_that_is_let_go_waits_again(session: Session, atlas: Atlas) -> None:
    staff, row = reviewer(session), a_case(session)
    handling.take(session, atlas, staff, row, NOW)
    handling.let_go(session, atlas, staff, row, NOW)
    assert (row.course, row.staff_id) == (Course.WAITING, None)


def test_a_case_waits_again_when_its_holder_serves_no_more(
    session: Session, atlas: Atlas
) -> None:
    staff, row = reviewer(session), a_case(session)
    handling.take(session, atlas, staff, row, NOW)
    assert handling.free_orphans(session, NOW) == []
    revoke(session, staff, NOW)
    assert handling.free_orphans(session, NOW) == [row]
    assert row.course is Course.WAITING
    assert handling.free_orphans(session, NOW) == []


def test_a_note_is_for_staff(session: Session, atlas: Atlas) -> None:
    staff, row = reviewer(session), a_case(session)
    handling.note(session, KEYS, atlas, staff, row, "去年也有", NOW)
    [entry] = entries_of(session, row.id)
    assert (entry.side, entry.staff_id) == (Side.NOTE, staff.id)
    assert entry.read(row.open_key(KEYS)) == "去年也有"


def test_the_clocks_follow_the_stage(session: Session, atlas: Atlas) -> None:
    staff, row = reviewer(session), a_dispute(session)
    on = (session, atlas, staff, row)
    handling.move_stage(*on, Stage.AWARDED, TODAY, NOW, TODAY)
    assert row.safe_day == date(2026, 12, 4)
    handling.move_stage(*on, Stage.LITIGATION, TODAY, NOW, TODAY)
    assert row.safe_day is None
    with pytest.raises(CannotDecide):
        later = TODAY + timedelta(days=1)
        handling.move_stage(*on, Stage.MEDIATION, later, NOW, TODAY)
    with pytest.raises(CannotDecide):
        plain = a_case(session)
        handling.move_stage(
            session, atlas, staff, plain, Stage.MEDIATION, TODAY, NOW, TODAY
        )


def test_what_was_done_is_counted_and_names_nobody(
    session: Session, atlas: Atlas
) -> None:
    staff, row = reviewer(session), a_dispute(session, people=12)
    with pytest.raises(NotTheirs):
        close(session, atlas, staff, row)
    handling.take(session, atlas, staff, row, NOW)
    close(session, atlas, staff, row)
    assert (row.course, row.outcome) == (Course.CLOSED, Outcome.SETTLED)
    assert row.read_answer(KEYS) == "办好了"
    record = session.get_one(ServiceRecord, row.id)
    assert (record.people, record.union_code) == (3, "440106")
    with pytest.raises(NotTheirs):
        close(session, atlas, staff, row)


def test_who_was_too_late_closes_nothing(session: Session, atlas: Atlas) -> None:
    staff, row = reviewer(session), a_case(session)
    handling.take(session, atlas, staff, row, NOW)
    one = update(Case).where(col(Case.id) == row.id)
    session.execute(
        one.values(course=Course.WITHDRAWN),
        execution_options={"synchronize_session": False},
    )
    with pytest.raises(CannotDecide):
        close(session, atlas, staff, row)


def test_colleagues_of_the_same_line_come_first(session: Session, atlas: Atlas) -> None:
    away, near = reviewer(session, "4403"), reviewer(session, "440106")
    row = a_case(session)
    assert [staff.id for staff in colleagues(session, atlas, row)] == [near.id, away.id]
    handling.take(session, atlas, near, row, NOW)
    assert [staff.id for staff in colleagues(session, atlas, row)] == [away.id]


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_of_two_who_take_at_once_one_has_it(
    kind: str, request: pytest.FixtureRequest
) -> None:
    copies: Copy = request.getfixturevalue(f"{kind}_copies")
    with copies(SEEDED) as database:
        results = race(database, *_takers(database))
        assert sorted(type(r).__name__ for r in results) == ["CannotDecide", "NoneType"]


def _takers(database: Database) -> list[Runner]:
    def prepare(session: Session) -> tuple[int, list[int], Atlas]:
        staff = [reviewer(session).id for _ in range(2)]
        return a_case(session).id, staff, read_atlas(session)

    case_id, staff_ids, atlas = in_transaction(database, prepare)

    def taker(staff_id: int) -> Runner:
        def run(session: Session, meet_others: Meet) -> None:
            staff, row = (
                session.get_one(Staff, staff_id),
                session.get_one(Case, case_id),
            )
            meet_others()
            handling.take(session, atlas, staff, row, NOW)

        return run

    return [taker(staff_id) for staff_id in staff_ids]
