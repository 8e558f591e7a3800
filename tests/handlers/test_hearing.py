"""What is typed, pressed or sent answers the question it was meant for."""

from __future__ import annotations

import pytest

from models.message import Body
from tests.world import PAUSE, World

SLIP = "那一题已经过去了"


def press_of(world: World, label: str, age: int = 0) -> str:
    """Return the press of a choice on the newest message, or on one before it."""
    body = world.screens["工人"][-1 - age]
    return next(str(press) for _, text, press in body["choices"] if text == label)


def labels(said: list[Body]) -> list[str]:
    return [label for _, label, _ in said[0].get("choices", [])]


def later(world: World, press: str) -> list[Body]:
    world.now += PAUSE
    return world.do("press", press)


def test_a_second_tap_on_back_goes_back_once(world: World) -> None:
    world.fill("mobile")
    press = press_of(world, "返回")
    world.now += PAUSE
    world.do("press", press)
    assert world.do("press", press) == []
    assert world.asked() == "resident_id"


def test_back_pressed_later_on_an_old_message_is_past(world: World) -> None:
    world.fill("mobile")
    press = press_of(world, "返回")
    later(world, press)
    assert later(world, press)[0]["text"].startswith(SLIP)
    assert world.asked() == "resident_id"


def test_the_same_tap_much_later_is_no_slip_of_the_finger(world: World) -> None:
    world.fill("work_form")
    press = press_of(world, "打零工")
    later(world, press)
    assert later(world, press)[0]["text"].startswith(SLIP)


def test_another_option_of_the_question_just_answered_is_past(world: World) -> None:
    world.fill("work_form")
    other = press_of(world, "平台接单")
    world.tap("打零工")
    assert world.do("press", other)[0]["text"].startswith(SLIP)
    assert world.answers()["work_form"] == "casual"


def test_an_old_showing_of_the_same_question_answers_it(world: World) -> None:
    world.fill("work_form")
    press = press_of(world, "打零工")
    world.say("帮助")
    later(world, press)
    assert world.answers()["work_form"] == "casual"


def test_an_option_no_longer_on_offer_is_refused(world: World) -> None:
    world.fill("district")
    press = press_of(world, "天河区")
    world.say("返回")
    world.say("深圳")
    said = later(world, press)
    assert said[0]["text"].startswith("这一项现在选不了")
    assert "district" not in world.answers()


def test_own_words_of_an_old_showing_are_not_taken_for_the_new_ones(
    world: World,
) -> None:
    world.fill("employer", work_form="在单位上班")
    world.say("老王保安队")
    press = press_of(world, "就填“老王保安队”")
    world.say("老李保安队")
    assert later(world, press)[0]["text"].startswith(SLIP)
    assert "employer" not in world.answers()


def rejecting(world: World) -> None:
    """Let the worker be asked, as a reviewer, why to reject another's application."""
    world.appoint("4401", "工人")
    world.fill("sure", who="乙")
    world.say("提交", who="乙")
    for typed in ("待审", "1", "不通过"):
        world.say(typed)


def test_a_reason_in_own_words_is_taken_as_it_is_written(world: World) -> None:
    rejecting(world)
    world.say("  证件（第 2 页）看不清，\u200b请重拍！ ")
    assert world.answers()["reason"] == "=证件（第 2 页）看不清，请重拍！"
    assert world.asked() == "sure"


def test_a_ready_made_reason_is_found_by_a_part_of_it(world: World) -> None:
    rejecting(world)
    said = world.say("已在其他工会入会")
    assert labels(said)[0] == "已在其他工会入会，请办理会籍转接"
    world.tap("就填“已在其他工会入会”")
    assert world.answers()["reason"] == "=已在其他工会入会"
    world.say("返回")
    world.say("could not")
    world.say("1")
    assert world.answers()["reason"] == "no_answer"


def test_a_long_reason_is_kept_whole(world: World) -> None:
    rejecting(world)
    world.say("字" * 500)
    assert world.answers()["reason"] == "=" + "字" * 500
    said = world.say("返回")
    assert f"不改，还是“{'字' * 20}…”" in labels(said)


def test_who_writes_too_much_is_told_and_nothing_is_cut(world: World) -> None:
    rejecting(world)
    said = world.say("字" * 501)
    assert said[0]["text"].startswith("这里最多写 500 个字，刚才的有 501 个字")
    assert world.asked() == "reason"
    assert "reason" not in world.answers()


def test_the_name_of_an_employer_may_be_shorter(world: World) -> None:
    world.fill("employer", work_form="在单位上班")
    assert world.say("队" * 61)[0]["text"].startswith("这里最多写 60 个字")
    world.say("老王（广州）队")
    world.tap("就填“老王（广州）队”")
    assert world.answers()["employer"] == "=老王（广州）队"


def test_an_old_summary_cannot_be_submitted(world: World) -> None:
    world.fill("sure")
    press = press_of(world, "提交")
    world.say("改 姓名")
    world.say("李四")
    assert later(world, press)[0]["text"].startswith(SLIP)
    assert world.asked() == "sure"


@pytest.mark.parametrize("key", ["_skip", "13812345678", "=", "_done", "submit"])
def test_a_made_up_press_answers_no_question_that_is_typed(
    world: World, key: str
) -> None:
    world.fill("mobile")
    row, _ = world.conversation()
    press = press_of(world, "返回").split(":")[1]
    later(world, f"q:{press}:mobile:{row.showing}:{key}")
    assert "mobile" not in world.answers()


def test_a_made_up_press_submits_nothing_but_submit(world: World) -> None:
    world.fill("sure")
    press = press_of(world, "提交").removesuffix("submit")
    said = later(world, press + "whatever")
    assert said[0]["text"].startswith("这一项现在选不了")


def test_done_with_nothing_ticked_shows_the_list_again(world: World) -> None:
    world.fill("skills", group="家政")
    press = press_of(world, "跳过").removesuffix("_skip")
    later(world, press + "_done")
    assert world.asked() == "skills"


def test_taking_away_what_is_not_ticked_changes_nothing(world: World) -> None:
    world.fill("skills", group="家政")
    press = press_of(world, "跳过").removesuffix("_skip")
    said = later(world, press + "-cleaning")
    assert "保洁" in labels(said)


def test_several_parts_of_which_one_is_unknown_tick_nothing(world: World) -> None:
    world.fill("skills", group="家政")
    said = world.say("保洁、飞行")
    assert said[0]["text"].startswith("没有找到“保洁、飞行”")
    assert "保洁" in labels(said)


def test_several_parts_by_number_tick_what_the_screen_shows(world: World) -> None:
    world.fill("skills", group="家政")
    assert labels(world.say("1，3 二"))[:3] == ["保洁 ✓", "做饭 ✓", "带孩子 ✓"]
    assert world.say("1 99")[0]["text"].startswith("没有找到")


def test_skip_among_several_parts_is_no_tick(world: World) -> None:
    world.fill("skills", group="家政")
    assert world.say("1 8")[0]["text"].startswith("没有找到")


def test_ticks_are_there_again_when_the_question_is_edited(world: World) -> None:
    world.fill("skills", group="家政")
    world.say("1 3")
    world.say("选好了（2 项）")
    assert labels(world.say("改 技能"))[:3] == ["保洁 ✓", "做饭", "带孩子 ✓"]


def test_a_text_is_no_photo(world: World) -> None:
    world.fill("certificate", group="家政")
    said = world.say("abc123")
    assert said[0]["text"].startswith("请发一张照片")
    assert "certificate" not in world.answers()


def test_nobody_can_use_the_photo_of_another(world: World) -> None:
    world.fill("certificate", who="乙", group="家政")
    world.do("photo", who="乙", data=b"picture", mime="image/jpeg")
    key = world.answers("乙")["certificate"]
    world.fill("certificate", group="家政")
    press = press_of(world, "跳过").removesuffix("_skip")
    later(world, press + key)
    assert "certificate" not in world.answers()


def test_a_location_answers_city_and_district_and_says_which(world: World) -> None:
    world.fill("city")
    said = world.do("location", lat=23.27, lon=113.30)
    assert said[0]["text"].startswith("您在：广州市、白云区")
    assert world.answers()["district"] == "440111"


def test_a_location_far_away_is_not_guessed(world: World) -> None:
    world.fill("city")
    said = world.do("location", lat=39.9, lon=116.4)
    assert said[0]["text"].startswith("您的位置不在")
    assert world.asked() == "city"


def test_another_page_of_a_question_that_is_over_is_past(world: World) -> None:
    world.fill("group")
    press = press_of(world, "看更多")
    world.say("货车司机")
    assert later(world, press)[0]["text"].startswith(SLIP)


def test_what_is_typed_at_a_private_question_is_masked_in_the_history(
    world: World,
) -> None:
    world.fill("resident_id")
    world.say("440106199003070002")
    assert world.own_words()[-1] == "4401**********0002"
    world.say("440106199003070001")
    assert world.own_words()[-1] == "4401**********0001"


def test_an_id_number_typed_anywhere_is_masked_in_the_history(world: World) -> None:
    world.say("我是 440106199003070001")
    assert "19900307" not in world.own_words()[-1]


def test_a_private_answer_is_not_stored_where_it_must_not_travel(
    abroad: World,
) -> None:
    abroad.fill("resident_id")
    for typed in ("440106199003070001", "C01X00T47", "我不懂"):
        abroad.say(typed)
    assert abroad.asked() == "resident_id"
    assert "resident_id" not in abroad.answers()
