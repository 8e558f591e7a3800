"""Suggestions in a chat: made, listed, answered once, taken back in time."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlmodel import Session, select

from handlers import answering
from handlers.answering import Adopt, Decline
from handlers.turn import Turn
from models.application import CannotDecide
from models.columns import short
from models.message import Body
from models.reminder import Reminder
from models.suggestion import Adoption, Aspect, Suggestion, suggest
from models.worker import Worker
from tests.electing import make_members
from tests.handlers.members import worker_of
from tests.models.cast import KEYS
from tests.world import World


@pytest.fixture(autouse=True)
def people(world: World) -> None:
    world.appoint("4401")
    make_members(world, "甲", "乙")


def made(world: World, count: int = 1) -> int:
    """Let suggestions wait; give the last one's id."""

    def make(session: Session) -> int:
        worker = session.get_one(Worker, worker_of(world, "甲").id)
        told = (session, KEYS, worker, "440106", Aspect.SAFETY, "修一修")
        rows = [
            suggest(*told, None, world.now + timedelta(seconds=n)) for n in range(count)
        ]
        return rows[-1].id if rows else 0

    return world.write(make)


def press(world: World, kind: str, row: int | str, who: str = "社工") -> list[Body]:
    key = short(row) if isinstance(row, int) else row
    world.now += timedelta(minutes=1)
    return world.do("press", f"{kind}:{key}", who)


def text(said: list[Body]) -> str:
    return said[-1]["text"]


def labels(said: list[Body]) -> list[str]:
    return [label for n, label, _ in said[-1].get("choices", []) if n]


@pytest.mark.parametrize("count", [0, 1, 9, 10, 500])
def test_the_list_fits_however_long(world: World, count: int) -> None:
    made(world, count)
    seen: set[str] = set()
    for page in range(-(-count // 8) if count > 9 else 1):
        said = labels(press(world, "v:suggestions", str(page), "甲"))
        rows = [one for one in said if one.startswith("建议 ")]
        assert len(rows) <= 9
        seen |= {*rows}
    assert len(seen) == count


def test_a_suggestion_is_nobody_else_s(world: World) -> None:
    row = made(world)
    for deed in ("v:suggestion", "a:drop_suggestion"):
        assert text(press(world, deed, row, "乙")) == "没有这条建议。"
    for deed in ("v:suggested", "f:adopt"):
        said = press(world, deed, row, "乙")
        assert text(said).startswith("这条建议不在您负责")


def test_a_photo_goes_along_and_is_shown_to_who_answers(world: World) -> None:
    world.say("提建议", "甲")
    world.say("1", "甲")
    world.say("扶手松了", "甲")
    world.do("photo", who="甲", data=b"picture", mime="image/jpeg")
    world.say("提交建议", "甲")
    row = world.write(lambda s: s.exec(select(Suggestion.id)).one())
    assert "image" in press(world, "v:suggested", row)[-1]


def test_what_is_answered_stays(world: World) -> None:
    row = made(world)
    press(world, "f:adopt", row)
    for typed in ("跳过", "跳过", "确定采纳"):
        world.say(typed, "社工")
    assert text(press(world, "a:drop_suggestion", row, "甲")).startswith(
        "这条建议已经有"
    )
    assert text(press(world, "f:decline_suggestion", row)).startswith(
        "这条建议已经有答复了"
    )
    assert labels(press(world, "v:suggested", row)) == []
    (told,) = world.wait(timedelta(minutes=1))["甲"]
    assert told["text"] == "您关于“安全生产”的建议被采纳了，谢谢您！"
    assert "rows" not in told


def test_of_two_answers_at_once_one_counts(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    row = made(world)
    press(world, "f:decline_suggestion", row)
    world.say("1", "社工")

    def quicker(*args: object) -> None:
        raise CannotDecide

    monkeypatch.setattr("models.suggestion.settle", quicker)
    said = world.say("确定不采纳", "社工")
    assert said[-1]["text"].startswith("这条建议已经有答复了")
    found = world.write(lambda s: s.exec(select(Suggestion.standing)).one())
    assert found is Adoption.WAITING


@pytest.mark.parametrize("flow", [Adopt, Decline])
def test_an_answer_to_what_is_gone_has_no_effect(turn: Turn, flow: Any) -> None:
    form = flow.model_construct(
        subject="0", extras={}, thanks=None, yuan=None, reason="unclear"
    )
    said = form.finish(turn)
    assert said.text is not None
    assert said.text.key == "not_yours"
    assert flow.title(turn, "0").key == "summary"
    assert flow.about(turn, "0") is None


def test_news_of_a_suggestion_that_is_gone_reach_nobody(turn: Turn) -> None:
    row = Reminder(id=1, kind="suggestion", subject="1", due=turn.now)
    assert answering.ANSWERED.chat(turn.session, row) is None


@pytest.mark.parametrize(
    ("typed", "yuan"),
    [("8000", 8000), ("１．２万元", 12000), ("1,250 元", 1250), ("1.25亿", 125000000)],
)
def test_a_value_is_read_as_people_write_it(
    world: World, typed: str, yuan: int
) -> None:
    row = made(world)
    press(world, "f:adopt", row)
    assert "label" not in str(world.say("0.5", "社工"))
    assert text(world.say("999999999999", "社工")).startswith("请写一个数字")
    world.say(typed, "社工")
    world.say("跳过", "社工")
    world.say("确定采纳", "社工")
    assert world.write(lambda s: s.exec(select(Suggestion.yuan)).one()) == yuan


def test_words_must_be_words_and_not_too_many(world: World) -> None:
    world.say("提建议", "甲")
    world.say("1", "甲")
    assert text(world.say("……", "甲")).startswith("没看懂")
    assert text(world.say("长" * 501, "甲")).startswith("这里最多写 500 个字")
    assert "照片" in text(world.say("长" * 500, "甲"))
