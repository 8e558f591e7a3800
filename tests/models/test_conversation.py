"""Conversations: kept by the question's name, erased when they end."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from sqlmodel import Session

from models.chat import Chat
from models.conversation import (
    Conversation,
    Draft,
    State,
    new_conversation,
    paused_in,
    paused_of,
    unfinished_since,
)
from models.sealing import CannotOpen
from models.worker import Worker
from tests.models.cast import KEYS, NOW, meet

DRAFT = Draft({"full_name": "张三", "skills": ["cooking"]}, "白云", 2, ["a"], ["city"])
HOUR = timedelta(hours=1)


def talk(
    session: Session,
    worker: Worker,
    chat: Chat,
    flow: str = "join",
    state: State = State.PAUSED,
    at: datetime = NOW,
    subject: str = "",
) -> Conversation:
    row = new_conversation(worker.id, chat.id, flow, subject, at)
    row.state = state
    session.add(row)
    session.flush()
    return row


def test_a_draft_is_kept_sealed_and_read_again(session: Session) -> None:
    worker, chat = meet(session)
    row = talk(session, worker, chat)
    row.keep(KEYS, worker, DRAFT, NOW + HOUR)
    assert row.load(KEYS, worker) == DRAFT
    assert row.updated_at == NOW + HOUR
    assert "张三".encode() not in (row.draft or b"")


def test_a_new_conversation_has_an_empty_draft(session: Session) -> None:
    worker, chat = meet(session)
    row = talk(session, worker, chat)
    assert row.load(KEYS, worker) == Draft()
    assert row.load(KEYS, worker).answers is not Draft().answers


def test_a_draft_opens_only_in_its_own_conversation(session: Session) -> None:
    worker, chat = meet(session)
    one, other = talk(session, worker, chat), talk(session, worker, chat)
    one.keep(KEYS, worker, DRAFT, NOW)
    other.draft = one.draft
    with pytest.raises(CannotOpen):
        other.load(KEYS, worker)


def test_the_end_erases_what_was_answered(session: Session) -> None:
    worker, chat = meet(session)
    row = talk(session, worker, chat)
    row.keep(KEYS, worker, DRAFT, NOW)
    row.asked = "mobile"
    row.end(State.DONE, NOW + HOUR)
    kept: tuple[object, ...] = row.state, row.draft, row.asked
    assert kept == (State.DONE, None, None)
    assert row.load(KEYS, worker) == Draft()


def test_the_one_paused_last_comes_back_first(session: Session) -> None:
    worker, chat = meet(session)
    other_worker, other_chat = meet(session, "2")
    assert paused_of(session, worker.id, chat.id) is None
    talk(session, worker, chat, at=NOW)
    last = talk(session, worker, chat, at=NOW + HOUR)
    talk(session, worker, chat, state=State.OPEN, at=NOW + 2 * HOUR)
    talk(session, other_worker, other_chat, at=NOW + 3 * HOUR)
    assert paused_of(session, worker.id, chat.id) is last


def test_a_paused_flow_is_found_by_its_subject(session: Session) -> None:
    worker, chat = meet(session)
    talk(session, worker, chat, "return", subject="7")
    ours = talk(session, worker, chat, "return", subject="8")
    talk(session, worker, chat, "return", state=State.DONE, subject="9")
    assert paused_in(session, chat.id, "return", "8") is ours
    assert paused_in(session, chat.id, "return", "9") is None
    assert paused_in(session, chat.id, "join", "8") is None


def test_only_unfinished_ones_left_alone_are_due_the_oldest_first(
    session: Session,
) -> None:
    worker, chat = meet(session)
    newer = talk(session, worker, chat, at=NOW)
    older = talk(session, worker, chat, state=State.OPEN, at=NOW - HOUR)
    talk(session, worker, chat, at=NOW + HOUR)
    for state in (State.DONE, State.CANCELLED, State.EXPIRED):
        talk(session, worker, chat, state=state, at=NOW - HOUR)
    assert unfinished_since(session, NOW) == [older, newer]


def test_a_few_unfinished_ones_are_handled_at_a_time(session: Session) -> None:
    worker, chat = meet(session)
    for _ in range(101):
        talk(session, worker, chat)
    assert len(unfinished_since(session, NOW)) == 100
