"""Answers: one each, the last counts, none before or after its time."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlmodel import Session

from models.letter import Option
from models.merging import merge
from models.notice import Notice, NoticeState
from models.notice_answer import NoticeAnswer, answer, answer_of, answers_to
from models.place import Atlas
from tests.models.cast import KEYS, NOW, meet, reviewer
from tests.models.noticing import begun, member

OPTIONS = (Option("来"), Option("不来"))


@pytest.fixture
def row(session: Session, atlas: Atlas) -> Notice:
    member(session)
    return begun(session, atlas, reviewer(session), options=OPTIONS)


def test_the_last_answer_counts_and_only_once(session: Session, row: Notice) -> None:
    one, other = member(session), member(session)
    assert answer(session, row, one.id, 0, NOW)
    assert answer(session, row, other.id, 0, NOW)
    assert answer(session, row, one.id, 1, NOW)
    assert answers_to(session, row.id) == {0: 1, 1: 1}
    assert answer_of(session, row.id, one.id) == 1
    assert answer_of(session, row.id, 0) is None


def test_nothing_else_can_be_answered(session: Session, row: Notice) -> None:
    one = member(session)
    assert not answer(session, row, one.id, 2, NOW)
    assert not answer(session, row, one.id, -1, NOW)
    assert not answer(session, row, one.id, 0, NOW + timedelta(days=3))
    row.state = NoticeState.RECALLED
    assert not answer(session, row, one.id, 0, NOW)
    row.expires_at = None
    row.state = NoticeState.SENDING
    assert not answer(session, row, one.id, 0, NOW)


def test_a_person_keeps_their_own_answer_when_two_turn_out_to_be_one(
    session: Session, row: Notice
) -> None:
    own = member(session)
    stray, _ = meet(session, "stray")
    answer(session, row, own.id, 0, NOW)
    answer(session, row, stray.id, 1, NOW)
    merge(session, KEYS, stray, own, NOW)
    session.expire_all()
    assert answers_to(session, row.id) == {0: 1}
    assert session.get(NoticeAnswer, (row.id, own.id)) is not None
