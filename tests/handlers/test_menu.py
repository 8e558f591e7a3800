"""What is always within reach."""

from __future__ import annotations

import pytest
from sqlmodel import Session, delete

from bot.words import text_of
from handlers.menu import SERVICES, bars, menu, person
from handlers.offers import PAGE
from handlers.turn import Turn
from models.clerk import Clerk
from models.message import Body
from models.place import Union
from tests.handlers.members import chat_of, make_member, worker_of
from tests.world import World


def labels(said: list[Body]) -> list[str]:
    return [label for _, label, _ in said[0]["choices"]]


def test_the_menus_below_the_page_hold_at_most_five_rows(turn: Turn) -> None:
    found = bars(turn)
    assert len(found) == 3
    assert all(1 <= len(bar.rows) <= 5 for bar in found)


def below(world: World, who: str = "工人") -> dict[str, list[str]]:
    """Return the menus at the bottom of somebody's page, with their rows."""
    chat, worker = chat_of(world, who), worker_of(world, who)

    def look(session: Session) -> dict[str, list[str]]:
        turn = world.kit.turn(session, chat, worker, world.now, trusted=True)
        reader = world.kit.reader(worker)
        return {
            text_of(bar.label, reader): [text_of(row.label, reader) for row in bar.rows]
            for bar in bars(turn)
        }

    return world.write(look)


MINE = ["我的资料", "提醒设置", "English"]


def test_the_menus_below_fit_a_stranger_an_applicant_and_a_member(
    world: World,
) -> None:
    world.say("菜单")
    found = below(world)
    assert found["我要入会"] == ["我要入会", "我已经是会员，换了手机"]
    assert found["我的"] == MINE
    world.fill("sure")
    world.say("提交")
    found = below(world)
    assert (found["我的申请"], found["我的"]) == (["我的申请"], MINE)
    make_member(world, "乙")
    found = below(world, "乙")
    assert found["会员"] == ["我的会员卡", "我的券", "我的报名", "我办的事"]
    assert found["我的"] == ["我的申请", *MINE]


@pytest.mark.parametrize(
    ("role", "work"), [("social_worker", "待办"), ("jury", "评委打分")]
)
def test_who_has_work_to_do_finds_it_below_in_one_touch(
    world: World, role: str, work: str
) -> None:
    make_member(world)
    world.appoint("4401", "工人", role)
    world.appoint("4401", "乙", role)
    found = below(world)
    assert (found[work], found["我的"]) == ([work], ["我的会员卡", "我的券", *MINE])
    assert below(world, "乙")["我的"] == ["我要入会", *MINE]


def test_a_cashier_finds_the_till_below_while_it_is_theirs(world: World) -> None:
    world.appoint_clerk("drug-baiyun")
    assert below(world, "收银员")["核销"] == ["核销"]
    world.write(lambda s: s.execute(delete(Clerk)))
    assert "核销" not in below(world, "收银员")


def test_a_member_finds_what_members_get_on_the_first_page(world: World) -> None:
    make_member(world)
    assert labels(world.say("菜单"))[:2] == ["我的会员卡", "普惠服务"]


def test_home_holds_what_one_digit_can_name_even_beside_a_paused_form(
    world: World,
) -> None:
    make_member(world)
    world.appoint("4401", "工人")
    world.do("press", "f:site_fault:gz-by-dh", "工人")
    world.say("1", "工人")
    said = world.say("菜单", "工人")
    assert labels(said)[0].startswith("接着填")
    assert len(said[0]["choices"]) <= PAGE


def test_all_services_are_listed_each_with_what_it_is_good_for(world: World) -> None:
    said = world.say("全部服务")
    ways = labels(said)
    assert [label for label, _ in said[0]["rows"]] == ways[:-1]
    assert ways[-1] == "菜单"
    assert len(ways) <= PAGE
    for way in SERVICES:
        (first, *_) = world.do("press", way[0].press)
        assert "没看懂" not in first["text"]
        world.say("取消")


def test_a_stranger_is_offered_to_come_back_and_an_applicant_is_not(
    world: World,
) -> None:
    way = "我已经是会员，换了手机"
    assert way in labels(world.say("菜单"))
    world.fill("sure")
    world.say("提交")
    assert way not in labels(world.say("菜单"))
    assert "换手机" in labels(world.say("我的资料"))


@pytest.mark.parametrize(("language", "other"), [("zh-CN", "English"), ("en", "中文")])
def test_only_the_other_language_is_offered(
    turn: Turn, language: str, other: str
) -> None:
    turn.worker.language = language
    *_, mine = bars(turn)
    (message,) = menu(turn, "")
    for choices in (mine.rows, message.choices):
        assert [choice.label for choice in choices if choice.press[0] == "a"] == [other]


def test_staff_have_their_list_in_the_menu(world: World) -> None:
    assert "待办" in labels(world.appoint("4401"))
    assert "待办" not in labels(world.say("菜单"))


def test_who_has_applied_looks_after_that_instead_of_joining(world: World) -> None:
    world.fill("sure")
    world.say("提交")
    assert labels(world.say("菜单"))[:3] == [
        "我的申请",
        "全部服务",
        "我的资料",
    ]


def test_a_person_is_reached_through_the_union_that_reviews(world: World) -> None:
    world.fill("sure")
    world.say("提交")
    assert "您的申请由白云区总工会受理。" in world.say("人工")[0]["text"]
    world.kit.atlas.unions["440111"] = world.kit.atlas.unions["440111"].model_copy(
        update={"phone": "020-12351"}
    )
    assert "电话 020-12351" in world.say("人工")[0]["text"]


def test_who_has_not_applied_is_given_the_hotline(turn: Turn) -> None:
    assert isinstance(turn.atlas.unions["4401"], Union)
    (message,) = person(turn, "")
    assert message.text is not None
    assert message.text.params == {"union": "", "phone": ""}


def test_the_first_word_of_all_is_answered_with_a_welcome(world: World) -> None:
    for who, typed in (("甲", "你好"), ("乙", "谢谢"), ("丙", "？"), ("丁", "😀")):
        assert "职工之家" in world.say(typed, who)[0]["text"]


def test_a_courtesy_is_answered_with_one(world: World) -> None:
    world.say("菜单")
    assert world.say("谢谢")[0]["text"].startswith("不客气")
    assert world.say("您好！")[0]["text"].startswith("您好！您想办什么")


def test_a_language_nobody_speaks_changes_nothing(world: World) -> None:
    world.say("菜单")
    assert world.do("press", "a:language:tlh")[0]["text"] == "好的，以后用中文。"
