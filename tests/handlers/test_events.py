"""Events in the chat: lists of any length, who may do what, late and wrong presses."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlmodel import Session, col, select, update

from handlers.events import event_
from handlers.seats import signed_up
from handlers.signing_up import SignUp
from handlers.turn import Turn
from models.columns import short
from models.event import Event, EventState
from models.message import Body
from models.signup import Signup, SignupState
from models.worker import Worker
from tests.handlers.hosts import event_named, hold_event, plan_at
from tests.handlers.members import make_member
from tests.models.cast import reviewer
from tests.models.programme import member, open_event
from tests.world import World

pytestmark = pytest.mark.usefixtures("numbered")


def labels(bodies: list[Body]) -> list[str]:
    return [label for _, label, _ in bodies[-1].get("choices", [])]


def press(world: World, press: str, who: str = "工人") -> list[Body]:
    world.now += timedelta(seconds=10)
    return world.do("press", press, who)


def row_of(world: World) -> Signup:
    found = select(Signup).order_by(col(Signup.at).desc())
    return world.write(lambda s: s.exec(found).first()) or pytest.fail("no sign-up")


def sign_up(world: World, name: str = "家政节", who: str = "工人") -> Signup:
    key = short(event_named(world, name).id)
    press(world, f"f:signup:{key}", who)
    world.say("确定报名", who)
    return row_of(world)


@pytest.mark.parametrize(
    ("count", "pages"),
    [(0, [0]), (1, [1]), (8, [8]), (9, [7, 2]), (10, [7, 3]), (500, [7, 7])],
)
def test_a_list_of_any_length_is_shown_in_pages(
    world: World, count: int, pages: list[int]
) -> None:
    def plan(session: Session) -> None:
        for number in range(count):
            start = world.now + timedelta(days=1, hours=number)
            open_event(session, world.now, name=f"第{number}场", **plan_at(start))

    make_member(world)
    world.write(plan)
    found = []
    for number in range(len(pages)):
        shown = press(world, f"v:events:{number}")
        found.append(sum("场" in label for label in labels(shown)))
        assert len(labels(shown)) <= 10
        last = number == len(pages) - 1 and count < 500
        turn_over = "回到第一页" if last else "看更多"
        assert (turn_over in labels(shown)) == (count > 8)
    assert found == pages


def test_my_sign_ups_are_shown_in_pages_what_is_to_come_first(world: World) -> None:
    make_member(world)

    def work(session: Session) -> None:
        found = select(Worker).where(col(Worker.member_no).is_not(None))
        worker = session.exec(found).one()
        for number in (3, -2, 1, -4, *range(5, 15)):
            start = world.now + timedelta(days=number)
            event = open_event(session, world.now, name=f"{number}号", **plan_at(start))
            state = SignupState.IN if number > 0 else SignupState.ATTENDED
            session.add(
                Signup(
                    id=event.id,
                    event_id=event.id,
                    worker_id=worker.id,
                    state=state,
                    at=world.now,
                )
            )

    world.write(work)
    shown = labels(press(world, "v:my_signups:0"))
    assert [label.split()[0] for label in shown[:3]] == ["1号", "3号", "5号"]
    assert shown[-3:] == ["看更多", "活动", "返回"]
    last = labels(press(world, "v:my_signups:1"))
    assert [label.split()[0] for label in last[5:7]] == ["-2号", "-4号"]


def test_mine_come_first_then_those_of_my_own_unions(world: World) -> None:
    make_member(world)

    def plan(session: Session) -> None:
        for hours, (name, union) in enumerate(
            (("甲", "4451"), ("乙", "4401"), ("丙", "4451")), start=1
        ):
            times: dict[str, Any] = plan_at(world.now + timedelta(hours=hours))
            open_event(session, world.now, name=name, union_code=union, **times)

    world.write(plan)
    sign_up(world, "丙")
    shown = labels(press(world, "v:events:0"))
    assert [label[0] for label in shown[:3]] == ["丙", "乙", "甲"]


@pytest.mark.parametrize(
    ("deed", "answer"),
    [
        ("v:event:", "没有找到这个活动"),
        ("v:event_place:", "没有找到这个活动"),
        ("f:signup:", "没有找到这个活动"),
        ("v:hosting:", "这个活动不在您负责的范围内"),
        ("f:check_in_member:", "这个活动不在您负责的范围内"),
        ("a:certify:", "这个活动不在您负责的范围内"),
        ("a:cancel_signup:", "这里没有可以取消的报名"),
        ("a:accept_seat:", "没有找到这个活动"),
        ("a:decline_seat:", "答复的时间过了"),
        ("v:rating:", "签到参加过的活动才能评分"),
        ("a:rate_event:", "签到参加过的活动才能评分"),
        ("v:certificate:", "这里还没有您的结业证明"),
    ],
)
def test_a_draft_and_what_is_not_there_are_the_same(
    world: World, deed: str, answer: str
) -> None:
    make_member(world)
    draft = world.write(
        lambda s: short(open_event(s, world.now, state=EventState.DRAFT).id)
    )
    for key in (draft, "zzz", ""):
        assert press(world, deed + key)[-1]["text"].startswith(answer)


def test_nobody_answers_for_another(world: World) -> None:
    make_member(world, "甲", number=1)
    make_member(world, "乙", number=2)
    hold_event(world, "家政节")
    key = short(sign_up(world, who="甲").id)
    for deed in ("a:cancel_signup:{}.sure", "a:accept_seat:{}", "a:decline_seat:{}"):
        press(world, deed.format(key), "乙")
    assert row_of(world).state is SignupState.IN


def test_a_second_press_changes_nothing_and_says_so(world: World) -> None:
    make_member(world)
    hold_event(world, "家政节")
    key = short(sign_up(world).id)
    assert (
        "您已报名"
        in press(world, f"f:signup:{short(row_of(world).event_id)}")[-1]["text"]
    )
    press(world, f"a:cancel_signup:{key}.sure")
    again = press(world, f"a:cancel_signup:{key}.sure")
    assert again[-1]["text"].startswith("这里没有可以取消的报名")


def test_who_was_there_cannot_cancel_any_more(world: World) -> None:
    make_member(world)
    hold_event(world, "家政节")
    key = short(sign_up(world).id)
    world.now += timedelta(days=4)
    said = press(world, f"a:cancel_signup:{key}.sure")
    assert said[-1]["text"].startswith("这里没有可以取消的报名")


def offered(world: World) -> Signup:
    """Let somebody have the offer of a seat."""
    make_member(world)
    hold_event(world, "家政节", "1", "96")
    row = sign_up(world)

    def work(session: Session) -> None:
        state = {"state": SignupState.OFFERED, "offer_until": world.now + timedelta(1)}
        session.execute(update(Signup).values(**state))

    world.write(work)
    return row


def test_an_accepted_seat_is_accepted_once_and_said_twice(world: World) -> None:
    row = offered(world)
    shown = press(world, f"v:event:{short(row.event_id)}")
    assert labels(shown)[:2] == ["我要参加", "不去了，让给别人"]
    assert "有名额了" in shown[-1]["text"]
    for _ in range(2):
        said = press(world, f"a:accept_seat:{short(row.id)}")
        assert said[-1]["text"].startswith("报名成功")


def test_what_is_called_off_offers_nothing(world: World) -> None:
    row = offered(world)
    world.write(lambda s: s.execute(update(Event).values(state=EventState.CANCELLED)))
    shown = press(world, f"v:event:{short(row.event_id)}")
    assert labels(shown) == ["返回"]


def test_a_stranger_who_has_applied_is_not_asked_to_join_again(world: World) -> None:
    world.fill("sure")
    world.say("提交")
    hold_event(world, "家政节")
    shown = press(world, f"v:event:{short(event_named(world, '家政节').id)}")
    assert labels(shown)[0] == "我的申请"
    assert "入会通过以后就能报名" in shown[-1]["text"]


def test_what_closed_at_this_moment_is_said(turn: Turn) -> None:
    event = open_event(turn.session, turn.now)
    form = SignUp.model_construct(subject=short(event.id), extras={"own_a": None})
    assert form.finish(turn).text.key == "members_only"  # type: ignore[union-attr]


def test_a_title_needs_an_event(turn: Turn) -> None:
    assert SignUp.title(turn, "zzz").key == "summary"
    assert [*SignUp.more(turn, {"subject": "zzz"})] == []


def test_a_long_answer_is_told_not_cut(world: World) -> None:
    make_member(world)
    hold_event(world, "培训班", "2", "48", "有问题")
    press(world, f"f:signup:{short(event_named(world, '培训班').id)}")
    for typed in ("荤", "3", "是"):
        world.say(typed)
    assert world.say("好" * 201)[-1]["text"].startswith("这里最多写 200 个字")
    assert ["还有什么想说的", "想学法律"] in world.say("想学法律")[-1]["rows"]


def test_english_words_are_english(world: World) -> None:
    make_member(world)
    hold_event(world, "培训班", "2", "48", "有问题")
    world.say("English")
    shown = world.say("events")
    assert labels(shown)[0].endswith("25 Nov · 2 left")
    shown = world.say("1")
    assert "5 Dongyuan Heng Road, Yuexiu" in str(shown[-1]["rows"])
    assert shown[-1]["text"].startswith("Learn something new")
    assert labels(world.say("Sign up for this"))[:2] == ["Meat", "None"]


def test_staff_are_shown_the_door(world: World) -> None:
    make_member(world)
    hold_event(world, "家政节", "1", "2")
    shown = press(world, f"v:event:{short(event_named(world, '家政节').id)}", "社工")
    assert "工作人员：签到" in labels(shown)
    door = world.say("工作人员：签到", "社工")
    assert door[-1]["drawing"]
    assert labels(door) == ["替会员签到", "返回"]


def test_a_message_of_a_seat_names_its_number(turn: Turn) -> None:
    event = open_event(turn.session, turn.now, lat=None, lon=None)
    row = Signup(
        id=1,
        event_id=event.id,
        worker_id=member(turn.session).id,
        state=SignupState.WAITING,
        at=turn.now,
        place=1,
    )
    turn.session.add(row)
    assert signed_up(turn, event, row).text.params["number"] == 1  # type: ignore[union-attr]
    assert reviewer(turn.session).active


def test_who_does_not_know_of_the_membership_yet_is_not_told_here(turn: Turn) -> None:
    event = open_event(turn.session, turn.now, lat=None, lon=None)
    turn.worker.member_no, turn.worker.member_since = "4" * 14, turn.now
    shown = event_(turn, short(event.id))[0]
    assert shown.text is not None
    assert shown.text.key == "members_only"
    assert [choice.press for choice in shown.choices] == ["f:join:"]


def test_who_wants_no_reminder_is_promised_none(world: World) -> None:
    make_member(world)
    hold_event(world, "家政节")
    press(world, "a:prefer:events.off")
    sign_up(world)
    assert "您关了活动提醒" in world.screens["工人"][-1]["text"]


def test_a_form_about_an_event_that_is_gone_shows_no_facts(turn: Turn) -> None:
    assert SignUp.facts(turn, "zz") == ()


def test_an_event_is_found_by_a_part_of_its_name(world: World) -> None:
    name = {"name": "货车司机安全行车竞赛", "name_en": "Safe driving competition"}
    world.say("菜单")
    world.write(lambda s: open_event(s, world.now, **name, capacity=2))
    for typed in ("安全行车", "SAFE DRIVING"):
        assert world.say(typed)[0]["title"] == name["name"]
    for typed in ("行车", "安全_车", "safe", "安全驾驶"):
        world.say("菜单")
        assert world.say(typed)[0]["text"].startswith("没看懂"), typed
    world.write(lambda s: open_event(s, world.now, **name, capacity=3))
    found = labels(world.say("安全行车"))[:2]
    assert [label.split(" · ")[0] for label in found] == [name["name"]] * 2
