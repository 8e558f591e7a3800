"""Phoning: whom no channel reaches is called once, and it is written down."""

from __future__ import annotations

import pytest
from sqlmodel import Session, select

from models import outcome, recipient
from models.audit import AuditEntry
from models.message import Fate
from models.notice import Notice
from models.outcome import Outcome
from models.phoning import mark_called, to_phone
from models.place import Atlas
from models.recipient import Recipient
from models.staff import NotTheirs, Staff
from models.worker import Worker
from tests.models.cast import NOW, reviewer
from tests.models.noticing import LATER, begun, member


@pytest.fixture
def staff(session: Session) -> Staff:
    return reviewer(session)


@pytest.fixture
def row(session: Session, atlas: Atlas, staff: Staff) -> Notice:
    for _ in range(2):
        member(session)
    return begun(session, atlas, staff)


def left_out(session: Session, row: Notice) -> tuple[Worker, Worker]:
    """Let one be whom no channel reaches, and one be told."""
    one, other = sorted(recipient.next_due(session, row.id, NOW, 2))
    ends = [Outcome(one, Fate.SKIPPED, NOW, "no_chat"), Outcome(other, Fate.SENT, NOW)]
    outcome.settle(session, row.id, ends)
    return session.get_one(Worker, one), session.get_one(Worker, other)


def test_who_called_and_when_is_kept_once(
    session: Session, atlas: Atlas, staff: Staff, row: Notice
) -> None:
    unreached, _ = left_out(session, row)
    assert mark_called(session, atlas, staff, row.id, unreached, NOW)
    assert not mark_called(session, atlas, staff, row.id, unreached, LATER)
    (copy,) = session.exec(select(Recipient).where(*to_phone(row.id)))
    assert (copy.called_at, copy.called_by) == (NOW, staff.id)
    told = select(AuditEntry).where(AuditEntry.action == "member.called")
    assert [one.subject_id for one in session.exec(told)] == [unreached.id]


def test_who_was_told_is_not_marked(
    session: Session, atlas: Atlas, staff: Staff, row: Notice
) -> None:
    _, told = left_out(session, row)
    assert not mark_called(session, atlas, staff, row.id, told, NOW)


def test_a_member_of_others_is_theirs_to_call(
    session: Session, atlas: Atlas, staff: Staff, row: Notice
) -> None:
    unreached, _ = left_out(session, row)
    unreached.union_code = "4403"
    with pytest.raises(NotTheirs):
        mark_called(session, atlas, staff, row.id, unreached, NOW)
