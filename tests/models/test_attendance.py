"""Attendance: at the right time, with a seat or a free one, and liked or not."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlmodel import Session

from models import attendance
from models.attendance import AFTER, CannotCheckIn, check_in, rate
from models.event import Event, EventState
from models.signup import AFTERWARDS, How, SignupState, cancel, sign_up
from models.worker import Worker
from tests.models.cast import KEYS, NOW
from tests.models.programme import RULES, guest, member, open_event, reminders
from tests.models.test_signup import counted, standings

START = NOW + timedelta(days=5)
EARLY = timedelta(hours=1)


def arrive(session: Session, event: Event, worker: Worker) -> SignupState:
    return check_in(session, event, worker, How.CODE, RULES, START).state


def test_who_has_a_seat_is_checked_in_once(session: Session) -> None:
    event, worker = open_event(session), member(session)
    row = sign_up(session, KEYS, event, worker, {}, NOW)
    assert arrive(session, event, worker) is SignupState.ATTENDED
    assert arrive(session, event, worker) is SignupState.ATTENDED
    assert (row.checked_in_at, row.checked_in_by) == (START, How.CODE)
    assert not cancel(session, row)
    assert counted(session, event) == (1, 0)
    asked = [(r.subject, r.due) for r in reminders(session, AFTERWARDS)]
    assert asked == [(str(row.id), event.ends_at + AFTER)]


@pytest.mark.parametrize(
    ("reason", "state", "late"),
    [
        ("too_early", EventState.OPEN, -EARLY - timedelta(seconds=1)),
        ("too_late", EventState.OPEN, timedelta(hours=3)),
        ("too_late", EventState.OVER, timedelta(hours=4)),
        ("called_off", EventState.CANCELLED, timedelta()),
        ("no_door", EventState.DRAFT, timedelta()),
    ],
)
def test_the_door_opens_an_hour_before_and_closes_at_the_end(
    session: Session, reason: str, state: EventState, late: timedelta
) -> None:
    event, worker = open_event(session, state=state), member(session)
    with pytest.raises(CannotCheckIn, match=reason):
        check_in(session, event, worker, How.PLACE, RULES, START + late)


def test_an_hour_before_is_early_enough(session: Session) -> None:
    event, worker = open_event(session, state=EventState.CLOSED), member(session)
    row = check_in(session, event, worker, How.PLACE, RULES, START - EARLY)
    assert row.checked_in_by is How.PLACE


def test_who_walks_in_gets_a_free_seat_at_once(session: Session) -> None:
    event = open_event(session, capacity=1)
    assert arrive(session, event, member(session)) is SignupState.ATTENDED
    with pytest.raises(CannotCheckIn, match="full"):
        arrive(session, event, member(session, 2))
    assert counted(session, event) == (1, 0)


def test_who_waits_and_comes_gets_a_free_seat_and_else_waits_on(
    session: Session,
) -> None:
    event = open_event(session, capacity=1)
    seated, first = guest(session, event, 1), guest(session, event, 2)
    worker = session.get_one(Worker, first.worker_id)
    with pytest.raises(CannotCheckIn, match="full"):
        arrive(session, event, worker)
    assert standings(first) == ["waiting"]
    assert first.checked_in_at is None
    cancel(session, seated)
    assert arrive(session, event, worker) is SignupState.ATTENDED
    assert counted(session, event) == (1, 0)


def test_whose_place_ends_just_as_they_come_walks_in(
    session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    event, worker = open_event(session, capacity=1), member(session)
    late = sign_up(session, KEYS, event, worker, {}, NOW)
    monkeypatch.setattr(
        attendance, "signup_of", lambda *at: cancel(session, late) and late
    )
    row = check_in(session, event, worker, How.CODE, RULES, START)
    assert row is not late
    assert standings(late, row) == ["cancelled", "attended"]
    assert counted(session, event) == (1, 0)


def test_only_members_of_its_groups_are_let_in(session: Session) -> None:
    event = open_event(session, groups=("guard",))
    with pytest.raises(CannotCheckIn, match="wrong_group"):
        arrive(session, event, member(session))
    with pytest.raises(CannotCheckIn, match="not_member"):
        arrive(session, event, member(session, 2, member_no=None))


def test_who_came_says_how_it_was_and_may_change_that(session: Session) -> None:
    event, worker = open_event(session), member(session)
    row = sign_up(session, KEYS, event, worker, {}, NOW)
    assert not rate(session, row, 5)
    arrive(session, event, worker)
    assert [rate(session, row, stars) for stars in (0, 6, 5, 4)] == [
        *(False, False),
        *(True, True),
    ]
    assert row.rating == 4
