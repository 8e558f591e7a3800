"""Returning and rejecting: what may be chosen."""

from __future__ import annotations

import pytest
from sqlmodel import Session, select

from handlers.deciding import FIELDS
from handlers.matter import Deciding
from handlers.question import Answers
from handlers.turn import Turn
from models.application import Application
from models.columns import short
from models.staff import OFFICER, Staff
from tests.world import World


def test_only_what_was_asked_can_be_returned(world: World, turn: Turn) -> None:
    turn.session.rollback()
    world.fill("sure")
    world.say("提交")

    def offered(session: Session) -> list[str]:
        turn.session = session
        row = session.exec(select(Application)).one()
        options = FIELDS.options(turn, Answers({"subject": short(row.id)}))
        return [option.key for option in options]

    found = world.write(offered)
    assert found[:4] == ["full_name", "id_type", "resident_id", "mobile"]
    assert not {"consent", "born", "skills", "sure"} & {*found}


def test_an_application_that_is_gone_has_no_fields(turn: Turn) -> None:
    assert FIELDS.options(turn, Answers({"subject": "zz"})) == []


def test_a_form_that_decides_must_say_how(turn: Turn) -> None:
    staff = Staff(id=1, role=OFFICER, union_code="4401", created_at=turn.now)
    with pytest.raises(NotImplementedError):
        Deciding.model_construct().decide(turn, staff, None)
