"""What a worker sees of the application, and taking it back."""

from __future__ import annotations

from datetime import timedelta

from models.message import Body
from tests.world import World


def standing(said: list[Body]) -> str:
    return dict(said[0]["rows"])["进度"]


def applied(world: World, who: str = "工人") -> None:
    world.fill("sure", who)
    world.say("提交", who)


def decided(world: World, label: str = "通过，进周转库") -> None:
    for typed in ("待审", "1", label):
        world.say(typed, "社工")


def test_who_never_applied_is_asked_to(world: World) -> None:
    assert world.say("我的申请")[0]["text"].startswith("您还没有提交")
    assert world.do("press", "a:withdraw:")[0]["text"].startswith("您还没有提交")


def test_a_decision_shows_only_once_it_is_told(world: World) -> None:
    world.appoint("4401")
    applied(world)
    assert standing(world.say("我的申请")) == "已提交，等待审核"
    decided(world)
    assert standing(world.say("我的申请")) == "正在审核"
    world.wait(timedelta(minutes=1))
    assert standing(world.say("我的申请")) == "已通过，等待工会安排"


def test_nobody_applies_again_while_the_answer_is_on_its_way(world: World) -> None:
    world.appoint("4401")
    applied(world)
    decided(world, "不通过")
    world.say("多次联系不上", "社工")
    world.say("确定不通过", "社工")
    assert standing(world.say("入会")) == "正在审核"
    world.wait(timedelta(minutes=1))
    assert world.say("入会")[0]["place"] == "1/12"


def test_withdrawing_is_asked_once_and_done_once(world: World) -> None:
    applied(world)
    world.tap("我的申请")
    world.tap("撤回申请")
    assert world.tap("确定撤回")[0]["text"].startswith("申请已撤回")
    assert standing(world.tap("确定撤回")) == "已撤回"


def test_it_is_too_late_to_withdraw_what_is_decided(world: World) -> None:
    world.appoint("4401")
    applied(world)
    world.tap("我的申请")
    world.tap("撤回申请")
    decided(world)
    assert world.tap("确定撤回")[0]["text"].startswith("现在撤不回了")


def test_a_returned_application_may_be_withdrawn(world: World) -> None:
    world.appoint("4401")
    applied(world)
    decided(world, "退回修改")
    for typed in ("姓名 手机号", "选好了（2 项）", "1", "2", "退回"):
        world.say(typed, "社工")
    world.wait(timedelta(minutes=1))
    world.say("我的申请")
    world.tap("撤回申请")
    assert world.tap("确定撤回")[0]["text"].startswith("申请已撤回")
