"""Live talks: two chats and one case; neither chat is in two talks at a time."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlmodel import Session

from models import handling, live
from models.case import Case, Outcome, end_talk
from models.chat import Chat, newest_chat
from models.place import Atlas
from models.staff import Staff, revoke
from tests.models.casework import a_case
from tests.models.cast import KEYS, NOW, reviewer


def taken(session: Session, atlas: Atlas, staff: Staff) -> tuple[Case, tuple[int, int]]:
    row = a_case(session)
    handling.take(session, atlas, staff, row, NOW)
    mine = newest_chat(session, staff.worker_id)
    assert mine is not None
    return row, (row.chat_id, mine)


def test_a_talk_holds_both_chats_until_it_ends(session: Session, atlas: Atlas) -> None:
    staff = reviewer(session)
    row, chats = taken(session, atlas, staff)
    live.begin(session, staff, row, chats, NOW)
    assert {session.get_one(Chat, chat).case_id for chat in chats} == {row.id}
    assert live.is_on(row, staff)
    assert end_talk(session, row.id) == sorted(chats)
    assert {session.get_one(Chat, chat).case_id for chat in chats} == {None}
    assert row.said_at is None
    assert end_talk(session, row.id) == []


def test_a_chat_in_a_talk_is_in_no_other(session: Session, atlas: Atlas) -> None:
    staff = reviewer(session)
    first, chats = taken(session, atlas, staff)
    second, others = taken(session, atlas, staff)
    live.begin(session, staff, first, chats, NOW)
    live.begin(session, staff, first, chats, NOW)  # pressed twice
    with pytest.raises(live.Busy):
        live.begin(session, staff, second, others, NOW)
    session.expire_all()
    assert session.get_one(Chat, second.chat_id).case_id is None
    assert session.get_one(Chat, chats[1]).case_id == first.id


def test_a_talk_in_which_nobody_speaks_is_idle(session: Session, atlas: Atlas) -> None:
    staff = reviewer(session)
    row, chats = taken(session, atlas, staff)
    live.begin(session, staff, row, chats, NOW)
    live.said(session, row, NOW + timedelta(minutes=5))
    session.flush()
    assert live.idle(session, NOW + timedelta(minutes=30), 30) == []
    assert live.idle(session, NOW + timedelta(minutes=35), 30) == [row]


@pytest.mark.parametrize("how", ["passed", "let go", "closed"])
def test_whatever_takes_the_case_away_ends_the_talk(
    session: Session, atlas: Atlas, how: str
) -> None:
    staff, other = reviewer(session), reviewer(session)
    row, chats = taken(session, atlas, staff)
    live.begin(session, staff, row, chats, NOW)
    if how == "passed":
        handling.pass_on(session, atlas, staff, row, other, NOW)
    elif how == "let go":
        handling.let_go(session, atlas, staff, row, NOW)
    else:
        by = (session, KEYS, atlas, staff, row)
        handling.close(*by, Outcome.SETTLED, "好", 1, NOW)
    assert session.get_one(Chat, row.chat_id).case_id is None
    assert not live.is_on(row, staff)


def test_a_talk_is_over_for_who_serves_no_more(session: Session, atlas: Atlas) -> None:
    staff = reviewer(session)
    row, _ = taken(session, atlas, staff)
    assert not live.is_on(None, staff)
    assert not live.is_on(row, None)
    revoke(session, staff, NOW)
    assert not live.is_on(row, staff)
