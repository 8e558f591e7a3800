"""Checking in: the link at the door, the typed code, a location, or a staff member."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlmodel import select, update

from handlers.checking_in import CheckInMember
from handlers.turn import Turn
from models.columns import short
from models.event import Event, EventState
from models.message import Message
from models.signup import How, Signup, SignupState
from models.worker import Worker
from tests.handlers.hosts import event_named, hold_event
from tests.handlers.members import make_member, worker_of
from tests.handlers.test_events import labels, press, row_of, sign_up
from tests.world import World

pytestmark = pytest.mark.usefixtures("numbered")


@pytest.fixture(autouse=True)
def a_class_soon(world: World) -> None:
    """Let a class begin in half an hour, and somebody be a member."""
    make_member(world)
    hold_event(world, "培训班", "1", "0.5")


def scan(world: World, who: str = "工人") -> str:
    door = event_named(world, "培训班").door
    return world.do("start", f"e-{door}", who)[-1]["text"]


def key(world: World) -> str:
    return short(event_named(world, "培训班").id)


def test_the_link_at_the_door_checks_in_who_opens_it(world: World) -> None:
    sign_up(world, "培训班")
    assert scan(world) == "签到成功，欢迎您！"
    assert scan(world) == "您已经签过到了，不用再签。"
    assert row_of(world).checked_in_by is How.CODE


def test_a_link_of_no_event_is_told_kindly(world: World) -> None:
    said = world.do("start", "e-XXXXXXXX")[-1]["text"]
    assert said.startswith("没有找到这个活动")


def test_a_stranger_is_asked_to_join_first(world: World) -> None:
    assert scan(world, "乙").startswith("会员才能签到")
    assert "我要入会" in [c[1] for c in world.screens["乙"][-1]["choices"]]
    world.fill("sure", who="丙")
    world.say("提交", "丙")
    assert scan(world, "丙").startswith("入会通过以后就能签到")
    assert "我的申请" in [c[1] for c in world.screens["丙"][-1]["choices"]]


def test_the_code_is_typed_as_it_is_written(world: World) -> None:
    door = event_named(world, "培训班").door
    world.say("签到")
    said = world.say(f"{door[:4].lower()} {door[4:]}")
    assert said[-1]["text"] == "签到成功，欢迎您！"
    assert row_of(world).state is SignupState.ATTENDED


@pytest.mark.parametrize(
    ("changes", "answer"),
    [
        ({"state": EventState.CANCELLED}, "很抱歉，这个活动取消了。"),
        ({"state": EventState.DRAFT}, "没有找到这个活动"),
        ({"groups": "guard"}, "这个活动只面向指定的职业"),
        ({"taken": 1}, "现场名额已满"),
    ],
)
def test_every_refusal_at_the_door_has_its_words(
    world: World, changes: dict[str, object], answer: str
) -> None:
    world.write(lambda s: s.execute(update(Event).values(**changes)))
    assert scan(world).startswith(answer)


def test_too_early_and_too_late_are_said(world: World) -> None:
    hold_event(world, "家政节", "1", "3")
    door = event_named(world, "家政节").door
    said = world.do("start", f"e-{door}")[-1]["text"]
    assert said.startswith("还没到签到时间。活动 11月23日")
    world.now += timedelta(hours=6)
    assert scan(world).startswith("活动已经结束，不能签到了")


def test_staff_check_in_by_the_number_on_the_card(world: World) -> None:
    member = worker_of(world, "工人")
    press(world, f"f:check_in_member:{key(world)}", "社工")
    assert "14 位数字" in world.say("12345", "社工")[-1]["text"]
    assert "没有找到这位会员" in world.say("4" * 14, "社工")[-1]["text"]
    said = world.say(member.member_no or "", "社工")
    assert said[-1]["text"] == "张* 签到成功。"
    assert row_of(world).checked_in_by is How.STAFF
    about = world.write(
        lambda s: s.exec(
            select(Message.side).where(Message.about_id == member.id)
        ).all()
    )
    assert "worker" in about  # what the staff member typed goes with the member
    again = world.say("再签一位", "社工")
    assert "14 位会员证号" in again[-1]["text"]


def test_staff_are_told_why_a_member_cannot_come(world: World) -> None:
    world.write(lambda s: s.execute(update(Event).values(taken=1)))
    press(world, f"f:check_in_member:{key(world)}", "社工")
    said = world.say(worker_of(world, "工人").member_no or "", "社工")
    assert said[-1]["text"].startswith("这位会员没有报名")


def test_a_certificate_is_given_after_the_end_and_shown(world: World) -> None:
    sign_up(world, "培训班")
    scan(world)
    early = press(world, f"a:certify:{key(world)}", "社工")
    assert early[-1]["text"].startswith("现在不能发")
    world.now += timedelta(hours=4)
    assert "发结业证明" in labels(press(world, f"v:hosting:{key(world)}", "社工"))
    assert world.say("发结业证明", "社工")[-1]["text"].startswith("发了 1 份结业证明")
    heard = world.wait(timedelta(minutes=1))["工人"]
    assert "您的结业证明发下来了。" in [body["text"] for body in heard]
    shown = press(world, f"v:certificate:{short(row_of(world).id)}")
    assert shown[-1]["rows"][0] == ["姓名", "张三"]
    assert shown[-1]["drawing"][0] == "certificate"
    event = press(world, f"v:event:{key(world)}")
    assert labels(event)[:2] == ["评一评", "结业证明"]


def test_a_certificate_is_masked_where_a_channel_is_not_trusted(turn: Turn) -> None:
    from handlers.certificate import certificate
    from tests.models.programme import open_event

    turn.trusted = False
    turn.worker.name = turn.worker.seal(turn.keys, "name", "张小三")
    event = open_event(turn.session, turn.now)
    row = Signup(
        id=7,
        event_id=event.id,
        worker_id=turn.worker.id,
        state=SignupState.ATTENDED,
        at=turn.now,
        certificate_no="A-0001",
    )
    turn.session.add(row)
    turn.session.flush()
    assert certificate(turn, short(7))[0].rows[0][1] == "张**"


def test_a_position_of_elsewhere_certifies_nothing(world: World) -> None:
    world.appoint("4451", "外地社工")
    said = press(world, f"a:certify:{key(world)}", "外地社工")
    assert said[-1]["text"].startswith("这个活动不在您负责的范围内")


def test_a_form_names_its_event(turn: Turn) -> None:
    from tests.models.programme import open_event

    event = open_event(turn.session, turn.now)
    title = CheckInMember.title(turn, short(event.id))
    assert title.params == {"name": event.name}
    assert CheckInMember.title(turn, "zzz").key == "summary"


def test_where_two_are_open_the_own_one_counts(world: World) -> None:
    hold_event(world, "家政节", "5", "0.6")
    sign_up(world, "家政节")
    world.say("签到")
    world.do("location", lat=23.1168, lon=113.2801)
    row = row_of(world)
    assert (row.event_id, row.checked_in_by) == (
        event_named(world, "家政节").id,
        How.PLACE,
    )
    assert isinstance(worker_of(world, "工人"), Worker)


def test_who_guesses_numbers_is_stopped_for_an_hour(world: World) -> None:
    press(world, f"f:check_in_member:{key(world)}", "社工")
    for _ in range(10):
        assert "没有找到这位会员" in world.say("44010600000099", "社工")[-1]["text"]
    assert "输错太多次了" in world.say("44010600000099", "社工")[-1]["text"]
