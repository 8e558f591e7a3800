"""Known: an ID number means its member, else who applied first and still waits."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from sqlmodel import Session

from models.application import Standing
from models.known import known_by
from models.pin import fits, set_pin
from models.review import decide
from models.worker import Worker
from tests.models.cast import KEYS, NOW, applicant, resident_id, reviewer
from tests.models.test_races import TO_POOL


def test_nobody_has_an_unknown_id(session: Session) -> None:
    assert known_by(session, KEYS, resident_id(9)) is None


def test_the_first_who_applied_is_meant(session: Session) -> None:
    later = applicant(session, 1, submitted_at=NOW + timedelta(hours=1))
    first = applicant(session, 1, submitted_at=NOW)
    found = known_by(session, KEYS, resident_id(1))
    assert found is not None
    assert found.worker_id == first.worker_id != later.worker_id
    assert (found.union_code, found.holder) == ("440106", None)


def test_an_application_that_is_over_means_nobody(session: Session) -> None:
    applicant(session, 1, standing=Standing.WITHDRAWN).standing = Standing.WITHDRAWN
    session.flush()
    assert known_by(session, KEYS, resident_id(1)) is None


def test_a_member_goes_before_who_applies_with_the_same_id(session: Session) -> None:
    applicant(session, 1, submitted_at=NOW - timedelta(days=1))
    row = applicant(session, 1)
    decide(session, KEYS, reviewer(session), row, TO_POOL, NOW, 30)
    member = session.get_one(Worker, row.worker_id)
    set_pin(KEYS, member, "135790")
    session.flush()
    found = known_by(session, KEYS, resident_id(1))
    assert found is not None
    assert found.holder == (member.id, member.key, member.pin)


def test_somebody_is_found_while_index_keys_rotate(session: Session) -> None:
    waiting, member = applicant(session, 1), applicant(session, 2)
    decide(session, KEYS, reviewer(session), member, TO_POOL, NOW, 30)
    session.flush()
    newer = replace(KEYS, index=KEYS.index | {2: bytes(32)}, current_index=2)
    for number, row in enumerate((waiting, member), 1):
        found = known_by(session, newer, resident_id(number))
        assert found is not None
        assert found.worker_id == row.worker_id


def test_a_pin_outlives_a_rotation_of_the_wrapping_key(session: Session) -> None:
    member = session.get_one(Worker, applicant(session, 1).worker_id)
    set_pin(KEYS, member, "135790")
    newer = replace(KEYS, wrapping={2: bytes(32)} | KEYS.wrapping, current=2)
    member.rewrap(newer)
    session.flush()
    only = replace(newer, wrapping={2: bytes(32)}, opened={})
    found = known_by(session, only, resident_id(1))
    assert found is not None
    assert fits(only, found.holder, "135790")
