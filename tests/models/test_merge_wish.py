"""Merging two records of one person: proposed by one, confirmed by another."""

from __future__ import annotations

import pytest
from sqlmodel import Session, select

from models.application import (
    Application,
    Decision,
    Standing,
    applications_of,
    latest_of,
)
from models.audit import AuditEntry
from models.chat import chats_of
from models.link import Link
from models.merge_wish import (
    QUEUE,
    CannotMerge,
    MergeWish,
    Wished,
    carry_out,
    propose,
    refuse,
)
from models.place import Atlas
from models.review import decide
from models.staff import Staff, revoke
from models.worker import Worker

from .cast import (
    KEYS,
    NOW,
    UNDO_SECONDS,
    applicant,
    apply,
    facts,
    meet,
    reviewer,
    waiting,
)


def enrolled(session: Session, number: int = 1, union: str = "440106") -> Worker:
    """Let somebody become a member."""
    row = applicant(session, number, union_code=union)
    by = (
        session,
        KEYS,
        reviewer(session),
        row,
        Decision(Standing.PLACED, {}, union),
    )
    decide(*by, NOW, UNDO_SECONDS)
    session.flush()
    return session.get_one(Worker, row.worker_id)


def wished(
    session: Session, atlas: Atlas, member: Worker, other: Worker
) -> tuple[MergeWish, Staff]:
    staff = reviewer(session)
    return propose(session, atlas, staff, member, other, NOW), staff


def done(session: Session, atlas: Atlas, wish: MergeWish) -> Link:
    return carry_out(session, KEYS, atlas, reviewer(session), wish, NOW)


def test_two_members_become_one(session: Session, atlas: Atlas) -> None:
    member, other = enrolled(session, 1), enrolled(session, 2)
    wish, _ = wished(session, atlas, member, other)
    other_id, number = other.id, member.member_no
    made = done(session, atlas, wish)
    assert session.get(Worker, other_id) is None
    assert member.member_no == number
    assert len(chats_of(session, member.id)) == 2
    assert made.stray_worker_id == other_id
    standings = {row.standing for row in applications_of(session, member.id)}
    assert standings == {Standing.PLACED, Standing.LEFT}


def test_by_which_application_one_is_a_member_stays_the_same(
    session: Session, atlas: Atlas
) -> None:
    member, other = enrolled(session, 1), enrolled(session, 2)
    wish, _ = wished(session, atlas, member, other)
    done(session, atlas, wish)
    latest = latest_of(session, member.id)
    assert latest is not None
    assert latest.load(KEYS, member)["resident_id"] == facts(1)["resident_id"]


def test_who_has_only_applied_becomes_the_member(
    session: Session, atlas: Atlas
) -> None:
    member, row = enrolled(session, 1), applicant(session, 1)
    other = session.get_one(Worker, row.worker_id)
    wish, _ = wished(session, atlas, member, other)
    done(session, atlas, wish)
    moved = session.get_one(Application, row.id)
    assert (moved.worker_id, moved.standing) == (member.id, Standing.WITHDRAWN)


def test_nobody_does_it_alone(session: Session, atlas: Atlas) -> None:
    wish, staff = wished(session, atlas, enrolled(session, 1), enrolled(session, 2))
    with pytest.raises(CannotMerge) as error:
        carry_out(session, KEYS, atlas, staff, wish, NOW)
    assert error.value.args == ("alone",)


def test_both_must_be_in_one_s_care(session: Session, atlas: Atlas) -> None:
    member, other = enrolled(session, 1), enrolled(session, 2, "440306")
    with pytest.raises(CannotMerge):
        wished(session, atlas, member, other)
    stranger, _ = meet(session, "stranger")
    with pytest.raises(CannotMerge) as error:
        wished(session, atlas, member, stranger)
    assert error.value.args == ("not_yours",)


def test_who_confirms_must_still_serve_both(session: Session, atlas: Atlas) -> None:
    wish, _ = wished(session, atlas, enrolled(session, 1), enrolled(session, 2))
    staff = reviewer(session)
    revoke(session, staff, NOW)
    with pytest.raises(CannotMerge) as error:
        carry_out(session, KEYS, atlas, staff, wish, NOW)
    assert error.value.args == ("not_yours",)


def test_one_s_own_record_is_merged_by_others(session: Session, atlas: Atlas) -> None:
    staff = reviewer(session)
    own = session.get_one(Worker, staff.worker_id)
    apply(session, own, chats_of(session, own.id)[0], 5)
    member = enrolled(session, 1)
    with pytest.raises(CannotMerge) as error:
        propose(session, atlas, staff, member, own, NOW)
    assert error.value.args == ("not_yours",)
    with pytest.raises(CannotMerge) as position:
        wished(session, atlas, member, own)
    assert position.value.args == ("staff",)


def test_only_a_member_s_record_stays(session: Session, atlas: Atlas) -> None:
    row = applicant(session, 2)
    other, member = session.get_one(Worker, row.worker_id), enrolled(session, 1)
    for pair, why in (((other, member), "no_member"), ((member, member), "same")):
        with pytest.raises(CannotMerge) as error:
            wished(session, atlas, *pair)
        assert error.value.args == (why,)


def test_a_record_waits_once(session: Session, atlas: Atlas) -> None:
    one, two, three = (enrolled(session, number) for number in (1, 2, 3))
    wished(session, atlas, one, two)
    for pair in ((one, two), (two, one), (three, two), (two, three), (three, one)):
        with pytest.raises(CannotMerge) as error:
            wished(session, atlas, *pair)
        assert error.value.args == ("waits",)
    wished(session, atlas, one, three)


def test_a_wish_waits_for_the_union_until_it_is_refused(
    session: Session, atlas: Atlas
) -> None:
    wish, _ = wished(session, atlas, enrolled(session, 1), enrolled(session, 2))
    assert waiting(session, QUEUE, {"440106"}) == [wish]
    staff = reviewer(session)
    refuse(session, staff, wish, NOW)
    session.refresh(wish)
    assert (wish.standing, wish.settled_by) == (Wished.REFUSED, staff.id)
    assert waiting(session, QUEUE, {"440106"}) == []
    with pytest.raises(CannotMerge) as error:
        refuse(session, staff, wish, NOW)
    assert error.value.args == ("settled",)


def test_who_merged_whom_is_written_down(session: Session, atlas: Atlas) -> None:
    member, other = enrolled(session, 1), enrolled(session, 2)
    wish, staff = wished(session, atlas, member, other)
    other_id = other.id
    done(session, atlas, wish)
    found = select(AuditEntry).where(
        AuditEntry.action.in_(("merge.proposed", "member.merged"))  # type: ignore[attr-defined]
    )
    proposed, confirmed = session.exec(found).all()
    assert proposed.actor_id == staff.id != confirmed.actor_id
    assert (confirmed.subject_id, confirmed.detail) == (member.id, str(other_id))
