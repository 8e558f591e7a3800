"""Services: asked for, seen to or declined, rated; a slot has so many places."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlmodel import Session, select

from bot.database import Database, in_transaction
from models import service
from models.application import CannotDecide
from models.benefit import MayNot, Why
from models.erasure import forget
from models.reminder import Reminder
from models.service import (
    Served,
    ServiceRequest,
    Slot,
    SlotTaken,
    add_slot,
    free_slots,
    pending_one,
    requests_in,
    requests_of,
)
from models.tally import Tally
from tests.models.benefits import CAREER, CHECK, ask, member, take, taken
from tests.models.cast import KEYS, NOW, Meet, Runner, race, reviewer

TOMORROW = NOW + timedelta(days=1)


def slot(session: Session, capacity: int = 1, hours: int = 48) -> Slot:
    return add_slot(session, CHECK, None, NOW + timedelta(hours=hours), capacity)


def fates(session: Session, kind: str) -> list[str]:
    session.expire_all()
    found = session.exec(select(Reminder).where(Reminder.kind == kind))
    return [row.reason or row.fate.value for row in found]


def left(session: Session, row: Slot) -> int:
    session.refresh(row)
    return row.capacity - row.taken


def test_who_is_forgotten_after_a_restore_leaves_it_to_others(session: Session) -> None:
    worker, place = member(session), slot(session)
    ask(session, worker, CHECK, place.id)
    take(session, worker)
    forget(session, worker.id)
    assert left(session, place) == 1
    assert taken(session) == 0


def test_a_request_goes_to_the_member_s_union_and_is_sealed(session: Session) -> None:
    worker = member(session)
    row = ask(session, worker, words="想学叉车")
    assert row.union_code == "440106"
    assert row.read(KEYS, worker, "words") == "想学叉车"
    assert row.read(KEYS, worker, "why") == ""
    assert row.words is not None
    assert "想学叉车".encode() not in row.words
    assert requests_in(session, {"440106"}) == [row]
    assert requests_in(session, {"4451"}) == []
    assert requests_of(session, worker.id, 0, 9) == [row]
    assert pending_one(session, worker.id, CAREER) is row


def test_a_request_is_accepted_done_and_rated(session: Session) -> None:
    worker, staff = member(session), reviewer(session)
    row = ask(session, worker)
    assert not service.rate(session, row, 5)
    service.accept(session, staff, row, NOW)
    assert (row.standing, row.accepted_at, row.staff_id) == (
        Served.ACCEPTED,
        NOW,
        staff.id,
    )
    service.finish(session, staff, row, TOMORROW)
    assert pending_one(session, worker.id, CAREER) is None
    assert not service.rate(session, row, 6)
    assert service.rate(session, row, 4)
    assert service.rate(session, row, 5)
    assert (row.standing, row.rating) == (Served.RATED, 5)
    assert fates(session, service.TOLD) == ["waiting", "waiting"]
    assert ask(session, worker).id != row.id
    counted = [row.what.value for row in session.exec(select(Tally))]
    assert sorted(counted) == ["asked", "asked", "done"]


def test_a_declined_request_has_a_reason_and_does_not_count(session: Session) -> None:
    worker, staff = member(session), reviewer(session)
    there = slot(session)
    row = ask(session, worker, CHECK, there.id)
    service.decline(session, KEYS, staff, row, "no_place", NOW)
    assert row.standing is Served.DECLINED
    assert row.read(KEYS, worker, "why") == "no_place"
    assert left(session, there) == 1
    assert fates(session, service.SLOT_SOON) == ["declined"]
    assert ask(session, worker, CHECK, there.id).id != row.id


def test_only_what_waits_is_decided(session: Session) -> None:
    staff, row = reviewer(session), ask(session, member(session))
    with pytest.raises(CannotDecide):
        service.finish(session, staff, row, NOW)
    assert service.withdraw(session, row, NOW)
    assert not service.withdraw(session, row, NOW)
    with pytest.raises(CannotDecide):
        service.accept(session, staff, row, NOW)
    with pytest.raises(CannotDecide):
        service.decline(session, KEYS, staff, row, "no_place", NOW)


def test_nobody_asks_twice_for_the_same(session: Session) -> None:
    worker, there = member(session), slot(session, 2)
    ask(session, worker, CHECK, there.id)
    with pytest.raises(MayNot) as refused:
        ask(session, worker, CHECK, there.id)
    assert refused.value.why.why is Why.HAS_ONE
    assert left(session, there) == 1


def test_a_full_or_past_slot_is_taken(session: Session) -> None:
    first, second = member(session), member(session, "second")
    there, past = slot(session), slot(session, hours=-1)
    assert free_slots(session, CHECK, NOW) == [there]
    ask(session, first, CHECK, there.id)
    assert free_slots(session, CHECK, NOW) == []
    for row in (there, past):
        with pytest.raises(SlotTaken):
            ask(session, second, CHECK, row.id)
    assert pending_one(session, second.id, CHECK) is None


def test_a_slot_is_recalled_the_evening_before_if_that_is_still_to_come(
    session: Session,
) -> None:
    soon, later = slot(session, hours=6), slot(session)
    ask(session, member(session), CHECK, soon.id)
    assert fates(session, service.SLOT_SOON) == []
    row = ask(session, member(session, "second"), CHECK, later.id)
    recalled = select(Reminder).where(Reminder.kind == service.SLOT_SOON)
    due = session.exec(recalled).one().due
    assert due == NOW + timedelta(hours=26)  # 18:00 of the day before, at home
    staff = reviewer(session)
    service.accept(session, staff, row, NOW)
    service.finish(session, staff, row, TOMORROW)
    assert fates(session, service.SLOT_SOON) == ["done"]


def test_a_consent_withdrawn_takes_requests_and_words_along(session: Session) -> None:
    worker = member(session)
    row = ask(session, worker, words="想学叉车")
    service.withdraw_all(session, worker.id, NOW)
    assert (row.standing, row.words) == (Served.WITHDRAWN, None)


def test_of_many_who_want_the_last_place_one_gets_it(database: Database) -> None:
    def prepare(session: Session) -> tuple[int, list[int]]:
        there = slot(session, 2)
        return there.id, [member(session, str(n)).id for n in range(6)]

    slot_id, people = in_transaction(database, prepare)
    done = race(database, *(booking(slot_id, one) for one in people))
    assert sorted(done) == ["booked"] * 2 + ["full"] * 4
    with Session(database.reading) as session:
        assert session.get_one(Slot, slot_id).taken == 2
        assert len(session.exec(select(ServiceRequest)).all()) == 2


def booking(slot_id: int, worker_id: int) -> Runner:
    def run(session: Session, meet: Meet) -> str:
        from models.worker import Worker

        worker = session.get_one(Worker, worker_id)
        meet()
        try:
            ask(session, worker, CHECK, slot_id)
        except SlotTaken:
            return "full"
        return "booked"

    return run
