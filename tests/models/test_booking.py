"""Booking: times are opened by who keeps them, closed, called off, and chosen anew."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import event
from sqlmodel import Session, select

from bot.database import Database, in_transaction
from models import booking, service
from models.application import CannotDecide
from models.benefit import Benefit
from models.booking import SLOT_OFF, CannotChange, Unbookable
from models.place import Atlas
from models.reminder import Reminder, exists
from models.rules import Rules
from models.service import ServiceRequest
from models.slot import Slot, SlotState, SlotTaken, free_slots
from models.staff import ADMINISTRATOR, OFFICER, SERVING, NotTheirs, Staff, appoint
from tests.models.benefits import CHECK, ask, member
from tests.models.cast import NOW, Meet, race
from tests.models.test_service import booking as takes

CENTRE, CITY, ZONE = "health-first", "4451", Rules().zone
SOON = NOW + timedelta(days=1)


def keeper(session: Session, role: str = SERVING[0], union: str = CITY) -> Staff:
    return appoint(session, role, union, NOW)


def opened(session: Session, atlas: Atlas, *starts: datetime, places: int = 2) -> Slot:
    by = (session, atlas, keeper(session))
    times = starts or (SOON,)
    return booking.open_slots(*by, CHECK, CENTRE, times, places, NOW)[0]


def test_several_are_opened_at_once_and_may_be_taken(
    session: Session, atlas: Atlas
) -> None:
    later = SOON + timedelta(hours=1)
    row = opened(session, atlas, SOON, later)
    assert [slot.starts_at for slot in free_slots(session, CHECK, NOW)] == [SOON, later]
    assert (row.capacity, row.taken, row.state) == (2, 0, SlotState.OPEN)


@pytest.mark.parametrize(
    ("given", "part"),
    [
        ({"benefit_code": "nothing"}, "benefit"),
        ({"benefit_code": "career"}, "benefit"),
        ({"partner_code": "yuekang-xiangqiao"}, "partner"),
        ({"starts": []}, "starts"),
        ({"starts": [SOON] * 61}, "starts"),
        ({"starts": [NOW]}, "past"),
        ({"starts": [NOW + timedelta(days=367)]}, "past"),
        ({"capacity": 0}, "capacity"),
        ({"capacity": 501}, "capacity"),
    ],
    ids=str,
)
def test_what_will_not_do_is_named(
    session: Session, atlas: Atlas, given: dict[str, Any], part: str
) -> None:
    told: dict[str, Any] = {
        "benefit_code": CHECK,
        "partner_code": CENTRE,
        "starts": [SOON],
        "capacity": 1,
        **given,
    }
    with pytest.raises(Unbookable, match=part):
        booking.open_slots(session, atlas, keeper(session), **told, now=NOW)


def test_a_closed_benefit_is_not_booked(session: Session, atlas: Atlas) -> None:
    session.get_one(Benefit, CHECK).active = False
    with pytest.raises(Unbookable, match="benefit"):
        opened(session, atlas)


def test_the_same_time_is_opened_twice_only_after_it_was_called_off(
    session: Session, atlas: Atlas
) -> None:
    row = opened(session, atlas)
    with pytest.raises(Unbookable, match="taken"):
        opened(session, atlas)
    assert booking.call_off(session, atlas, keeper(session), row, Rules(), NOW) == 0
    assert opened(session, atlas).id != row.id


def test_of_two_who_open_the_same_time_one_is_told(
    database: Database, atlas: Atlas
) -> None:
    def opens(session: Session, meet: Meet) -> str:
        staff_id = keeper(session).id
        event.listen(session, "before_flush", lambda *given: meet())
        try:
            by = (session, atlas, session.get_one(Staff, staff_id))
            booking.open_slots(*by, CHECK, CENTRE, [SOON], 1, NOW)
        except Unbookable as error:
            return str(error.args[0])
        return "opened"

    assert sorted(race(database, opens, opens)) == ["opened", "taken"]


@pytest.mark.parametrize(("role", "union"), [(OFFICER, "4401"), (ADMINISTRATOR, CITY)])
def test_only_who_serves_the_partner_s_union_keeps_its_times(
    session: Session, atlas: Atlas, role: str, union: str
) -> None:
    row, other = opened(session, atlas), keeper(session, role, union)
    later = [SOON + timedelta(hours=1)]
    with pytest.raises(NotTheirs):
        booking.open_slots(session, atlas, other, CHECK, CENTRE, later, 1, NOW)
    for act in (booking.close, booking.reopen):
        with pytest.raises(NotTheirs):
            act(session, atlas, other, row, NOW)
    with pytest.raises(NotTheirs):
        booking.call_off(session, atlas, other, row, Rules(), NOW)
    assert not booking.may_keep(session, atlas, other, "nowhere")
    assert not booking.may_keep(session, atlas, keeper(session), "nowhere")
    assert row.state is SlotState.OPEN


def test_a_closed_one_is_kept_by_who_booked_and_not_given_on(
    session: Session, atlas: Atlas
) -> None:
    row, staff = opened(session, atlas, places=1), keeper(session)
    worker = member(session)
    asked = ask(session, worker, CHECK, row.id)
    booking.close(session, atlas, staff, row, NOW)
    service.withdraw(session, asked, NOW)
    assert free_slots(session, CHECK, NOW) == []
    with pytest.raises(SlotTaken):
        ask(session, member(session, "other"), CHECK, row.id)
    with pytest.raises(CannotChange):
        booking.close(session, atlas, staff, row, NOW)
    booking.reopen(session, atlas, staff, row, NOW)
    assert free_slots(session, CHECK, NOW) == [row]


def test_who_booked_one_that_is_called_off_chooses_another(
    session: Session, atlas: Atlas
) -> None:
    later = SOON + timedelta(hours=1)
    row, staff = opened(session, atlas, SOON, later), keeper(session)
    asked = ask(session, member(session), CHECK, row.id)
    assert booking.booked(session, row) == [asked]
    assert booking.call_off(session, atlas, staff, row, Rules(), NOW) == 1
    session.refresh(asked)
    assert (asked.slot_id, row.taken, row.state) == (None, 0, SlotState.OFF)
    assert exists(session, SLOT_OFF, f"{asked.id}.{row.id}")
    for wrong in (row.id, 7):
        with pytest.raises(SlotTaken):
            service.rebook(session, asked, wrong, NOW, ZONE)
    [other] = free_slots(session, CHECK, NOW)
    service.rebook(session, asked, other.id, NOW, ZONE)
    session.refresh(other)
    assert (asked.slot_id, other.taken) == (other.id, 1)
    with pytest.raises(CannotDecide):
        service.rebook(session, asked, other.id, NOW, ZONE)
    session.refresh(other)
    assert other.taken == 1
    recalled = select(Reminder).where(Reminder.kind == service.SLOT_SOON)
    assert len(session.exec(recalled).all()) == 1


@pytest.mark.parametrize("state", [SlotState.OFF, None])
def test_what_is_off_or_begun_is_not_called_off(
    session: Session, atlas: Atlas, state: SlotState | None
) -> None:
    row = opened(session, atlas)
    row.state = state or row.state
    session.flush()
    now = NOW if state else row.starts_at
    with pytest.raises(CannotChange):
        booking.call_off(session, atlas, keeper(session), row, Rules(), now)


@pytest.mark.parametrize(("hours", "waits"), [(48, 9), (18, 0)])
def test_who_booked_is_woken_only_where_it_would_be_late_else(
    session: Session, atlas: Atlas, hours: int, waits: int
) -> None:
    night = datetime(2027, 1, 10, 23, 0, tzinfo=ZoneInfo(ZONE))
    row = opened(session, atlas)
    row.starts_at = night + timedelta(hours=hours)
    ask(session, member(session), CHECK, row.id)
    booking.call_off(session, atlas, keeper(session), row, Rules(), night)
    told = session.exec(select(Reminder).where(Reminder.kind == SLOT_OFF)).one()
    assert told.due == night + timedelta(hours=waits)


def test_nobody_keeps_a_place_in_what_is_called_off_meanwhile(
    database: Database, atlas: Atlas
) -> None:
    def prepare(session: Session) -> tuple[int, list[int], int]:
        row = opened(session, atlas, places=9)
        people = [member(session, str(n)).id for n in range(3)]
        return row.id, people, keeper(session).id

    slot_id, people, staff_id = in_transaction(database, prepare)

    def off(session: Session, meet: Meet) -> str:
        row, staff = session.get_one(Slot, slot_id), session.get_one(Staff, staff_id)
        meet()
        booking.call_off(session, atlas, staff, row, Rules(), NOW)
        return "off"

    race(database, off, *(takes(slot_id, one) for one in people))
    with Session(database.reading) as session:
        theirs = select(ServiceRequest).where(ServiceRequest.slot_id == slot_id)
        assert session.exec(theirs).all() == []
        assert session.get_one(Slot, slot_id).taken == 0
