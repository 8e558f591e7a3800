"""Two at once: of two who want what only one can have, one gets it, and cleanly."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
from sqlalchemy.exc import NoResultFound
from sqlmodel import Session, col, select

from bot.database import Database
from models import review
from models.application import (
    Application,
    CannotDecide,
    Decision,
    DoubleMember,
    Standing,
    Step,
    latest_of,
    steps_of,
)
from models.chat import Chat
from models.erasure import erase
from models.message import Fate
from models.reminder import Reminder
from models.review import AlreadyTold, Overtaken
from models.rotation import move_workers
from models.sealing import Keyring
from models.staff import Staff
from models.worker import Worker
from tests.models.cast import (
    KEYS,
    NOW,
    UNDO_SECONDS,
    Meet,
    Runner,
    applicant,
    facts,
    race,
    reviewer,
)

BOTH = replace(
    KEYS, wrapping={2: b"v" * 32} | KEYS.wrapping, index={2: b"j" * 32} | KEYS.index
)
NEW = replace(BOTH, current=2, current_index=2)
TO_POOL = Decision(Standing.POOL, {})
BACK = Decision(Standing.RETURNED, {"mobile": "unclear"})


def committed(database: Database, make: Callable[[Session], int]) -> int:
    with Session(database.writing) as session:
        made = make(session)
        session.commit()
        return made


@pytest.fixture
def row_id(database: Database) -> int:
    return committed(database, lambda session: applicant(session).id)


@pytest.fixture
def staff_id(database: Database) -> int:
    return committed(database, lambda session: reviewer(session).id)


def deciding(
    staff_id: int, row_id: int, decision: Decision = TO_POOL, keys: Keyring = KEYS
) -> Runner:
    def run(session: Session, meet: Meet) -> str:
        staff = session.get_one(Staff, staff_id)
        row = session.get_one(Application, row_id)
        row.load(keys, session.get_one(Worker, row.worker_id))
        meet()
        try:
            review.decide(session, keys, staff, row, decision, NOW, UNDO_SECONDS)
        except (CannotDecide, DoubleMember) as refusal:
            return type(refusal).__name__
        return "decided"

    return run


def withdrawing(row_id: int) -> Runner:
    def run(session: Session, meet: Meet) -> str:
        row = session.get_one(Application, row_id)
        meet()
        try:
            review.withdraw(session, KEYS, row, NOW)
        except CannotDecide as refusal:
            return type(refusal).__name__
        return "withdrawn"

    return run


def reading(staff_id: int, row_id: int) -> Runner:
    def run(session: Session, meet: Meet) -> str:
        staff = session.get_one(Staff, staff_id)
        row = session.get_one(Application, row_id)
        meet()
        review.open_for_review(session, KEYS, staff, row, NOW)
        return "read"

    return run


def undoing(staff_id: int, step_id: int) -> Runner:
    def run(session: Session, meet: Meet) -> bool:
        staff = session.get_one(Staff, staff_id)
        step = session.get_one(Step, step_id)
        row = session.get_one(Application, step.application_id)
        meet()
        try:
            review.undo(session, KEYS, staff, step.id, row, NOW)
        except (AlreadyTold, Overtaken):
            return False
        return True

    return run


def members(session: Session) -> int:
    found = session.exec(select(Worker.id).where(col(Worker.member_no).is_not(None)))
    return len(found.all())


def standings(session: Session, row_id: int) -> list[Standing]:
    steps = steps_of(session, row_id)
    assert session.get_one(Application, row_id).standing is steps[-1].standing
    assert [step.n for step in steps] == list(range(1, len(steps) + 1))
    return [step.standing for step in steps[1:]]


@pytest.mark.parametrize("other", [TO_POOL, BACK], ids=["approved", "returned"])
def test_two_decisions_at_once_are_one(
    database: Database, staff_id: int, row_id: int, other: Decision
) -> None:
    done = race(database, deciding(staff_id, row_id), deciding(staff_id, row_id, other))
    assert sorted(done) == ["CannotDecide", "decided"]
    with Session(database.reading) as session:
        (standing,) = standings(session, row_id)
        assert members(session) == (standing is Standing.POOL)
        assert len(session.exec(select(Reminder)).all()) == 1


def test_an_application_is_approved_or_withdrawn_and_never_both(
    database: Database, staff_id: int, row_id: int
) -> None:
    done = race(database, deciding(staff_id, row_id), withdrawing(row_id))
    assert "CannotDecide" in done
    with Session(database.reading) as session:
        (standing,) = standings(session, row_id)
        assert standing is {
            "decided": Standing.POOL,
            "withdrawn": Standing.WITHDRAWN,
        }.get(done[0] if done[1] == "CannotDecide" else done[1])
        assert members(session) == (standing is Standing.POOL)


def test_a_look_never_brings_back_what_was_withdrawn(
    database: Database, staff_id: int, row_id: int
) -> None:
    done = race(database, reading(staff_id, row_id), withdrawing(row_id))
    assert done == ["read", "withdrawn"]
    with Session(database.reading) as session:
        assert standings(session, row_id)[-1] is Standing.WITHDRAWN


def test_two_with_one_id_approved_at_once_are_one_member(
    database: Database, staff_id: int, row_id: int
) -> None:
    same_id = committed(database, lambda session: applicant(session, 1).id)
    done = race(database, deciding(staff_id, row_id), deciding(staff_id, same_id))
    assert sorted(done) == ["DoubleMember", "decided"]
    with Session(database.reading) as session:
        assert members(session) == 1
        both = [standings(session, one) for one in (row_id, same_id)]
        assert sorted(both) == [[], [Standing.POOL]]


@pytest.mark.parametrize("tagged", [KEYS, NEW], ids=["old tags", "new tags"])
def test_an_id_is_enrolled_once_while_index_keys_rotate(
    database: Database, staff_id: int, row_id: int, tagged: Keyring
) -> None:
    def half_moved(session: Session) -> int:
        row = applicant(session, 1)
        row.tag(tagged, facts(1))
        return row.id

    same_id = committed(database, half_moved)
    old = deciding(staff_id, row_id, keys=BOTH)
    done = race(database, old, deciding(staff_id, same_id, keys=NEW))
    assert sorted(done) == ["DoubleMember", "decided"]
    with Session(database.reading) as session:
        assert members(session) == 1


def test_a_member_who_is_being_moved_is_still_seen(
    database: Database, staff_id: int, row_id: int
) -> None:
    committed(database, lambda session: approved(session, staff_id, row_id))
    same_id = committed(database, lambda session: applicant(session, 1).id)

    def moving(session: Session, meet: Meet) -> int:
        meet()
        done = move_workers(session, NEW, 0)
        return done.moved if done else 0

    deciding_too = deciding(staff_id, same_id, keys=BOTH)
    done = race(database, moving, deciding_too)
    assert done[1] == "DoubleMember"
    with Session(database.reading) as session:
        assert members(session) == 1


def test_a_decision_is_undone_once_by_two_at_once(
    database: Database, staff_id: int, row_id: int
) -> None:
    step_id = committed(database, lambda session: approved(session, staff_id, row_id))
    done = race(database, undoing(staff_id, step_id), undoing(staff_id, step_id))
    assert sorted(done) == [False, True]
    with Session(database.reading) as session:
        assert standings(session, row_id) == [Standing.POOL, Standing.IN_REVIEW]
        assert members(session) == 0


def test_a_decision_is_told_or_undone_and_never_both(
    database: Database, staff_id: int, row_id: int
) -> None:
    step_id = committed(database, lambda session: approved(session, staff_id, row_id))

    def telling(session: Session, meet: Meet) -> bool:
        meet()
        row = session.exec(select(Reminder).with_for_update()).one()
        if row.fate is not Fate.WAITING:
            return False
        row.fate = Fate.SENT
        return True

    done = race(database, telling, undoing(staff_id, step_id))
    assert sorted(done) == [False, True]
    with Session(database.reading) as session:
        assert members(session) == done[0]
        fate = session.exec(select(Reminder.fate)).one()
        assert fate is (Fate.SENT if done[0] else Fate.SKIPPED)


def approved(session: Session, staff_id: int, row_id: int) -> int:
    staff = session.get_one(Staff, staff_id)
    row = session.get_one(Application, row_id)
    step = review.decide(session, KEYS, staff, row, TO_POOL, NOW, UNDO_SECONDS)
    assert latest_of(session, row.worker_id) is row
    return step.id


def erasing(row_id: int) -> Runner:
    def run(session: Session, meet: Meet) -> str:
        row = session.get_one(Application, row_id)
        worker = session.get_one(Worker, row.worker_id)
        chat = session.get_one(Chat, row.chat_id)
        meet()
        erase(session, KEYS, worker, chat, NOW, NOW.date())
        return "erased"

    return run


def test_a_decision_and_an_erasure_leave_nothing(
    database: Database, staff_id: int, row_id: int
) -> None:
    first, second = race(database, deciding(staff_id, row_id), erasing(row_id))
    assert second == "erased"
    assert first == "decided" or isinstance(first, NoResultFound)
    with Session(database.reading) as session:
        for table in (Application, Step, Reminder):
            assert session.exec(select(table)).all() == []
        assert len(session.exec(select(Worker)).all()) == 2
