"""Every press means one thing, and one that means nothing does no harm."""

from __future__ import annotations

import pytest

from models.columns import short
from tests.world import World


@pytest.mark.parametrize(
    "press",
    [
        "",
        "?",
        "q",
        "q:",
        "q:zzz",
        "q:::::",
        "f:",
        "f:nothing:",
        "v:",
        "v:nothing:x",
        "a:",
        "a:nothing:x",
        "a:language:tlh",
        "v:waiting:²",
        "v:review:zz",
        "a:approve:zz",
        "a:pool:",
        "a:undo:zz",
        "f:return:zz",
        "f:reject:",
        "b:zz",
        "x:zz:y",
        "w:nothing",
        "n:1",
        "f:join:zz",
        "f:erase:1",
        "q:" + "z" * 12 + ":sure:1:submit",
    ],
)
def test_a_press_that_means_nothing_gets_a_kind_answer(
    world: World, press: str
) -> None:
    world.say("你好")
    said = world.do("press", press)
    assert said[0]["text"]
    assert said[0]["choices"]


@pytest.mark.parametrize("name", ["join", "erase"])
def test_a_flow_about_nothing_else_is_not_begun_with_a_subject(
    world: World, name: str
) -> None:
    world.say("你好")
    world.do("press", f"f:{name}:anything")
    assert world.conversations() == []


def test_starting_what_is_open_puts_its_question_again(world: World) -> None:
    world.fill("mobile")
    world.say("入会")
    assert world.asked() == "mobile"
    assert len({c.id for c in world.conversations()}) == 1


def test_starting_what_is_paused_goes_on_with_it(world: World) -> None:
    world.fill("mobile")
    world.say("菜单")
    world.say("入会")
    assert world.asked() == "mobile"


def test_changing_the_language_in_the_middle_asks_again_in_it(world: World) -> None:
    world.fill("mobile")
    assert world.say("English")[0]["text"].startswith("Your mobile number?")


def test_back_after_the_menu_goes_back_to_the_form(world: World) -> None:
    world.fill("mobile")
    world.say("菜单")
    world.say("返回")
    assert world.asked() == "mobile"


def test_back_and_cancel_with_nothing_open_show_the_menu(world: World) -> None:
    for word in ("返回", "取消"):
        assert world.say(word)[0]["text"].startswith("您想办什么")


def test_an_unknown_word_of_the_talk_sets_nothing_aside(world: World) -> None:
    world.fill("mobile")
    world.do("press", "w:nothing")
    assert world.asked() == "mobile"


def test_a_press_on_a_paused_form_takes_it_up_and_answers_it(world: World) -> None:
    world.fill("work_form")
    world.say("菜单")
    world.tap("打零工")
    assert world.asked() == "city"


def test_setting_aside_what_is_paused_already_leaves_the_open_one(
    world: World,
) -> None:
    world.appoint("4401", who="工人")
    world.fill("sure", who="乙")
    world.say("提交", who="乙")
    world.fill("mobile")
    key = short(world.conversation()[0].id)
    world.say("待审")
    world.say("1")
    world.say("不通过")
    world.do("press", f"x:{key}")
    assert world.asked() == "reason"
