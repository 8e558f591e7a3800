"""Transfers: one at a time, decided in order, undone in time, pushed on by a clock."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

import pytest
from sqlmodel import Session, select

from bot.database import Database
from models import reminder, transfer, transfer_clock, transfer_deciding
from models.application import CannotDecide, Decision, Standing, latest_of
from models.audit import AuditEntry
from models.merging import merge
from models.place import Atlas, read_atlas
from models.preference import Preference, keep, preference_of
from models.review import AlreadyTold, Overtaken, decide, may_review
from models.staff import Staff
from models.transfer import MOVED, TIMED, Moving, Transfer, TransferStep, Wish
from models.withdrawal import withdraw_consent
from models.worker import Worker
from tests.models.cast import KEYS, NOW, Meet, apply, meet, race, reviewer, waiting

DUE = date(2026, 11, 27)
FACTS = {"city": "4403", "district": "440306", "street": None, "home_district": None}
MORE = {
    "group": "courier",
    "work_form": "employer",
    "id_type": "resident",
    "district": "440106",
    "home_district": None,
    "city": "4401",
}
WISH = Wish("440306", False, FACTS)


@dataclass
class Move:
    """A member on the way from Guangzhou to Shenzhen, and who decides it."""

    session: Session
    atlas: Atlas
    worker: Worker
    old: Staff
    new: Staff
    row: Transfer

    def release(self) -> TransferStep:
        by = (self.session, KEYS, self.atlas, self.old)
        return transfer_deciding.release(*by, self.row, NOW, 30, DUE)

    def receive(self, staff: Staff | None = None) -> TransferStep:
        by = (self.session, KEYS, self.atlas, staff or self.new)
        return transfer_deciding.receive(*by, self.row, NOW, 30)

    def refuse(self, staff: Staff) -> TransferStep:
        by = (self.session, KEYS, self.atlas, staff)
        return transfer_deciding.refuse(*by, self.row, NOW, 30, "no_answer")

    def undo(self, staff: Staff, step: TransferStep) -> None:
        by = (self.session, KEYS, self.atlas, staff)
        transfer_deciding.undo(*by, step.id, self.row, NOW)

    @property
    def standings(self) -> list[Moving]:
        steps = transfer.steps_of(self.session, self.row.id)
        return [step.standing for step in steps]

    @property
    def district(self) -> str:
        row = latest_of(self.session, self.worker.id)
        assert row is not None
        return row.district


def member(session: Session, number: int = 1) -> Worker:
    worker, chat = meet(session, f"member {number}")
    row = apply(session, worker, chat, number)
    row.keep(KEYS, worker, {**row.load(KEYS, worker), **MORE})
    union = Decision(Standing.PLACED, {}, "440106")
    decide(session, KEYS, reviewer(session), row, union, NOW, 30)
    return worker


def ask(session: Session, worker: Worker) -> Transfer:
    return transfer.request(session, KEYS, worker, WISH, NOW, DUE)


@pytest.fixture
def move(session: Session, atlas: Atlas) -> Move:
    worker = member(session)
    old, new = reviewer(session, "440106"), reviewer(session, "440306")
    return Move(session, atlas, worker, old, new, ask(session, worker))


def test_it_waits_for_the_union_that_is_left(move: Move) -> None:
    assert (move.row.union_code, move.row.standing) == ("440106", Moving.REQUESTED)
    assert waiting(move.session, transfer.QUEUE, {"440106"}) == [move.row]
    assert waiting(move.session, transfer.QUEUE, {"440306"}) == []
    assert b"440306" not in move.row.facts
    assert move.row.load(KEYS, move.worker) == {"after": FACTS}


def test_one_person_has_one_at_a_time(move: Move) -> None:
    with pytest.raises(CannotDecide):
        ask(move.session, move.worker)
    move.refuse(move.old)
    assert ask(move.session, move.worker) is not move.row
    assert len(transfer.transfers_of(move.session, move.worker.id)) == 2


def test_who_is_no_member_cannot_move(session: Session) -> None:
    with pytest.raises(CannotDecide):
        ask(session, meet(session)[0])


def test_the_union_changes_when_the_new_one_receives(move: Move) -> None:
    move.release()
    assert (move.worker.union_code, move.district) == ("440106", "440106")
    assert move.row.union_code == "440306"
    step = move.receive()
    assert (move.worker.union_code, move.worker.in_pool) == ("440306", False)
    assert move.district == "440306"
    assert reminder.waits(move.session, MOVED, str(step.id))
    actions = move.session.exec(select(AuditEntry.action)).all()
    assert {"transfer.released", "transfer.received"} <= {*actions}


def test_each_step_is_theirs_alone_to_decide(move: Move) -> None:
    with pytest.raises(CannotDecide):
        move.receive()
    with pytest.raises(CannotDecide):
        move.refuse(move.new)
    move.release()
    with pytest.raises(CannotDecide):
        move.release()
    with pytest.raises(CannotDecide):
        move.receive(move.old)


def test_a_release_can_be_taken_back_by_who_gave_it(move: Move) -> None:
    step = move.release()
    move.undo(move.old, step)
    assert (move.row.union_code, move.row.standing) == ("440106", Moving.REQUESTED)
    with pytest.raises(Overtaken):
        move.undo(move.old, step)
    assert not reminder.waits(move.session, MOVED, str(step.id))


def test_a_reception_taken_back_gives_the_member_back(move: Move) -> None:
    move.release()
    step = move.receive()
    with pytest.raises(Overtaken):
        move.undo(move.old, step)
    move.undo(move.new, step)
    assert (move.worker.union_code, move.district) == ("440106", "440106")
    assert (move.row.standing, move.row.union_code) == (Moving.RELEASED, "440306")
    assert move.row.load(KEYS, move.worker) == {"after": FACTS}


def test_a_release_is_not_taken_back_once_it_is_received(move: Move) -> None:
    step = move.release()
    move.receive()
    for staff in (move.old, move.new):
        with pytest.raises(Overtaken):
            move.undo(staff, step)
    assert move.row.standing is Moving.RECEIVED


def test_what_was_told_is_not_taken_back(move: Move) -> None:
    step = move.release()
    reminder.skip(move.session, MOVED, str(step.id), "told", NOW)
    with pytest.raises(AlreadyTold):
        move.undo(move.old, step)


def test_a_request_is_nobody_s_decision_to_take_back(move: Move) -> None:
    (first,) = transfer.steps_of(move.session, move.row.id)
    with pytest.raises(AlreadyTold):
        move.undo(move.old, first)


def test_a_refusal_says_why_and_can_be_taken_back(move: Move) -> None:
    move.release()
    step = move.refuse(move.new)
    assert step.reason(KEYS, move.worker) == "no_answer"
    move.undo(move.new, step)
    assert (move.row.standing, move.row.union_code) == (Moving.RELEASED, "440306")
    first = transfer.steps_of(move.session, move.row.id)[0]
    assert first.reason(KEYS, move.worker) == ""


def test_it_is_withdrawn_until_it_is_received(move: Move) -> None:
    step = move.release()
    transfer.withdraw(move.session, move.row, NOW)
    assert move.row.standing is Moving.WITHDRAWN
    assert not reminder.waits(move.session, MOVED, str(step.id))
    with pytest.raises(CannotDecide):
        transfer.withdraw(move.session, move.row, NOW)


def test_what_was_applied_with_is_the_new_union_s_to_read(move: Move) -> None:
    def readers() -> list[bool]:
        row = latest_of(move.session, move.worker.id)
        assert row is not None
        return [may_review(move.atlas, staff, row) for staff in (move.old, move.new)]

    assert readers() == [True, False]
    move.release()
    step = move.receive()
    assert readers() == [False, True]
    move.undo(move.new, step)
    assert readers() == [True, False]


def test_a_decision_undone_gives_no_more_time(move: Move) -> None:
    step = transfer_deciding.release(
        move.session,
        KEYS,
        move.atlas,
        move.old,
        move.row,
        NOW,
        30,
        DUE + timedelta(days=9),
    )
    assert move.row.due == DUE + timedelta(days=9)
    move.undo(move.old, step)
    assert (move.row.union_code, move.row.due) == ("440106", DUE)


def test_it_is_closed_once_it_cannot_be_undone(move: Move) -> None:
    move.release()
    move.receive()
    transfer_clock.close_received(move.session, NOW - timedelta(seconds=30), NOW)
    assert move.row.standing is Moving.RECEIVED
    transfer_clock.close_received(move.session, NOW, NOW)
    assert move.standings == ["requested", "released", "received", "done"]


def test_without_a_release_in_time_it_goes_on(move: Move) -> None:
    later = DUE + timedelta(days=7)
    transfer_clock.time_out(move.session, move.row, NOW, later)
    assert (move.row.union_code, move.row.due) == ("440306", later)
    last = transfer.steps_of(move.session, move.row.id)[-1]
    assert reminder.waits(move.session, TIMED, str(last.id))
    move.receive()
    assert move.worker.union_code == "440306"


def test_what_is_late_is_found(move: Move) -> None:
    before, after = DUE - timedelta(days=1), DUE + timedelta(days=1)

    def late(today: date, long_ago: date = before) -> list[Transfer]:
        return transfer_clock.late(move.session, today, long_ago)

    assert late(before) == []
    assert late(DUE) == late(after) == [move.row]
    move.row.chased = 1
    assert (late(DUE), late(after)) == ([], [move.row])
    move.release()
    assert (late(DUE), late(after)) == ([], [move.row])
    move.row.chased = 1
    assert (late(after), late(after, after)) == ([], [move.row])


def test_who_leaves_moves_nowhere_and_is_not_greeted(move: Move) -> None:
    keep(move.session, Preference(worker_id=move.worker.id, greet_at=NOW))
    withdraw_consent(move.session, KEYS, move.worker, True, NOW)
    assert transfer.transfers_of(move.session, move.worker.id) == []
    assert waiting(move.session, transfer.QUEUE, {"440106"}) == []
    assert preference_of(move.session, move.worker.id).greet_at is None


def test_a_transfer_goes_along_with_its_person_but_ends(
    session: Session, move: Move
) -> None:
    other, _ = meet(session, "other")
    move.refuse(move.old)
    ask(session, move.worker)
    merge(session, KEYS, move.worker, other, NOW)
    rows = transfer.transfers_of(session, other.id)
    assert {row.standing for row in rows} == {Moving.REFUSED, Moving.WITHDRAWN}
    assert all(row.load(KEYS, other)["after"] == FACTS for row in rows)


def test_of_two_who_ask_at_once_one_does(database: Database) -> None:
    with Session(database.writing) as session:
        number = member(session).id
        session.commit()

    def run(session: Session, meet_: Meet) -> str:
        worker = session.get_one(Worker, number)
        meet_()
        return ask(session, worker).standing.value

    found = race(database, run, run)
    assert sorted(type(one).__name__ for one in found) == ["CannotDecide", "str"]


def test_what_is_refused_just_now_the_clock_leaves_alone(database: Database) -> None:
    with Session(database.writing) as session:
        worker = member(session)
        old = reviewer(session, "440106").id
        number = ask(session, worker).id
        session.commit()
    after = DUE + timedelta(days=1)

    def refuse(session: Session, meet_: Meet) -> None:
        row, staff = session.get_one(Transfer, number), session.get_one(Staff, old)
        atlas = read_atlas(session)
        transfer_deciding.refuse(session, KEYS, atlas, staff, row, NOW, 30, "no_answer")
        meet_()

    def push_on(session: Session, meet_: Meet) -> None:
        meet_()
        for row in transfer_clock.late(session, after, DUE):
            transfer_clock.time_out(session, row, NOW, after)

    race(database, refuse, push_on)
    with Session(database.reading) as session:
        found = {s.standing for s in transfer.steps_of(session, number)}
        standing = session.get_one(Transfer, number).standing
    assert (standing is Moving.REFUSED) is (Moving.REFUSED in found)


def test_of_a_release_and_a_withdrawal_at_once_one_counts(database: Database) -> None:
    with Session(database.writing) as session:
        worker = member(session)
        old = reviewer(session, "440106").id
        number = ask(session, worker).id
        session.commit()

    def refuse(session: Session, meet_: Meet) -> str:
        row, staff = session.get_one(Transfer, number), session.get_one(Staff, old)
        atlas = read_atlas(session)
        meet_()
        by = (session, KEYS, atlas, staff, row, NOW, 30, "no_answer")
        return transfer_deciding.refuse(*by).standing.value

    def withdraw(session: Session, meet_: Meet) -> str:
        row = session.get_one(Transfer, number)
        meet_()
        transfer.withdraw(session, row, NOW)
        return row.standing.value

    found = race(database, refuse, withdraw)
    assert sorted(type(one).__name__ for one in found) == ["CannotDecide", "str"]
