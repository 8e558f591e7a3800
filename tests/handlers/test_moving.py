"""Moving a membership: who may decide, what is offered, and what comes too late."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlmodel import Session, select

from handlers.moving import RefuseMove
from handlers.turn import Turn
from models.columns import short
from models.message import Body
from models.staff import Staff
from models.transfer import Moving, Transfer
from models.worker import Worker
from tests.handlers.members import ended
from tests.world import World


def join(world: World, wish: str = "1") -> None:
    """Let somebody be a member of the union in Baiyun."""
    world.appoint("440111")
    world.fill("sure")
    world.say("提交")
    for typed in ("待审", "1", wish):
        world.say(typed, "社工")
    world.wait(timedelta(minutes=1))


def ask(world: World, *typed: str) -> list[Body]:
    said: list[Body] = []
    for text in ("会籍转接", *typed):
        said = world.say(text)
    return said


def move(world: World) -> None:
    join(world)
    ask(world, "换了地方", "天河", "跳过", "1", "提交")


def row(world: World) -> Transfer:
    return world.write(lambda s: s.exec(select(Transfer)).one())


def press(world: World, act: str, who: str = "社工") -> str:
    return world.do("press", f"{act}:{short(row(world).id)}", who)[0]["text"]


def labels(world: World, who: str = "工人") -> list[str]:
    return [label for _, label, _ in world.screens[who][-1].get("choices", [])]


def test_only_a_member_moves(world: World) -> None:
    assert "会员才需要" in ask(world)[0]["text"]
    assert "您没有会籍转接" in world.say("我的转接")[0]["text"]
    world.fill("sure")
    world.say("提交")
    ask(world)
    assert labels(world) == ["我的申请"]


def test_the_union_that_is_left_is_not_offered(world: World) -> None:
    join(world)
    ask(world, "换了工作", "货车司机", "打零工")
    assert "白云区总工会" not in labels(world)
    assert labels(world)[0] == "白云区物流行业工会"


def test_who_waits_in_a_pool_is_not_offered_that_pool(world: World) -> None:
    join(world)
    worker = world.write(lambda s: s.exec(select(Worker).where(Worker.in_pool)).one())
    assert worker.union_code == "440111"
    ask(world, "换了工作", "货车司机", "打零工")
    assert "请工会安排" not in labels(world)


def test_a_wish_for_the_pool_goes_to_the_district(world: World) -> None:
    join(world)
    both = ("工作和地方都换了", "快递员", "在单位上班", "跳过")
    ask(world, *both, "天河", "跳过", "请工会安排")
    world.say("提交")
    assert (row(world).to_union, row(world).to_pool) == ("440106", True)


def test_nobody_else_decides(world: World) -> None:
    move(world)
    for act in ("v:moving", "a:release_move", "f:refuse_move"):
        assert "不在您负责的范围" in press(world, act, "路人")
    assert "不在您负责的范围" in world.do("press", "a:undo_move:zz", "社工")[0]["text"]
    assert row(world).standing is Moving.REQUESTED


def test_staff_see_whom_to_call_where_that_is_safe(world: World) -> None:
    move(world)
    press(world, "v:moving")
    rows = dict(world.screens["社工"][-1]["rows"])
    assert {"手机号", "原来的职业"} <= rows.keys()
    assert "*" not in rows["姓名"]

    def forget(session: Session) -> None:
        session.get_one(Worker, row(world).worker_id).group = None

    world.write(forget)
    world.cans = {"page": replace(world.cans["page"], trusted=False)}
    press(world, "v:moving")
    rows = dict(world.screens["社工"][-1]["rows"])
    assert not {"手机号", "原来的职业"} & rows.keys()
    assert "*" in rows["姓名"]


def test_of_who_came_the_occupation_they_left_is_named(world: World) -> None:
    join(world)
    job = ("工作和地方都换了", "快递员", "在单位上班", "跳过")
    ask(world, *job, "天河", "跳过", "请工会安排")
    world.say("提交")
    world.appoint("4401")
    press(world, "a:release_move")
    press(world, "a:receive_move")
    assert row(world).standing is Moving.RECEIVED
    press(world, "v:moving")
    rows = dict(world.screens["社工"][-1]["rows"])
    assert (rows["原来的职业"], rows["职业"]) == ("货车司机", "快递员")
    worker = world.write(lambda s: s.get_one(Worker, row(world).worker_id))
    assert worker.group == "courier"


def test_of_who_stayed_the_occupation_of_today_is_not_named(world: World) -> None:
    move(world)
    press(world, "f:refuse_move")
    for typed in ("1", "1"):
        world.say(typed, "社工")
    assert row(world).standing is Moving.REFUSED
    press(world, "v:moving")
    assert "原来的职业" not in dict(world.screens["社工"][-1]["rows"])


def test_what_was_decided_is_not_decided_again(world: World) -> None:
    move(world)
    press(world, "f:refuse_move")
    world.say("1", "社工")
    world.say("我的转接")
    for typed in ("撤回转接", "确定撤回转接"):
        world.say(typed)
    assert "已经有结果了" in world.say("1", "社工")[0]["text"]
    assert "已经有结果了" in press(world, "a:release_move")
    assert labels(world, "社工") == ["待办"]
    press(world, "v:moving")
    assert labels(world, "社工") == ["返回"]


def test_what_was_told_is_not_undone(world: World) -> None:
    move(world)
    press(world, "a:release_move")
    undo = world.screens["社工"][-1]["choices"][0][2]
    world.wait(timedelta(minutes=1))
    assert "不能撤销" in world.do("press", undo, "社工")[0]["text"]


def test_a_step_shows_only_once_it_is_told(world: World) -> None:
    move(world)
    before = world.say("我的转接")[0]["text"]
    world.wait(timedelta(days=1))
    world.appoint("4401")
    for act in ("a:release_move", "a:receive_move"):
        press(world, act)
        assert world.say("我的转接")[0]["text"] == before
    world.wait(timedelta(minutes=1))
    assert "办完了" in world.say("我的转接")[0]["text"]


def test_what_was_undone_is_not_said_to_have_been_told(world: World) -> None:
    move(world)
    press(world, "a:release_move")
    undo = world.screens["社工"][-1]["choices"][0][2]
    assert "没有通知本人" in world.do("press", undo, "社工")[0]["text"]
    assert "情况又有变化" in world.do("press", undo, "社工")[0]["text"]


def test_a_transfer_received_meanwhile_is_not_withdrawn(world: World) -> None:
    move(world)
    number = row(world).number
    world.appoint("4401")
    press(world, "a:release_move")
    press(world, "a:receive_move")
    sure = f"a:withdraw_transfer:{number}.sure"
    assert "已经接收您了" in world.do("press", sure)[0]["text"]
    world.wait(timedelta(minutes=1))
    assert "办完了" in world.do("press", sure)[0]["text"]


def test_who_decides_about_another_s_move_is_named_nowhere_else(turn: Turn) -> None:
    assert RefuseMove.about(turn, "zz") is None
    assert RefuseMove.title(turn, "zz").key == "summary"


def test_without_staff_a_late_transfer_finds_nobody(world: World) -> None:
    move(world)
    world.write(_nobody)
    world.wait(timedelta(days=7))
    assert ended(world, "transfer_late") == [("skipped", "no_chat")]


def _nobody(session: Session) -> None:
    for staff in session.exec(select(Staff)):
        staff.active = False


@pytest.mark.parametrize(
    ("change", "reason"),
    [("decide", "decided"), ("release", "decided"), ("leave", "not_theirs")],
)
def test_a_reminder_in_the_night_is_looked_at_again_in_the_morning(
    world: World, change: str, reason: str
) -> None:
    move(world)
    world.appoint("4401")  # who answers for both unions
    world.now += timedelta(days=6, hours=15)  # one in the night, on the last day
    world.wait(timedelta())
    if change != "leave":
        press(world, "a:release_move")
    if change == "decide":
        world.do("press", f"a:withdraw_transfer:{row(world).number}.sure")
    if change == "leave":
        world.write(_nobody)
    world.wait(timedelta(hours=9))
    assert ended(world, "transfer_late") == [("skipped", reason)]
