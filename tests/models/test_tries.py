"""Tries: five in vain close a way for a day, no longer, and never for another."""

from __future__ import annotations

from datetime import timedelta

from sqlmodel import Session, select

from models.tries import DAY, MOST, Tries, closed, count, forget_old, held, newly_closed
from tests.models.cast import NOW, meet

ONE, OTHER = b"one", b"other"


def test_the_fifth_vain_try_closes_the_way(session: Session) -> None:
    for n in range(MOST):
        rows = held(session, [ONE], NOW + timedelta(minutes=n))
        assert not closed(rows)
        count(rows, None, NOW + timedelta(minutes=n))
    assert closed(held(session, [ONE], NOW + timedelta(minutes=MOST)))
    assert not closed(held(session, [OTHER], NOW))


def test_tries_while_it_is_closed_do_not_keep_it_closed(session: Session) -> None:
    for _ in range(MOST):
        count(held(session, [ONE], NOW), None, NOW)
    late = NOW + DAY - timedelta(minutes=1)
    count(held(session, [ONE], late), None, late)
    assert closed(held(session, [ONE], late))
    assert not closed(held(session, [ONE], NOW + DAY))


def test_tries_of_another_day_count_no_more(session: Session) -> None:
    for _ in range(MOST - 1):
        count(held(session, [ONE], NOW), None, NOW)
    rows = held(session, [ONE], NOW + DAY)
    count(rows, None, NOW + DAY)
    assert not closed(rows)


def test_one_of_two_tags_is_enough(session: Session) -> None:
    for _ in range(MOST):
        count(held(session, [ONE], NOW), None, NOW)
    assert closed(held(session, [OTHER, ONE], NOW))


def test_what_was_closed_is_found_until_it_is_told(session: Session) -> None:
    worker, _ = meet(session)
    for _ in range(MOST):
        count(held(session, [ONE], NOW), worker.id, NOW)
    (row,) = newly_closed(session)
    assert row.worker_id == worker.id
    row.told = True
    assert newly_closed(session) == []


def test_old_tries_are_dropped(session: Session) -> None:
    count(held(session, [ONE], NOW), None, NOW)
    count(held(session, [OTHER], NOW + 2 * DAY), None, NOW + 2 * DAY)
    session.flush()
    forget_old(session, NOW + 3 * DAY)
    assert [row.tag for row in session.exec(select(Tries))] == [OTHER]
