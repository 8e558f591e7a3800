"""The card: for members alone, from the moment they know that they are."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bot.database import Database
from models.card import read_code
from models.message import Body
from models.rules import Rules
from tests.adapters import ADAPTERS, Adapter
from tests.world import World

NONE = "入会申请通过以后"


def enrol(world: World, **answers: str) -> None:
    world.appoint("4401")
    world.fill("sure", **answers)
    world.say("提交")
    for typed in ("待审", "1", "通过，进周转库"):
        world.say(typed, "社工")


def told(world: World, **answers: str) -> World:
    enrol(world, **answers)
    world.wait(timedelta(minutes=1))
    return world


def code_on(body: Body) -> str:
    name, address = body["drawing"]
    assert name == "card"
    start, _, code = address.partition("/card/")
    assert start == "http://localhost:8080"
    return code


def test_who_never_applied_is_shown_the_way(world: World) -> None:
    (said,) = world.say("会员卡")
    assert said["text"].startswith(NONE)
    assert [press for _, _, press in said["choices"]] == ["f:join:"]
    assert "drawing" not in said


def test_who_waits_for_an_answer_is_shown_the_application(world: World) -> None:
    world.fill("sure")
    world.say("提交")
    (said,) = world.say("会员卡")
    assert [press for _, _, press in said["choices"]] == ["v:my_application:"]


def test_nobody_learns_from_the_card_what_may_still_be_undone(world: World) -> None:
    enrol(world)
    assert world.say("会员卡")[0]["text"].startswith(NONE)
    assert "我的会员卡" not in str(world.say("菜单"))
    world.wait(timedelta(minutes=1))
    assert "我的会员卡" in str(world.say("菜单"))
    assert "drawing" in world.say("会员卡")[0]


@pytest.mark.parametrize("adapter", ADAPTERS.values(), ids=lambda a: a.name)
def test_the_card_says_in_words_all_that_the_picture_shows(
    sqlite: Database, adapter: Adapter
) -> None:
    world = told(World(sqlite, adapter))
    (said,) = world.say("会员卡")
    rows = dict(said["rows"])
    assert said["title"] == "职工之家会员卡"
    assert list(rows) == ["姓名", "会员证号", "所在工会", "入会日期", "二维码有效至"]
    assert rows["姓名"] == "张*"
    assert len(rows["会员证号"]) == 14
    assert rows["入会日期"] == "2026年11月23日"


def test_the_code_is_good_for_as_long_as_it_says(world: World) -> None:
    told(world)
    (said,) = world.say("会员卡")
    keys, code = world.kit.keys, code_on(said)
    number, until = read_code(keys, code, world.now)
    assert number
    assert until == (world.now + timedelta(minutes=10)).replace(microsecond=0)
    zone = until + timedelta(hours=8)
    assert dict(said["rows"])["二维码有效至"] == f"11月23日 {zone:%H:%M}"
    assert read_code(keys, code, until)[0] == 0


def test_refreshing_makes_a_new_code(world: World) -> None:
    told(world)
    first = code_on(world.say("会员卡")[0])
    assert code_on(world.tap("刷新")[0]) != first


@pytest.mark.parametrize(
    ("name", "minutes", "shown"), [("masked", 5, "阿**"), ("full", 60, "阿卜杜·买买提")]
)
def test_the_name_and_the_minutes_are_as_configured(
    sqlite: Database, name: str, minutes: int, shown: str
) -> None:
    rules = Rules(card_name=name, card_minutes=minutes)
    world = told(World(sqlite, rules=rules), full_name="阿卜杜·买买提")
    (said,) = world.say("会员卡")
    assert dict(said["rows"])["姓名"] == shown
    assert f"{minutes} 分钟" in said["text"]
    until = read_code(world.kit.keys, code_on(said), world.now)[1]
    assert until == world.now + timedelta(minutes=minutes)


def test_the_card_speaks_english(world: World) -> None:
    told(world)
    world.say("English")
    (said,) = world.say("my card")
    rows = dict(said["rows"])
    assert said["title"] == "Workers' Home member card"
    assert rows["Union"] == "Baiyun District Federation of Trade Unions"
    assert rows["QR code good until"].startswith("23 November, ")
