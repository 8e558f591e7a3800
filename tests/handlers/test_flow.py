"""Walking the questions of a flow."""

from __future__ import annotations

from typing import ClassVar

import pytest

from handlers.answers import Name, ResidentId
from handlers.flow import Flow, progress
from handlers.question import Submit, ask
from handlers.turn import Turn


class Form(Flow):
    name: ClassVar[str] = "join"

    note: str = ""

    full_name: Name = ask()
    resident_id: ResidentId = ask()
    sure: Submit = ask()


def test_the_next_question_is_the_first_without_a_valid_answer(turn: Turn) -> None:
    state = progress(turn, Form, "", {"full_name": "1", "resident_id": "x"})
    assert state.next is not None
    assert state.next.name == "full_name"
    assert [q.name for q in state.asked] == ["full_name", "resident_id", "sure"]


def test_a_question_beyond_the_next_cannot_be_put(turn: Turn) -> None:
    state = progress(turn, Form, "", {"full_name": "张三"})
    assert state.question("full_name") is not None
    assert state.question("resident_id") is state.next
    assert state.question("sure") is None
    assert state.question(None) is None


def test_an_answer_that_would_stop_the_flow_by_now_is_asked_again(turn: Turn) -> None:
    answers = {"full_name": "张三", "resident_id": "440111201405010002"}
    state = progress(turn, Form, "", answers)
    assert state.next is not None
    assert state.next.name == "resident_id"


def test_what_a_conversation_is_about_is_seen_by_its_offers(turn: Turn) -> None:
    assert progress(turn, Form, "7", {}).seen == {"subject": "7"}


def test_a_flow_with_remarks_must_say_how_they_read() -> None:
    with pytest.raises(NotImplementedError):
        Form.remark("unclear")


def test_a_flow_must_say_how_it_finishes(turn: Turn) -> None:
    with pytest.raises(NotImplementedError):
        Form.model_construct().finish(turn)
