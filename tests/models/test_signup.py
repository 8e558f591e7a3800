"""Signing up: a seat while there is one, then the queue, then what comes free."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta

import pytest
from sqlalchemy import update
from sqlmodel import Session

from models import offering
from models.erasure import forget
from models.event import Event, EventState
from models.merging import merge
from models.offering import accept, decline, lapse, offer_seats
from models.preference import Preference, keep
from models.retention import KINDS
from models.signup import (
    IN_VAIN,
    LAPSED,
    OFFERED,
    SOON,
    CannotSignUp,
    Signup,
    SignupState,
    ahead_of,
    cancel,
    let_go,
    make_way,
    refusal,
    sign_up,
    signup_of,
)
from models.withdrawal import withdraw_consent
from models.worker import Worker
from tests.models.cast import KEYS, NOW
from tests.models.programme import RULES, guest, member, open_event, reminders

HOUR = timedelta(hours=1)


def standings(*rows: Signup) -> list[str]:
    return [row.state.value for row in rows]


def counted(session: Session, event: Event) -> tuple[int, int]:
    session.refresh(event)
    return event.taken, event.waiting


def test_who_comes_first_has_a_seat_and_the_others_wait(session: Session) -> None:
    event = open_event(session, capacity=2)
    rows = [guest(session, event, n) for n in range(5)]
    assert standings(*rows) == ["in", "in", "waiting", "waiting", "waiting"]
    assert [row.place for row in rows] == [None, None, 1, 2, 3]
    assert [ahead_of(session, row) for row in rows[2:]] == [0, 1, 2]
    assert counted(session, event) == (2, 3)


def test_who_has_a_seat_is_reminded_and_who_waits_is_told_at_the_start(
    session: Session,
) -> None:
    event = open_event(session, capacity=1)
    first, second = (guest(session, event, n) for n in range(2))
    found = [(r.subject, event.starts_at - r.due) for r in reminders(session, SOON)]
    assert found == [(str(first.id), 24 * HOUR), (str(first.id), HOUR)]
    told = [(r.subject, r.due) for r in reminders(session, IN_VAIN)]
    assert told == [(str(second.id), event.starts_at)]


def test_answers_are_sealed_and_open_again(session: Session) -> None:
    event, worker = open_event(session), member(session)
    row = sign_up(session, KEYS, event, worker, {"meal": "素"}, NOW)
    assert row.answers is not None
    assert "素".encode() not in row.answers
    assert row.load(KEYS, worker) == {"meal": "素"}
    assert guest(session, event, 2).load(KEYS, worker) == {}


@pytest.mark.parametrize(
    ("reason", "state", "now"),
    [
        ("called_off", EventState.CANCELLED, NOW),
        ("over", EventState.OVER, NOW),
        ("over", EventState.OPEN, NOW + timedelta(days=6)),
        ("not_open", EventState.DRAFT, NOW),
        ("not_open", EventState.OPEN, NOW - timedelta(days=2)),
        ("closed", EventState.CLOSED, NOW),
        ("closed", EventState.OPEN, NOW + timedelta(days=4)),
        (None, EventState.OPEN, NOW),
    ],
)
def test_every_refusal_has_one_reason(
    session: Session, reason: str | None, state: EventState, now: datetime
) -> None:
    event, worker = open_event(session, state=state), member(session)
    assert refusal(event, worker, now) == reason
    if reason is not None:
        with pytest.raises(CannotSignUp, match=reason):
            sign_up(session, KEYS, event, worker, {}, now)


def test_it_is_for_members_and_for_its_groups(session: Session) -> None:
    event = open_event(session, groups=("guard", "courier"))
    assert refusal(event, member(session), NOW) is None
    assert refusal(event, member(session, 2, group="other"), NOW) == "wrong_group"
    assert refusal(event, member(session, 3, member_no=None), NOW) == "not_member"


def test_nobody_signs_up_twice(session: Session) -> None:
    event, worker = open_event(session), member(session)
    row = sign_up(session, KEYS, event, worker, {}, NOW)
    with pytest.raises(CannotSignUp, match="already"):
        sign_up(session, KEYS, event, worker, {}, NOW)
    assert cancel(session, row)
    assert not cancel(session, row)
    assert signup_of(session, event.id, worker.id) is None
    again = sign_up(session, KEYS, event, worker, {}, NOW)
    assert again.state is SignupState.IN
    assert counted(session, event) == (1, 0)


def test_what_closed_at_this_moment_takes_nobody_in(session: Session) -> None:
    event = open_event(session)
    closed = update(Event).values(state=EventState.CLOSED)
    session.execute(closed.execution_options(synchronize_session=False))
    assert event.state is EventState.OPEN  # as it was read
    with pytest.raises(CannotSignUp, match="closed"):
        guest(session, event)
    assert counted(session, event) == (0, 0)


def test_a_free_seat_is_offered_to_the_first_who_waits(session: Session) -> None:
    event = open_event(session, capacity=1)
    seated, first, second = (guest(session, event, n) for n in range(3))
    cancel(session, seated)
    assert standings(guest(session, event, 9)) == ["waiting"]
    offer_seats(session, RULES, NOW)
    assert standings(first, second) == ["offered", "waiting"]
    assert first.offer_until == NOW + 12 * HOUR
    assert [r.subject for r in reminders(session, OFFERED)] == [str(first.id)]
    assert accept(session, first, NOW + HOUR)
    assert not accept(session, first, NOW + HOUR)
    assert standings(first) == ["in"]
    assert {r.subject for r in reminders(session, SOON)} >= {str(first.id)}
    assert counted(session, event) == (1, 2)
    offer_seats(session, RULES, NOW)
    assert standings(second) == ["waiting"]


def test_who_declines_or_does_not_answer_makes_way_for_the_next(
    session: Session,
) -> None:
    event = open_event(session, capacity=1)
    seated, first, second, third = (guest(session, event, n) for n in range(4))
    cancel(session, seated)
    offer_seats(session, RULES, NOW)
    assert decline(session, first)
    assert not decline(session, first)
    offer_seats(session, RULES, NOW)
    lapse(session, NOW + 12 * HOUR - timedelta(seconds=1))
    assert standings(second) == ["offered"]
    lapse(session, NOW + 12 * HOUR)
    assert not accept(session, second, NOW + 12 * HOUR)
    offer_seats(session, RULES, NOW + 12 * HOUR)
    assert standings(first, second, third) == ["cancelled", "cancelled", "offered"]
    assert [r.subject for r in reminders(session, LAPSED)] == [str(second.id)]
    assert counted(session, event) == (1, 0)


def test_an_offer_ends_at_the_start_and_begins_after_the_quiet_hours(
    session: Session,
) -> None:
    event = open_event(session, capacity=1)
    seated, first = (guest(session, event, n) for n in range(2))
    cancel(session, seated)
    night = datetime(2026, 11, 24, 15, tzinfo=UTC)  # eleven in the evening
    offer_seats(session, RULES, night)
    assert first.offer_until == datetime(2026, 11, 25, 8, tzinfo=UTC) == event.starts_at
    assert [r.due for r in reminders(session, OFFERED)] == [
        datetime(2026, 11, 25, 0, tzinfo=UTC)
    ]


def test_nothing_is_offered_that_nobody_could_answer_in_time(session: Session) -> None:
    event = open_event(session, capacity=1)
    seated, first = (guest(session, event, n) for n in range(2))
    event.starts_at = datetime(2026, 11, 24, 23, tzinfo=UTC)  # seven in the morning
    cancel(session, seated)
    offer_seats(session, RULES, datetime(2026, 11, 24, 15, tzinfo=UTC))
    assert standings(first) == ["waiting"]
    offer_seats(session, RULES, event.starts_at)
    assert standings(first) == ["waiting"]


def test_who_sleeps_by_day_has_the_evening_to_answer(session: Session) -> None:
    event = open_event(session, capacity=1)
    seated, first, second = (guest(session, event, n) for n in range(3))
    keep(session, by_day(first))
    cancel(session, seated)
    offer_seats(session, RULES, NOW)
    evening = datetime(2026, 11, 20, 12, tzinfo=UTC)  # eight, when they rise
    assert first.offer_until == evening + 12 * HOUR
    assert [r.due for r in reminders(session, OFFERED)] == [evening]
    decline(session, first)
    keep(session, by_day(second))
    offer_seats(session, RULES, event.starts_at - HOUR)
    assert standings(second) == ["waiting"]


def by_day(row: Signup) -> Preference:
    """Return the hours of somebody who works by night."""
    return Preference(worker_id=row.worker_id, quiet_start=time(8), quiet_end=time(20))


def test_a_seat_at_what_is_called_off_or_has_begun_is_nobody_s(
    session: Session,
) -> None:
    event = open_event(session, capacity=1)
    seated, first = (guest(session, event, n) for n in range(2))
    cancel(session, seated)
    offer_seats(session, RULES, NOW)
    event.state = EventState.CANCELLED
    session.flush()
    assert not accept(session, first, NOW + HOUR)
    event.state, event.starts_at = EventState.OPEN, NOW + HOUR
    session.flush()
    assert not accept(session, first, NOW + HOUR)
    assert standings(first) == ["offered"]


def test_more_seats_are_offered_to_as_many_as_wait(session: Session) -> None:
    event = open_event(session, capacity=1)
    rows = [guest(session, event, n) for n in range(5)]
    event.capacity = 3
    session.flush()
    offer_seats(session, RULES, NOW)
    assert standings(*rows) == ["in", "offered", "offered", "waiting", "waiting"]
    assert counted(session, event) == (3, 2)


def test_who_cancelled_at_this_moment_is_passed_over(
    session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    event = open_event(session, capacity=1)
    seated, first = (guest(session, event, n) for n in range(2))
    cancel(session, seated)
    monkeypatch.setattr(offering, "move", lambda *row, **changes: False)
    offer_seats(session, RULES, NOW)
    assert standings(first) == ["waiting"]
    assert counted(session, event) == (0, 1)


def test_who_answered_at_this_moment_does_not_lose_the_seat(
    session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    event = open_event(session, capacity=1)
    seated, first = (guest(session, event, n) for n in range(2))
    cancel(session, seated)
    offer_seats(session, RULES, NOW)
    monkeypatch.setattr(offering, "leave", lambda *row: False)
    lapse(session, NOW + 12 * HOUR)
    assert standings(first) == ["offered"]
    assert reminders(session, LAPSED) == []


def test_what_was_taken_at_this_moment_is_not_offered(session: Session) -> None:
    event = open_event(session, capacity=1)
    seated, first = (guest(session, event, n) for n in range(2))
    cancel(session, seated)
    session.refresh(event)
    taken = update(Event).values(taken=1)
    session.execute(taken.execution_options(synchronize_session=False))
    offering._offer_one(session, event, first, NOW, NOW + HOUR)
    assert standings(first) == ["waiting"]
    assert first.offer_until is None
    assert counted(session, event) == (1, 1)


def test_nobody_gets_a_seat_that_comes_free_just_after_who_stands_before(
    session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    event = open_event(session, capacity=1)
    seated, first, second = (guest(session, event, n) for n in range(3))
    cancel(session, seated)
    free = iter([False, True])
    monkeypatch.setattr(offering, "take_seat", lambda *seat: next(free))
    offer_seats(session, RULES, NOW)
    assert standings(first, second) == ["waiting", "waiting"]


def test_who_leaves_gives_up_all_places(session: Session) -> None:
    one, two = open_event(session, capacity=1), open_event(session, capacity=1)
    worker = member(session)
    sign_up(session, KEYS, one, worker, {}, NOW)
    guest(session, two, 2)
    sign_up(session, KEYS, two, worker, {}, NOW)
    let_go(session, worker.id)
    assert counted(session, one) == (0, 0)
    assert counted(session, two) == (1, 0)


def test_what_was_answered_goes_with_the_place_and_the_membership(
    session: Session,
) -> None:
    been, given_up = open_event(session), open_event(session)
    worker, answers = member(session), {"wish": "清真"}
    came = sign_up(session, KEYS, been, worker, answers, NOW)
    left = sign_up(session, KEYS, given_up, worker, answers, NOW)
    came.state = SignupState.ATTENDED
    cancel(session, left)
    assert left.answers is None
    let_go(session, worker.id)
    session.refresh(came)
    assert came.load(KEYS, worker) == {}


@pytest.fixture
def pair(session: Session) -> tuple[Worker, Worker]:
    """Give two people who will turn out to be one."""
    return member(session, 1), member(session, 2)


def test_a_stray_makes_way_where_the_member_has_a_place(
    session: Session, pair: tuple[Worker, Worker]
) -> None:
    stray, known = pair
    both, own = open_event(session), open_event(session)
    rows = [sign_up(session, KEYS, both, worker, {}, NOW) for worker in pair]
    theirs = sign_up(session, KEYS, own, stray, {}, NOW)
    make_way(session, stray.id, known.id)
    assert standings(*rows, theirs) == ["cancelled", "in", "in"]
    assert counted(session, both) == (1, 0)


def test_who_came_twice_came_once(
    session: Session, pair: tuple[Worker, Worker]
) -> None:
    stray, known = pair
    event = open_event(session)
    for worker in pair:
        sign_up(session, KEYS, event, worker, {}, NOW).state = SignupState.ATTENDED
    session.flush()
    make_way(session, stray.id, known.id)
    assert signup_of(session, event.id, stray.id) is None
    assert signup_of(session, event.id, known.id)
    assert counted(session, event) == (1, 0)


def test_who_came_as_a_stray_came_as_the_member(
    session: Session, pair: tuple[Worker, Worker]
) -> None:
    stray, known = pair
    event = open_event(session)
    came, booked = (sign_up(session, KEYS, event, w, {}, NOW) for w in pair)
    came.state = SignupState.ATTENDED
    session.flush()
    make_way(session, stray.id, known.id)
    assert standings(came, booked) == ["attended", "cancelled"]
    assert counted(session, event) == (1, 0)


def test_who_is_erased_leaves_the_seat_to_the_next(session: Session) -> None:
    event = open_event(session, capacity=1)
    seated, first = (guest(session, event, n) for n in range(2))
    forget(session, seated.worker_id)
    assert counted(session, event) == (0, 1)
    offer_seats(session, RULES, NOW)
    session.refresh(first)
    assert standings(first) == ["offered"]


def test_who_withdraws_the_consent_leaves_the_seat_too(session: Session) -> None:
    event = open_event(session, capacity=1)
    row = guest(session, event)
    worker = session.get_one(Worker, row.worker_id)
    withdraw_consent(session, KEYS, worker, True, NOW)
    assert standings(row) == ["cancelled"]
    assert counted(session, event) == (0, 0)


def test_a_stray_s_places_go_along(
    session: Session, pair: tuple[Worker, Worker]
) -> None:
    stray, known = pair
    event = open_event(session)
    row = sign_up(session, KEYS, event, stray, {"meal": "0"}, NOW)
    stray.member_no = None
    merge(session, KEYS, stray, known, NOW)
    session.refresh(row)
    assert row.worker_id == known.id
    assert row.load(KEYS, known) == {"meal": "0"}


def test_who_came_is_forgotten_long_after_the_end(session: Session) -> None:
    event = open_event(session)
    row = guest(session, event)
    [kind] = [kind for kind in KINDS if kind.name == "signups"]
    assert [*kind.find(session, KEYS, event.ends_at)] == []
    later = event.ends_at + timedelta(seconds=1)
    assert [*kind.find(session, KEYS, later)] == [((row.id,), event.ends_at)]
    assert kind.drop(session, KEYS, later, [(row.id,)]) == 1
