"""Chats: numbered messages, and what the screen shows."""

from __future__ import annotations

import pytest
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session

from models.chat import Shown
from models.sealing import CannotOpen
from tests.models.cast import KEYS, meet

CHOICES = [
    Shown(1, "货车司机", "q:group:truck"),
    Shown(2, "其他", "q:group:other", "qt"),
]


def test_the_choices_on_the_screen_are_remembered(session: Session) -> None:
    worker, chat = meet(session)
    assert chat.shown(KEYS, worker) == []
    chat.show(KEYS, worker, CHOICES)
    assert chat.shown(KEYS, worker) == CHOICES
    assert "货车司机".encode() not in (chat.screen or b"")


def test_the_screen_of_another_chat_does_not_open(session: Session) -> None:
    worker, chat = meet(session)
    _, other = meet(session, "2")
    chat.show(KEYS, worker, CHOICES)
    other.screen = chat.screen
    with pytest.raises(CannotOpen):
        other.shown(KEYS, worker)


def test_messages_are_numbered_one_after_the_other(session: Session) -> None:
    _, chat = meet(session)
    assert [chat.next_number() for _ in range(3)] == [1, 2, 3]
    assert chat.last_number == 3


def test_a_place_has_one_chat(session: Session) -> None:
    _, chat = meet(session, "7")
    assert chat.place == ("page", "", "7")
    with pytest.raises(IntegrityError):
        meet(session, "7")
