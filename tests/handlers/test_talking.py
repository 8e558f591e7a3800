"""How people talk: other words, politeness and slips mean what they plainly mean."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.words import vocabulary
from handlers.offers import is_exact
from handlers.places import GROUPS, HOME_DISTRICTS
from handlers.question import Answers
from handlers.turn import Turn
from models.identity import id_characters, resident_id_in
from models.place import Atlas, Division
from tests.handlers.hosts import hold_event
from tests.handlers.members import make_member
from tests.world import World

ID = "440106199003070001"


@pytest.mark.parametrize(
    ("typed", "bare"),
    [
        ("我想加入工会", "加入工会"),
        ("请问怎么入会啊", "入会"),
        ("iwanttojoinplease", "join"),
        ("我想", "我想"),
        ("吗", "吗"),
        ("入会", "入会"),
    ],
)
def test_politeness_is_taken_off_a_word_and_never_all_of_it(
    typed: str, bare: str
) -> None:
    assert vocabulary().bare(typed) == bare


@pytest.mark.parametrize(
    "typed",
    ["好", "可以", "行", "嗯", "我同意", "OK", "yes", "同意吧", "好的", "tongyi"],
)
def test_a_yes_to_the_consent_is_a_yes(world: World, typed: str) -> None:
    world.say("入会")
    world.say(typed)
    assert world.asked() == "full_name"


@pytest.mark.parametrize(
    ("typed", "answer"),
    [("是的", "yes"), ("对", "yes"), ("嗯", "yes"), ("不", "no"), ("nope", "no")],
)
def test_a_yes_or_no_is_taken_in_many_words(
    world: World, typed: str, answer: str
) -> None:
    world.fill("migrant")
    world.say(typed)
    assert world.answers()["migrant"] == answer


@pytest.mark.parametrize("typed", ["确认", "好的", "没问题", "对", "Confirm"])
def test_a_summary_that_is_right_is_submitted(world: World, typed: str) -> None:
    world.fill("sure")
    (receipt,) = world.say(typed)
    assert receipt["title"] == "入会申请已收到"


@pytest.mark.parametrize(
    "typed",
    ["客服", "人工客服", "转人工客服", "hotline"],
)
def test_who_asks_for_a_person_is_told_the_way(world: World, typed: str) -> None:
    world.say("菜单")
    assert "12351" in world.say(typed)[0]["text"]


@pytest.mark.parametrize(
    ("typed", "asked"),
    [
        ("投诉", "kind"),
        ("我要投诉", "kind"),
        ("complaint", "kind"),
        ("欠薪", "matter"),
        ("unpaid wages", "matter"),
        ("求助", "story"),
    ],
)
def test_who_names_a_trouble_is_asked_about_it(
    world: World, typed: str, asked: str
) -> None:
    world.say("菜单")
    world.say(typed)
    assert world.asked() == asked


@pytest.mark.parametrize(
    "typed", ["我想入会", "怎么入会", "加入工会", "I want to join", "jion", "人会"]
)
def test_who_wants_to_join_begins(world: World, typed: str) -> None:
    world.say("菜单")
    world.say(typed)
    assert world.asked() == "consent"


@pytest.mark.parametrize("typed", ["不入会", "我不想入会", "abcd", "no"])
def test_what_may_mean_the_opposite_is_not_guessed(world: World, typed: str) -> None:
    world.say("菜单")
    assert "没看懂" in world.say(typed)[0]["text"]


@pytest.mark.parametrize(
    ("typed", "group"),
    [
        ("大车司机", "truck_driver"),
        ("货拉拉", "truck_driver"),
        ("我是开货车的", "truck_driver"),
        ("滴滴司机", "ride_hailing_driver"),
        ("外卖小哥", "delivery_rider"),
        ("骑手", "delivery_rider"),
        ("月嫂", "domestic_worker"),
        ("保姆", "domestic_worker"),
        ("门卫", "guard"),
        ("快递小哥", "courier"),
        ("truck driver", "truck_driver"),
        ("waimai", "delivery_rider"),
    ],
)
def test_a_group_is_found_by_what_people_call_it(
    world: World, typed: str, group: str
) -> None:
    world.fill("group")
    world.say(typed)
    assert world.answers()["group"] == group


def test_no_two_groups_have_a_name_in_common(turn: Turn) -> None:
    options = GROUPS.options(turn, Answers({}))
    names = [key for option in options for key in option.keys.split()]
    assert sorted(names) == sorted(set(names))
    assert all(is_exact(option, option.keys.split()[0]) for option in options)


@pytest.mark.parametrize("typed", ["跳过", "好的", "不知道", "同意", "skip", "OK"])
def test_a_word_that_is_no_name_is_not_taken_for_one(world: World, typed: str) -> None:
    world.fill("full_name")
    assert "不是名字" in world.say(typed)[0]["text"]
    assert "full_name" not in world.answers()


@pytest.mark.parametrize(
    ("typed", "name"),
    [
        ("我叫王大锤", "王大锤"),
        ("我是王大锤", "王大锤"),
        ("姓名：王大锤", "王大锤"),
        ("My name is Wang Dachui", "Wang Dachui"),
        ("王大锤", "王大锤"),
    ],
)
def test_a_name_is_read_out_of_an_introduction(
    world: World, typed: str, name: str
) -> None:
    world.fill("full_name")
    world.say(typed)
    assert world.answers()["full_name"] == name


def test_no_change_keeps_the_name(world: World) -> None:
    world.fill("mobile")
    world.say("改 姓名")
    world.say("不改")
    assert (world.asked(), world.answers()["full_name"]) == ("mobile", "张三")


def test_what_was_skipped_can_be_left_as_it_is(world: World) -> None:
    world.fill("sure", group="货车司机")
    world.say("改 车牌")
    world.say("不改")
    assert world.asked() == "sure"


@pytest.mark.parametrize(
    ("typed", "number"),
    [
        (f"{ID} 张伟", ID),
        (f"我的身份证号是{ID}", ID),
        (f"{ID}1", f"{ID}1"),
        (f"{ID} {ID}", f"{ID}{ID}"),
        ("440106 19900307 0001", ID),
    ],
)
def test_an_id_number_is_read_out_of_other_words(typed: str, number: str) -> None:
    assert resident_id_in(typed) == number


def test_the_first_character_that_cannot_be_is_named() -> None:
    assert id_characters("4401O6199003070001") == (17, 5)
    assert id_characters("王") == (0, 1)


def test_districts_of_one_city_need_not_name_it(turn: Turn) -> None:
    city = Division(code="1", kind="city", name="甲市", name_en="A")
    district = Division(
        code="11", parent="1", kind="district", name="乙区", name_en="B"
    )
    atlas = Atlas(divisions={"1": city, "11": district}, below={"1": [district]})
    options = HOME_DISTRICTS.options(replace(turn, atlas=atlas), Answers({}))
    assert [option.label for option in options] == ["乙区"]


def test_the_districts_of_ones_own_city_come_first(turn: Turn) -> None:
    options = HOME_DISTRICTS.options(turn, Answers({"city": "4403"}))
    assert str(options[0].label).startswith("深圳市")


@pytest.mark.parametrize("typed", ["提交", "好", "确认", "可以", "ok", "确定领取"])
def test_every_last_step_of_ones_own_hears_a_yes(world: World, typed: str) -> None:
    make_member(world)
    for said in ("家庭药箱", "白云", "1", typed):
        heard = world.say(said)
    assert "券码" in dict(heard[-1]["rows"])


@pytest.mark.parametrize(
    ("typed", "done"), [("好", False), ("可以", False), ("确认", True), ("提交", True)]
)
def test_what_is_done_to_others_needs_a_firm_word(
    world: World, typed: str, done: bool
) -> None:
    make_member(world)
    for said in ("家庭药箱", "白云", "1", "提交"):
        heard = world.say(said)
    world.appoint_clerk("drug-baiyun")
    world.do("start", f"r-{''.join(dict(heard[-1]['rows'])['券码'].split())}", "收银员")
    world.say("3", "收银员")
    said = world.say(typed, "收银员")[0]["text"]
    assert said.startswith("核销好了" if done else "都对的话请点“确定核销”")


def test_where_nothing_can_be_changed_no_change_is_offered(world: World) -> None:
    make_member(world)
    hold_event(world, "家政节")
    for said in ("活动", "1", "1"):
        heard = world.say(said)
    assert [label for _, label, _ in heard[0]["choices"]] == ["确定", "取消"]
    assert "改一改" not in world.say("啥")[0]["text"]
