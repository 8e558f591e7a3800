"""Messages: in line by their number, sealed for the worker they are about."""

from __future__ import annotations

import pytest
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session

from models.message import AGAIN, Body, Fate, Kind, Message, seal_body, unseal_body
from models.sealing import CannotOpen
from tests.models.cast import KEYS, NOW, meet

BODY: Body = {"text": "您好，张三", "choices": [[1, "入会", "f:join:"]], "place": "1/9"}


def said(session: Session, number: int = 1) -> Message:
    worker, chat = meet(session, f"{number}")
    return Message(
        chat_id=chat.id,
        number=number,
        about_id=worker.id,
        side="bot",
        kind=Kind.REPLY,
        fate=Fate.WAITING,
        body=seal_body(worker.open_key(KEYS), chat.id, number, BODY),
        at=NOW,
    )


def test_a_body_is_read_again_where_it_was_said() -> None:
    sealed = seal_body(b"k" * 32, 7, 1, BODY)
    assert unseal_body(b"k" * 32, 7, 1, sealed) == BODY
    assert "张三".encode() not in sealed


@pytest.mark.parametrize(("chat", "number"), [(7, 2), (8, 1), (71, 1)])
def test_a_body_moved_to_another_place_does_not_open(chat: int, number: int) -> None:
    sealed = seal_body(b"k" * 32, 7, 1, BODY)
    with pytest.raises(CannotOpen):
        unseal_body(b"k" * 32, chat, number, sealed)


def test_a_chat_has_each_number_once(session: Session) -> None:
    first = said(session)
    session.add(first)
    session.flush()
    session.expunge(first)
    session.add(Message(**first.model_dump()))
    with pytest.raises(IntegrityError):
        session.flush()


def test_replies_and_receipts_go_again_and_nothing_else() -> None:
    assert {Kind.REPLY, Kind.RECEIPT} == AGAIN
