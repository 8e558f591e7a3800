"""The code changes while a worker is at the third question; no answer is lost."""

from __future__ import annotations

from typing import ClassVar

import pytest

import handlers
from handlers.answers import Key, Mobile, Name, Plate
from handlers.choices import Sex
from handlers.flow import Flow
from handlers.offers import Offer, Option
from handlers.question import Submit, ask
from handlers.say import Say, Word
from handlers.turn import Turn
from tests.handlers.conftest import Deploy
from tests.world import World


class Version(Flow):
    """A form with the words of joining; it remembers what it was finished with."""

    name: ClassVar[str] = "join"
    finished: ClassVar[list[Flow]] = []

    def finish(self, turn: Turn) -> Say:
        Version.finished.append(self)
        return Say(Word("join", "done_title"))


class First(Version):
    full_name: Name = ask()
    sex: Sex = ask()
    plate: Plate | None = ask(optional=True)
    mobile: Mobile = ask()
    sure: Submit = ask()


class Inserted(Version):
    full_name: Name = ask()
    group: Key = ask(offer=Offer(lambda turn, a: [Option("courier", "快递员")]))
    sex: Sex = ask()
    plate: Plate | None = ask(optional=True)
    mobile: Mobile = ask()
    sure: Submit = ask()


class Removed(Version):
    full_name: Name = ask()
    sex: Sex = ask()
    mobile: Mobile = ask()
    sure: Submit = ask()


class Renamed(Version):
    full_name: Name = ask()
    sex: Sex = ask()
    other_id: Plate = ask()
    mobile: Mobile = ask()
    sure: Submit = ask()


class Reordered(Version):
    mobile: Mobile = ask()
    sex: Sex = ask()
    full_name: Name = ask()
    plate: Plate | None = ask(optional=True)
    sure: Submit = ask()


class Withdrawn(Version):
    full_name: Name = ask()
    sex: Key = ask(offer=Offer(lambda turn, a: [Option("x", "不填")]))
    plate: Plate | None = ask(optional=True)
    mobile: Mobile = ask()
    sure: Submit = ask()


TYPED = {
    "group": "快递员",
    "sex": "不填",
    "plate": "粤A12345",
    "other_id": "粤A12345",
    "mobile": "13812345678",
    "sure": "提交",
}


@pytest.fixture(autouse=True)
def at_the_third_question(world: World, deploy: Deploy) -> None:
    deploy(First)
    Version.finished.clear()
    for typed in ("入会", "张三", "男"):
        world.say(typed)
    assert world.asked() == "plate"


@pytest.mark.parametrize(
    ("new", "asked"),
    [
        (Inserted, ["group", "plate", "mobile", "sure"]),
        (Removed, ["mobile", "sure"]),
        (Renamed, ["other_id", "mobile", "sure"]),
        (Reordered, ["mobile", "plate", "sure"]),
        (Withdrawn, ["sex", "plate", "mobile", "sure"]),
    ],
)
def test_it_asks_what_is_missing_and_keeps_what_is_there(
    world: World, deploy: Deploy, new: type[Flow], asked: list[str]
) -> None:
    deploy(new)
    world.say("粤A12345")
    first = world.asked()
    told = [] if first == asked[0] else [first]
    while question := world.asked():
        told.append(question)
        world.say(TYPED[question])
    assert told == asked
    assert Version.finished[0].model_dump()["full_name"] == "张三"


def test_an_answer_to_a_question_that_is_gone_is_no_answer_to_the_next(
    world: World, deploy: Deploy
) -> None:
    deploy(Removed)
    said = world.say("13900001111")
    assert said[0]["text"].startswith("那一题已经过去了")
    assert "mobile" not in world.answers()


def test_a_press_on_a_question_that_is_gone_says_so(
    world: World, deploy: Deploy
) -> None:
    deploy(Removed)
    said = world.tap("跳过")
    assert said[0]["text"].startswith("那一题已经过去了")


class Shortened(Version):
    full_name: Name = ask()
    sex: Sex = ask()


def test_a_form_with_nothing_left_to_ask_is_finished_at_the_next_word(
    world: World, deploy: Deploy
) -> None:
    deploy(Shortened)
    said = world.say("粤A12345")
    assert said[0]["text"] == "入会申请已收到"


def test_a_paused_form_with_nothing_left_to_ask_is_finished_once(
    world: World, deploy: Deploy
) -> None:
    world.say("菜单")
    deploy(Shortened)
    world.tap("跳过")
    world.tap("跳过")
    assert len(Version.finished) == 1


def test_a_flow_that_is_no_more_is_offered_to_nobody(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.say("菜单")
    monkeypatch.delitem(handlers.FLOWS, "join")
    said = world.say("菜单")
    assert "接着填：入会申请" not in [label for _, label, _ in said[0]["choices"]]
    said = world.tap("跳过")
    assert said[0]["text"].startswith("那件事已经办完")
