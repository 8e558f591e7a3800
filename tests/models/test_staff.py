"""Staff: a position, and the one who accepts its invitation."""

from __future__ import annotations

from datetime import timedelta

from sqlmodel import Session, select

from bot.database import Database
from models.audit import AuditEntry
from models.staff import (
    OFFICER,
    PREFIX,
    Invitation,
    Staff,
    accept,
    appoint,
    invite,
    positions,
    revoke,
    staff_above,
    staff_of,
)
from tests.models.cast import NOW, Meet, Runner, meet, race, reviewer

LATER = NOW + timedelta(hours=72)


def position(session: Session, union_code: str = "4401") -> Staff:
    return appoint(session, "social_worker", union_code, NOW)


def test_a_position_is_held_by_nobody_at_first(session: Session) -> None:
    staff = position(session)
    assert (staff.role, staff.union_code) == ("social_worker", "4401")
    assert (staff.worker_id, staff.active) == (None, True)


def test_who_accepts_an_invitation_holds_the_position(session: Session) -> None:
    worker, _ = meet(session)
    staff = position(session)
    assert staff_of(session, worker.id) is None
    assert accept(session, invite(session, staff, NOW), worker.id, NOW) is staff
    assert staff_of(session, worker.id) is staff
    assert session.exec(select(AuditEntry.action)).all() == ["staff.accepted"]


def test_a_code_fits_a_deep_link_and_is_not_kept(session: Session) -> None:
    code = invite(session, position(session), NOW)
    assert code.startswith(PREFIX)
    assert len(code) <= 64
    assert code.replace("-", "").replace("_", "").isalnum()
    kept = session.exec(select(Invitation)).one()
    assert code.encode() not in kept.token_hash


def test_an_invitation_is_used_once(session: Session) -> None:
    first, _ = meet(session, "1")
    second, _ = meet(session, "2")
    code = invite(session, position(session), NOW)
    assert accept(session, code, first.id, NOW)
    assert accept(session, code, first.id, NOW) is None
    assert accept(session, code, second.id, NOW) is None
    assert staff_of(session, second.id) is None


def test_an_invitation_ends_after_three_days(session: Session) -> None:
    worker, _ = meet(session)
    code = invite(session, position(session), NOW)
    assert accept(session, code, worker.id, LATER) is None
    assert accept(session, code, worker.id, LATER - timedelta(seconds=1))


def test_a_made_up_code_is_no_invitation(session: Session) -> None:
    worker, _ = meet(session)
    invite(session, position(session), NOW)
    assert accept(session, PREFIX + "x" * 32, worker.id, NOW) is None


def test_a_new_invitation_ends_the_one_before_and_no_other(session: Session) -> None:
    worker, _ = meet(session)
    ours, other = position(session), position(session, "4403")
    older, elsewhere = invite(session, ours, NOW), invite(session, other, NOW)
    newer = invite(session, ours, NOW)
    assert accept(session, older, worker.id, NOW) is None
    assert accept(session, newer, worker.id, NOW) is ours
    assert accept(session, elsewhere, worker.id, NOW) is other


def test_a_second_position_takes_the_place_of_the_first(session: Session) -> None:
    worker, _ = meet(session)
    first, second = position(session), position(session, "4403")
    accept(session, invite(session, first, NOW), worker.id, NOW)
    accept(session, invite(session, second, NOW), worker.id, NOW)
    session.refresh(first)
    assert first.worker_id is None
    assert staff_of(session, worker.id) is second


def test_who_was_dismissed_holds_nothing_and_may_be_invited_again(
    session: Session,
) -> None:
    worker, _ = meet(session)
    first, second = position(session), position(session, "4403")
    accept(session, invite(session, first, NOW), worker.id, NOW)
    first.active = False
    assert staff_of(session, worker.id) is None
    assert accept(session, invite(session, second, NOW), worker.id, NOW) is second


def test_who_was_revoked_may_do_nothing_from_that_moment(session: Session) -> None:
    staff = reviewer(session)
    worker_id = staff.worker_id or 0
    assert staff_of(session, worker_id) is staff
    revoke(session, staff, NOW)
    assert staff_of(session, worker_id) is None
    assert staff_above(session, "440106", 0) == []
    entry = session.exec(select(AuditEntry).order_by(AuditEntry.id)).all()[-1]  # type: ignore[arg-type]
    assert (entry.action, entry.subject_id) == ("staff.revoked", staff.id)
    assert (entry.actor_id, entry.at) == (None, NOW)


def test_the_link_of_a_revoked_position_makes_nobody_staff(session: Session) -> None:
    worker, _ = meet(session)
    staff, other = position(session), position(session)
    code, others = invite(session, staff, NOW), invite(session, other, NOW)
    revoke(session, staff, NOW)
    assert accept(session, code, worker.id, NOW) is None
    assert accept(session, others, worker.id, NOW) is other


def test_positions_are_listed_with_what_is_open(session: Session) -> None:
    held = reviewer(session, "440106")
    invited, over = position(session, "440111"), position(session, "440112")
    invite(session, invited, NOW)
    invite(session, over, NOW - timedelta(hours=72))
    revoke(session, position(session), NOW)
    assert positions(session, NOW) == [(held, None), (invited, LATER), (over, None)]


def test_of_two_who_use_an_invitation_at_once_one_wins(database: Database) -> None:
    with Session(database.writing) as session:
        code = invite(session, position(session), NOW)
        workers = [meet(session, address)[0].id for address in ("1", "2")]
        session.commit()

    def use(worker_id: int) -> Runner:
        def run(session: Session, meet: Meet) -> bool:
            meet()
            return accept(session, code, worker_id, NOW) is not None

        return run

    assert sorted(race(database, *map(use, workers))) == [False, True]
    with Session(database.reading) as session:
        assert session.exec(select(Staff.worker_id)).one() in workers


def test_the_nearest_union_that_anybody_serves_answers(session: Session) -> None:
    city = reviewer(session, "4401")
    assert staff_above(session, "440106008", 0) == [city]
    one, other = reviewer(session, "440106"), reviewer(session, "440106")
    found = staff_above(session, "440106008", 0)
    assert {staff.id for staff in found} == {one.id, other.id}


def test_nobody_looks_after_their_own_or_without_a_holder(session: Session) -> None:
    own, gone = reviewer(session, "4401"), reviewer(session, "4401")
    gone.active = False
    appoint(session, "social_worker", "4401", NOW)
    assert staff_above(session, "440106", own.worker_id or 0) == []


def test_only_the_role_asked_for_answers(session: Session) -> None:
    reviewer(session, "440106")
    officer = reviewer(session, "4401")
    officer.role = OFFICER
    assert staff_above(session, "440106", 0, OFFICER) == [officer]
