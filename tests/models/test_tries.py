"""Tries: five in vain close a way for a day, no longer, and never for another."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from sqlmodel import Session

from models.tries import DAY, MOST, closed, count, forgive, held, newly_closed
from tests.models.cast import KEYS, NOW, meet

ONE, OTHER = {"tries.one": "1"}, {"tries.other": "1"}


def test_the_fifth_vain_try_closes_the_way(session: Session) -> None:
    for n in range(MOST):
        rows = held(session, KEYS, ONE, NOW + timedelta(minutes=n))
        assert not closed(rows)
        count(rows, None, NOW + timedelta(minutes=n))
    assert closed(held(session, KEYS, ONE, NOW + timedelta(minutes=MOST)))
    assert not closed(held(session, KEYS, OTHER, NOW))


def test_tries_while_it_is_closed_do_not_keep_it_closed(session: Session) -> None:
    for _ in range(MOST):
        count(held(session, KEYS, ONE, NOW), None, NOW)
    late = NOW + DAY - timedelta(minutes=1)
    count(held(session, KEYS, ONE, late), None, late)
    assert closed(held(session, KEYS, ONE, late))
    assert not closed(held(session, KEYS, ONE, NOW + DAY))


def test_tries_of_another_day_count_no_more(session: Session) -> None:
    for _ in range(MOST - 1):
        count(held(session, KEYS, ONE, NOW), None, NOW)
    rows = held(session, KEYS, ONE, NOW + DAY)
    count(rows, None, NOW + DAY)
    assert not closed(rows)


def test_one_of_two_tags_is_enough(session: Session) -> None:
    for _ in range(MOST):
        count(held(session, KEYS, ONE, NOW), None, NOW)
    assert closed(held(session, KEYS, ONE | OTHER, NOW))


def test_what_was_closed_is_found_until_it_is_told(session: Session) -> None:
    worker, _ = meet(session)
    for _ in range(MOST):
        count(held(session, KEYS, ONE, NOW), worker.id, NOW)
    (row,) = newly_closed(session)
    assert row.worker_id == worker.id
    row.told = True
    assert newly_closed(session) == []


def test_nobody_is_told_where_that_is_not_wished(session: Session) -> None:
    for _ in range(MOST):
        count(held(session, KEYS, ONE, NOW), None, NOW, tell=False)
    assert closed(held(session, KEYS, ONE, NOW))
    assert newly_closed(session) == []


def test_tries_are_found_while_index_keys_rotate(session: Session) -> None:
    newer = replace(KEYS, index=KEYS.index | {2: bytes(32)}, current_index=2)
    for _ in range(MOST - 1):
        count(held(session, KEYS, ONE, NOW), None, NOW)
    count(held(session, newer, ONE, NOW), None, NOW)
    assert closed(held(session, newer, ONE, NOW))
    assert closed(held(session, KEYS, ONE, NOW))
    assert not closed(held(session, newer, OTHER, NOW))


def test_a_try_that_was_not_in_vain_counts_no_more(session: Session) -> None:
    for _ in range(MOST):
        count(held(session, KEYS, ONE, NOW), None, NOW)
    rows = held(session, KEYS, ONE, NOW)
    forgive(rows, 2)
    assert not closed(rows)
    assert [row.wrong for row in rows] == [MOST - 2]
