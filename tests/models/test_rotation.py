"""Rotation: every row moves to the current keys, and stays readable all the while."""

from __future__ import annotations

from dataclasses import replace

import pytest
from sqlalchemy import text
from sqlmodel import Session, col, select

from models import review, rotation
from models.application import (
    Application,
    Decision,
    DoubleMember,
    Standing,
)
from models.case_filing import similar
from models.doubts import shared_with_others
from models.rotation import (
    MOVES,
    Slice,
    behind,
    move_workers,
    name_applications,
    standing,
)
from models.sealing import Keyring, wrapped_by
from models.voucher import find
from models.worker import Worker, member_with_id
from tests.databases import SEEDED, Copy
from tests.models.awarding import an_award
from tests.models.benefits import member as member_of_benefits
from tests.models.benefits import take
from tests.models.casework import RULES, a_case, a_dispute
from tests.models.cast import (
    KEYS,
    NOW,
    UNDO_SECONDS,
    applicant,
    facts,
    meet,
    resident_id,
    reviewer,
)

BOTH = replace(
    KEYS, wrapping={2: b"v" * 32} | KEYS.wrapping, index={2: b"j" * 32} | KEYS.index
)
NEW = replace(BOTH, current=2, current_index=2)
ONLY_NEW = Keyring({2: b"v" * 32}, 2, {2: b"j" * 32}, 2)
TO_POOL = Decision(Standing.POOL, {})


def test_an_award_whose_key_is_destroyed_needs_none(session: Session) -> None:
    an_award(session).destroy_key()
    assert standing(session)["wrapping"] == {}


def approve(session: Session, row: Application, keys: Keyring) -> None:
    staff = reviewer(session)
    review.decide(session, keys, staff, row, TO_POOL, NOW, UNDO_SECONDS)
    session.flush()


def member(session: Session, number: int = 1, keys: Keyring = KEYS) -> Worker:
    row = applicant(session, number)
    approve(session, row, keys)
    return session.get_one(Worker, row.worker_id)


def move_all(session: Session, keys: Keyring) -> int:
    """Move every row; give how many could not be."""
    unreadable = 0
    for move in MOVES:
        after = 0
        while (done := move(session, keys, after)) is not None:
            session.flush()
            after, unreadable = done.last, unreadable + done.unreadable
    return unreadable


def test_everything_moves_and_opens_without_the_old_keys(
    session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rotation, "SLICE", 2)
    people = [member(session, number) for number in range(1, 6)]
    stranger, _ = meet(session, "stranger")
    assert behind(session, NEW) > 10
    assert move_all(session, NEW) == 0
    assert behind(session, NEW) == 0
    assert stranger.tag_key is None
    assert set(standing(session)["wrapping"]) == {2}
    for number, one in enumerate(people, start=1):
        session.refresh(one)
        assert wrapped_by(one.key) == 2
        assert one.unseal(ONLY_NEW, "mobile") == facts(number)["mobile"]
        assert one.mobile_tag == ONLY_NEW.tag("mobile", facts(number)["mobile"])
        tags = ONLY_NEW.tags("id_number", resident_id(number))
        assert member_with_id(session, "resident", tags) is one


def test_applications_move_with_their_tags(session: Session) -> None:
    row = applicant(session)
    move_all(session, NEW)
    assert row.tag_key == 2
    assert row.id_tag == ONLY_NEW.tag("id_number", resident_id(1))
    assert row.mobile_tag == ONLY_NEW.tag("mobile", facts(1)["mobile"])


def forget_names(session: Session) -> None:
    """Leave of the tags of names what the migration that brought them sets."""
    session.flush()
    session.execute(text("UPDATE application SET name_tag = ''"))
    session.expire_all()


def test_applications_of_an_older_version_are_named_once(session: Session) -> None:
    row, emptied = applicant(session, 1), applicant(session, 2)
    emptied.tag(KEYS, {})
    forget_names(session)
    assert behind(session, KEYS) == 1
    done = name_applications(session, KEYS, 0)
    assert done == Slice(row.id, 1, 0)
    assert row.name_tag == KEYS.tag("name", facts(1)["full_name"])
    assert name_applications(session, KEYS, 0) is None
    assert behind(session, KEYS) == 0


def test_a_rotation_names_applications_too(session: Session) -> None:
    row = applicant(session)
    forget_names(session)
    move_all(session, KEYS)
    assert row.name_tag == KEYS.tag("name", facts(1)["full_name"])


def test_cases_open_and_are_similar_under_the_new_keys(session: Session) -> None:
    first, plain = a_dispute(session), a_case(session)
    assert behind(session, NEW) >= 2
    assert move_all(session, NEW) == 0
    assert behind(session, NEW) == 0
    session.refresh(first)
    assert wrapped_by(first.key) == 2
    assert first.load(ONLY_NEW)["employer"] == "示例公司"
    assert plain.tag_key is None
    assert similar(session, ONLY_NEW, first, RULES, NOW) == [first]


def test_vouchers_are_found_by_the_new_key_too(session: Session) -> None:
    worker = member_of_benefits(session)
    row = take(session, worker)
    assert standing(session)["index"][1] > 0
    move_all(session, NEW)
    assert row.tag_key == 2
    code = row.read(ONLY_NEW, worker)
    assert find(session, ONLY_NEW, code) is row


def test_only_the_kind_that_changed_moves(session: Session) -> None:
    one = member(session)
    wrapped = one.key
    move_all(session, replace(BOTH, current_index=2))
    assert (one.key, one.tag_key) == (wrapped, 2)
    move_all(session, NEW)
    assert wrapped_by(one.key) == 2


def test_only_the_tags_of_a_case_move_where_its_key_is_current(
    session: Session,
) -> None:
    row = a_dispute(session)
    wrapped = row.key
    move_all(session, replace(BOTH, current_index=2))
    assert (row.key, row.tag_key) == (wrapped, 2)


def test_what_moved_is_not_moved_again(session: Session) -> None:
    one = member(session)
    move_all(session, NEW)
    wrapped = one.key
    assert move_workers(session, NEW, 0) is None
    assert one.key == wrapped


def test_rows_are_counted_by_the_number_they_stand_under(session: Session) -> None:
    member(session, 1)
    second = member(session, 2)
    before = standing(session)
    assert before["index"] == {1: 4}
    second.rewrap(NEW)
    second.tag(NEW)
    session.flush()
    assert standing(session) == {
        "wrapping": {1: before["wrapping"][1] - 1, 2: 1},
        "index": {1: 3, 2: 1},
    }


def test_a_row_that_does_not_open_is_counted_and_left_as_it_is(
    session: Session,
) -> None:
    broken, sound = member(session, 1), member(session, 2)
    damaged = broken.key[:-1] + bytes([broken.key[-1] ^ 1])
    broken.key = damaged
    session.flush()
    # The worker's own row, and the application that their key seals.
    assert move_all(session, NEW) == 2
    assert (broken.key, wrapped_by(sound.key)) == (damaged, 2)
    assert behind(session, NEW) == 2


@pytest.mark.parametrize(("first", "then"), [(KEYS, NEW), (NEW, BOTH)])
def test_a_member_is_one_whichever_key_made_the_tags(
    session: Session, first: Keyring, then: Keyring
) -> None:
    member(session, 1, first)
    again = applicant(session, 1)
    with pytest.raises(DoubleMember):
        approve(session, again, then)
    again.tag(then, facts(1))
    with pytest.raises(DoubleMember):
        approve(session, again, then)


def test_a_member_who_applies_again_is_no_double(session: Session) -> None:
    row = applicant(session)
    approve(session, row, KEYS)
    number = session.get_one(Worker, row.worker_id).member_no
    row.standing = Standing.IN_REVIEW
    approve(session, row, NEW)
    again = session.get_one(Worker, row.worker_id)
    assert (again.member_no, again.tag_key) == (number, 2)


def test_doubts_are_found_across_keys(session: Session) -> None:
    applicant(session, 1)
    second = applicant(session, 1)
    second.tag(NEW, facts(1))
    session.flush()
    for keys in (BOTH, NEW):
        assert shared_with_others(session, keys, second, facts(1)) == {
            "id_known",
            "mobile_known",
        }


def test_rows_that_somebody_holds_are_left_to_the_next_pass(
    postgresql_copies: Copy,
) -> None:
    with postgresql_copies(SEEDED) as database:
        with Session(database.writing) as session:
            held, other = member(session, 1).id, member(session, 2).id
            session.commit()
        with Session(database.writing) as holder, Session(database.writing) as session:
            query = select(Worker).where(col(Worker.id) == held).with_for_update()
            holder.exec(query).one()
            assert move_workers(session, NEW, 0) is not None
            session.flush()
            assert wrapped_by(session.get_one(Worker, other).key) == 2
            assert wrapped_by(session.get_one(Worker, held).key) == 1
