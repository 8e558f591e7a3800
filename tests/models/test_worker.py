"""Workers: who somebody is, readable with their own key only."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session

from models.sealing import CannotOpen
from models.worker import Worker, age, member_with_id, new_worker
from tests.models.cast import KEYS, NOW


def known(number: str = "", tag: bytes = b"tag", id_type: str = "resident") -> Worker:
    worker = new_worker(KEYS, "zh-CN", NOW)
    worker.id_type, worker.id_tag = id_type, tag
    worker.member_no = number or None
    return worker


def test_a_new_worker_has_a_key_of_their_own() -> None:
    one, other = known(), known()
    assert one.open_key(KEYS) != other.open_key(KEYS)
    assert one.open_key(KEYS) not in one.key


def test_a_sealed_column_opens_again_and_only_there() -> None:
    worker, other = known(), known()
    worker.name = worker.seal(KEYS, "name", "张三")
    assert worker.unseal(KEYS, "name") == "张三"
    worker.mobile = other.name = worker.name
    for row, column in ((worker, "mobile"), (other, "name")):
        with pytest.raises(CannotOpen):
            row.unseal(KEYS, column)


def test_a_key_moved_to_another_worker_opens_nothing() -> None:
    worker, other = known(), known()
    worker.open_key(KEYS)
    other.key = worker.key
    with pytest.raises(CannotOpen):
        other.open_key(KEYS)


def test_only_what_is_known_has_a_tag() -> None:
    worker = new_worker(KEYS, "zh-CN", NOW)
    worker.name = worker.seal(KEYS, "name", "张三")
    worker.tag(KEYS)
    assert worker.name_tag == KEYS.tag("name", "张三")
    assert (worker.mobile_tag, worker.id_tag, worker.tag_key) == (None, None, 1)


def test_what_was_never_told_is_none() -> None:
    assert known().unseal(KEYS, "name") is None


def test_a_birthday_makes_one_a_year_older() -> None:
    born = date(2010, 3, 1)
    assert age(born, date(2026, 2, 28)) == 15
    assert age(born, date(2026, 3, 1)) == 16


def test_who_is_born_on_a_leap_day_is_older_from_march() -> None:
    assert age(date(2008, 2, 29), date(2026, 2, 28)) == 17
    assert age(date(2008, 2, 29), date(2026, 3, 1)) == 18


def test_only_a_current_member_is_found_by_id(session: Session) -> None:
    member, before = known("440106-1"), known()
    session.add_all([member, before, known("440106-2", id_type="passport")])
    session.flush()
    assert member_with_id(session, "resident", [b"tag"]) is member
    member.member_no = None
    session.flush()
    assert member_with_id(session, "resident", [b"tag"]) is None


def test_two_members_never_share_an_id(session: Session) -> None:
    session.add_all([known("440106-1"), known("440106-2")])
    with pytest.raises(IntegrityError):
        session.flush()


def test_people_who_are_no_members_may_share_an_id(session: Session) -> None:
    session.add_all([known("440106-1"), known(), known()])
    session.flush()


def test_a_member_number_is_given_once(session: Session) -> None:
    session.add_all([known("440106-1", b"one"), known("440106-1", b"other")])
    with pytest.raises(IntegrityError):
        session.flush()


def test_the_first_contact_is_remembered(session: Session) -> None:
    worker = known()
    session.add(worker)
    session.commit()
    session.refresh(worker)
    assert worker.created_at - NOW == timedelta(0)
