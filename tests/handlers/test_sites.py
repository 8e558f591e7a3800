"""Sites in a chat: long lists turn over, what is gone says so, faults are settled."""

from __future__ import annotations

from typing import Any

import pytest
from sqlmodel import Session, delete, select

from models.columns import short
from models.message import Body
from models.site import Site, SiteKind
from models.site_fault import SiteFault
from tests.adapters import TYPING
from tests.handlers.members import make_member
from tests.world import World

HERE: dict[str, Any] = {"lat": 23.235, "lon": 113.28}


def labels(said: list[Body]) -> list[str]:
    return [label for _, label, _ in said[-1].get("choices", [])]


def press(world: World, text: str, who: str = "工人") -> list[Body]:
    return world.do("press", text, who)


def only(world: World, count: int) -> None:
    """Let there be so many sites in Baiyun, and no others."""

    def work(session: Session) -> None:
        session.exec(delete(Site))
        for number in range(count):
            session.add(
                Site(
                    code=f"s{number:03}",
                    kind=SiteKind.STATION,
                    name=f"站{number:03}",
                    name_en="",
                    division="440111",
                    address="示例路",
                    lat=23.24 + number / 10_000,
                    lon=113.28,
                    hours="",
                    union_code="440111",
                )
            )

    world.write(work)


@pytest.mark.parametrize("count", [0, 1, 7, 8, 9, 10, 500])
def test_a_list_of_any_length_turns_over_by_numbers(world: World, count: int) -> None:
    only(world, count)
    typing = World(world.database, TYPING)
    for begin in ("司机之家 白云", "(位置)"):
        said = (
            typing.do("location", **HERE)
            if begin == "(位置)"
            else typing.say("会站家 白云")
        )
        seen: list[str] = []
        for _ in range(5):
            found = [label for label in labels(said) if label.startswith("站")]
            assert len(labels(said)) <= 10
            seen += found
            if "看更多" not in labels(said):
                break
            said = typing.say("看更多")
        names = [label.split(" · ")[0] for label in seen]
        assert names == sorted({*names})
        assert len(names) == min(count, 35)
        if count:
            assert typing.say("0")


def test_behind_the_last_page_comes_the_first(world: World) -> None:
    only(world, 9)
    press(world, "v:sites:440111::0")
    assert labels(world.tap("看更多"))[-3:] == ["回到第一页", "只看一种", "返回"]
    assert press(world, "v:sites:440111::99")[0]["text"].startswith("这里没有更多站点")


def test_without_any_site_the_hotline_is_told(world: World) -> None:
    only(world, 0)
    assert "12351" in world.do("location", **HERE)[0]["text"]


def test_a_site_that_is_gone_says_so(world: World) -> None:
    for text in ("v:site:nowhere:", "v:rate_site:nowhere", "a:rate_site:nowhere.5"):
        assert press(world, text)[0]["text"].startswith("这个站点已经没有了")
    assert press(world, "f:site_fault:nowhere")[0]["text"].startswith(
        "这个站点已经没有"
    )


def test_a_site_of_irregular_hours_says_so(world: World) -> None:
    only(world, 1)
    assert ["现在", "暂停开放"] in press(world, "v:site:s000:")[0]["rows"]


def test_hours_are_told_as_people_say_them(world: World) -> None:
    rows = dict(press(world, "v:site:gz-zc-dh:")[0]["rows"])
    assert rows["开放时间"] == "周一至周六 07:00–22:00、周日 08:00–20:00"

    def late(session: Session) -> None:
        session.get_one(Site, "gz-zc-dh").hours = "mon 18:00-02:00"
        session.get_one(Site, "gz-zc-dh").phone = "020-12351"

    world.write(late)
    rows = dict(press(world, "v:site:gz-zc-dh:")[0]["rows"])
    assert rows["开放时间"] == "周一 18:00–02:00"
    assert rows["电话"] == "020-12351"


def test_the_map_is_one_outside_with_the_name_in_it(world: World) -> None:
    label, url = press(world, "v:site:gz-by-dh:")[0]["link"]
    assert label == "看地图"
    assert url.startswith("https://")
    assert "113.281,23.2405" in url
    assert "%E7%99%BD" in url


def test_who_applied_finds_the_own_district_first(world: World) -> None:
    world.fill("sure")
    world.say("提交")
    assert labels(world.say("会站家"))[0] == "白云区"


def test_a_place_without_districts_asks_again(world: World) -> None:
    assert "wish" in press(world, "v:site_areas:440111012::0")[0]


def test_a_list_that_fills_the_screen_has_no_room_for_a_form(world: World) -> None:
    world.fill("full_name")
    world.say("菜单")
    assert labels(press(world, "v:site_areas:4401::0"))[-2:] == ["看更多", "返回"]
    assert labels(press(world, "v:site_areas:4401::1"))[-2] == "接着填：入会申请"


def test_words_that_only_sound_like_a_site_are_let_be(world: World) -> None:
    world.say("菜单")
    assert world.say("白云")[0]["text"].startswith("没看懂")


def test_only_members_rate_and_only_from_one_to_five(world: World) -> None:
    assert "会员可以评分" in press(world, "a:rate_site:gz-by-dh.5")[0]["text"]
    make_member(world)
    for stars in ("0", "6", "x"):
        assert "怎么样" in press(world, f"a:rate_site:gz-by-dh.{stars}")[0]["text"]


def complain(world: World, times: int = 1) -> str:
    for _ in range(times):
        press(world, "f:site_fault:gz-by-dh")
        for typed in ("不干净", "跳过", "跳过", "提交"):
            world.say(typed)
    return world.screens["工人"][-1]["text"]


def fault(world: World) -> str:
    rows = world.write(lambda s: s.exec(select(SiteFault)).all())
    return short(rows[0].id)


def test_nobody_floods_a_union_with_faults(world: World) -> None:
    assert complain(world, 5).startswith("收到")
    assert press(world, "f:site_fault:gz-by-dh")[0]["text"].startswith("您已经报告了 5")


def test_a_story_is_as_long_as_it_may_be(world: World) -> None:
    press(world, "f:site_fault:gz-by-dh")
    world.say("不干净")
    assert world.say("脏" * 301)[0]["text"].startswith("这里最多写 300 个字")


def test_a_fault_is_settled_once_and_by_who_may(world: World) -> None:
    complain(world)
    number = fault(world)
    for text in (f"v:fault:{number}", f"a:settle_fault:{number}"):
        assert "不在您负责的范围" in press(world, text, "路人")[0]["text"]
    world.appoint("440111")
    assert labels(press(world, f"v:fault:{number}", "社工")) == ["已处理好", "返回"]
    press(world, f"a:settle_fault:{number}", "社工")
    again = press(world, f"a:settle_fault:{number}", "社工")
    assert again[0]["text"].startswith("这个问题已经有人处理了")
    assert labels(press(world, f"v:fault:{number}", "社工")) == ["返回"]


def test_a_site_that_closes_meanwhile_takes_no_fault(world: World) -> None:
    press(world, "f:site_fault:gz-by-dh")
    for typed in ("不干净", "跳过", "跳过"):
        world.say(typed)
    world.write(lambda s: setattr(s.get_one(Site, "gz-by-dh"), "active", False))
    assert world.say("提交")[0]["text"].startswith("这个站点已经没有了")
    assert world.write(lambda s: s.exec(select(SiteFault)).all()) == []
