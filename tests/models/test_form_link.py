"""Form links: one question, once, for a while."""

from __future__ import annotations

from datetime import timedelta

from sqlmodel import Session

from models.conversation import new_conversation
from models.form_link import find_link, make_link
from tests.models.cast import NOW, meet

LATER = NOW + timedelta(minutes=30)


def conversation(session: Session) -> int:
    worker, chat = meet(session)
    row = new_conversation(worker.id, chat.id, "join", "", NOW)
    session.add(row)
    return row.id


def test_a_link_leads_to_its_question(session: Session) -> None:
    ours = conversation(session)
    token = make_link(session, ours, "resident_id", NOW, 30)
    link = find_link(session, token, NOW)
    assert link is not None
    assert (link.conversation_id, link.question) == (ours, "resident_id")
    assert token.encode() not in link.token_hash


def test_a_link_ends_with_its_time(session: Session) -> None:
    token = make_link(session, conversation(session), "resident_id", NOW, 30)
    assert find_link(session, token, LATER - timedelta(seconds=1))
    assert find_link(session, token, LATER) is None


def test_a_used_link_is_no_link(session: Session) -> None:
    token = make_link(session, conversation(session), "resident_id", NOW, 30)
    link = find_link(session, token, NOW)
    assert link is not None
    link.used_at = NOW
    assert find_link(session, token, NOW) is None


def test_a_made_up_token_is_no_link(session: Session) -> None:
    make_link(session, conversation(session), "resident_id", NOW, 30)
    assert find_link(session, "x" * 32, NOW) is None


def test_a_new_link_ends_the_older_one(session: Session) -> None:
    ours = conversation(session)
    older = make_link(session, ours, "resident_id", NOW, 30)
    first = find_link(session, older, NOW)
    assert first is not None
    first.used_at = NOW
    newer = make_link(session, ours, "other_id", LATER, 30)
    assert find_link(session, older, NOW) is None
    link = find_link(session, newer, LATER)
    assert link is not None
    assert link.question == "other_id"
