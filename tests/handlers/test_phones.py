"""My phones: a PIN, a code, and cutting off who came in by stealth."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlmodel import Session, col, select

from bot.step import take_batch
from handlers.turn import Incoming
from models.application import Application, Standing
from models.chat import Chat
from models.columns import short
from models.conversation import Conversation
from models.link import Link
from models.message import Message
from models.staff import Staff
from models.worker import Worker
from tests.handlers.members import (
    ID,
    PIN,
    UNKNOWN,
    chat_of,
    ended,
    links,
    make_member,
    set_pin,
    try_pin,
    worker_of,
)
from tests.handlers.test_coming_back import code_of, try_code
from tests.world import World

THIEF = "小偷"
SECOND = timedelta(seconds=1)


@pytest.fixture
def member(world: World) -> World:
    make_member(world)
    set_pin(world)
    return world


@pytest.fixture
def robbed(member: World) -> World:
    try_pin(member, THIEF, PIN)
    member.say("我的申请", THIEF)
    member.wait(SECOND)
    return member


def text(heard: list[Any]) -> str:
    return "\n".join(body["text"] for body in heard)


def object_(world: World, who: str = "工人", link: Link | None = None) -> str:
    found = link or links(world)[-1]
    return text(world.do("press", f"a:not_me:{short(found.id)}", who))


@pytest.mark.parametrize("press", ["v:phones:", "a:connect:", "f:set_pin:"])
def test_a_stranger_has_nothing_to_come_back_to(world: World, press: str) -> None:
    (heard,) = world.do("press", press, "生人")
    labels = [label for _, label, _ in heard["choices"]]
    assert labels == ["我已经是会员，换了手机", "我要入会"]


@pytest.mark.parametrize("pin", ["123456", "900307", "000001", ID[-6:]])
def test_a_pin_that_others_would_guess_is_refused(member: World, pin: str) -> None:
    member.say("设置密码")
    assert "太容易被猜到" in text(member.say(pin))


def test_an_applicant_s_own_numbers_are_refused_too(world: World) -> None:
    world.fill("sure")
    world.say("提交")
    world.say("设置密码")
    assert "太容易被猜到" in text(world.say("900307"))
    assert "密码设好了" in text(world.say(PIN))


def test_a_social_worker_may_connect_another_phone(world: World) -> None:
    world.appoint("4401")
    assert "欢迎回来" in try_code(world, "新手机", code_of(world, "社工"))
    assert "等待审核" in text(world.say("待审", "新手机"))
    assert worker_of(world, "社工").pin is None


def test_a_social_worker_without_an_application_may_set_a_pin(world: World) -> None:
    world.appoint("4401")
    world.say("设置密码", "社工")
    assert "密码设好了" in text(world.say(PIN, "社工"))


def test_objecting_leaves_nothing_of_the_member_s_in_the_other_chat(
    robbed: World,
) -> None:
    member_id, old = worker_of(robbed, "工人").id, chat_of(robbed, THIEF)
    assert "已经断开" in object_(robbed)
    new = chat_of(robbed, THIEF)
    assert (new.id, new.last_number) == (old.id, old.last_number)
    assert new.worker_id != member_id

    def left(session: Session) -> list[Any]:
        said = select(Message).where(Message.chat_id == new.id)
        talks = select(Conversation).where(Conversation.chat_id == new.id)
        return [*session.exec(said), *session.exec(talks)]

    assert robbed.write(left) == []
    assert (new.screen, new.conversation_id) == (None, None)
    assert new.edition == old.edition + 1
    (heard,) = robbed.wait(SECOND)[THIEF]
    assert "断开" in heard["text"]
    assert "您还没有提交入会申请" in text(robbed.say("我的申请", THIEF))


def test_objecting_tells_the_social_workers(robbed: World) -> None:
    object_(robbed)
    assert "不是本人的" in text(robbed.wait(SECOND)["社工"])


def test_objecting_tells_those_of_the_union_above_where_there_are_none(
    member: World,
) -> None:
    try_pin(member, THIEF, PIN)
    object_(member)
    assert worker_of(member, "工人").union_code != "4401"
    assert len(member.wait(SECOND)["社工"]) == 1


def test_where_nobody_could_be_told_nothing_goes_wrong(robbed: World) -> None:
    def dismiss(session: Session) -> None:
        for staff in session.exec(select(Staff)):
            staff.active = False
            session.add(staff)

    robbed.write(dismiss)
    assert "已经断开" in object_(robbed)
    assert "社工" not in robbed.wait(SECOND)


def test_after_objecting_neither_pin_nor_code_works(robbed: World) -> None:
    code = code_of(robbed)
    object_(robbed)
    assert "没能核对上" in try_pin(robbed, "另一台", PIN)
    assert "用过、过期了" in try_code(robbed, "又一台", code)
    for press in ("a:connect:", "f:set_pin:", "v:phones:"):
        assert "先停用了" in text(robbed.do("press", press))


def test_objecting_twice_is_harmless(robbed: World) -> None:
    object_(robbed)
    chat = chat_of(robbed, THIEF)
    assert "已经断开" in object_(robbed)
    assert chat_of(robbed, THIEF).worker_id == chat.worker_id
    assert ended(robbed, "unlinked") == [("waiting", "")]


def test_a_phone_let_in_by_a_pin_changes_nothing_for_a_day(robbed: World) -> None:
    assert "24 小时后才能在这里更正" in text(
        robbed.do("press", "f:correct:mobile", THIEF)
    )
    robbed.now += timedelta(days=1, seconds=1)
    assert "现在的手机号" in text(robbed.do("press", "f:correct:mobile", THIEF))


def test_who_has_a_cut_chat_next_is_no_stranger_in_it(robbed: World) -> None:
    object_(robbed)
    assert "小时后才能" not in text(robbed.say("导出我的资料", THIEF))
    robbed.do("press", "a:export:", THIEF)
    assert "link" in robbed.screens[THIEF][-1]


def test_objecting_works_for_seven_days(robbed: World) -> None:
    robbed.now += timedelta(days=7)
    assert "不能用了" in object_(robbed)
    robbed.now -= timedelta(minutes=1)
    assert "已经断开" in object_(robbed)


@pytest.mark.parametrize("who", [THIEF, "生人"])
def test_only_the_chats_that_were_there_before_may_object(
    robbed: World, who: str
) -> None:
    before = chat_of(robbed, THIEF).worker_id
    assert "不能用了" in object_(robbed, who)
    assert chat_of(robbed, THIEF).worker_id == before


def test_who_came_later_cannot_throw_out_who_came_before(member: World) -> None:
    try_code(member, "新手机", code_of(member))
    member.now += timedelta(hours=1)
    try_pin(member, THIEF, PIN)
    mine, theirs = links(member)
    assert "不能用了" in object_(member, THIEF, mine)
    assert "已经断开" in object_(member, "新手机", theirs)


def test_a_press_that_names_no_link_does_nothing(member: World) -> None:
    assert "不能用了" in text(member.do("press", "a:not_me:zzz"))


def test_the_notice_of_a_link_already_cut_is_not_sent(member: World) -> None:
    try_code(member, "新手机", code_of(member))
    member.wait(SECOND)
    try_pin(member, THIEF, PIN)
    object_(member, "新手机")
    member.wait(SECOND)
    assert ("skipped", "objected") in ended(member, "linked")


def test_an_application_sent_from_the_chat_is_withdrawn_with_it(world: World) -> None:
    world.fill("sure")
    world.say("提交")
    set_pin(world)
    code = code_of(world)
    world.say("我的申请")
    world.tap("撤回申请")
    world.tap("确定撤回")
    world.fill("sure", THIEF, resident_id=UNKNOWN)
    world.say("提交", THIEF)
    assert "欢迎回来" in try_code(world, THIEF, code)
    object_(world)
    rows = world.write(lambda s: s.exec(select(Application)).all())
    assert {row.standing for row in rows} == {Standing.WITHDRAWN}
    assert {row.chat_id for row in rows} == {chat_of(world, "工人").id}


def test_a_decided_application_only_moves_its_notices(world: World) -> None:
    world.fill("sure")
    world.say("提交")
    code = code_of(world)
    world.fill("sure", THIEF, resident_id=UNKNOWN)
    world.say("提交", THIEF)
    try_code(world, THIEF, code)
    object_(world)
    rows = world.write(lambda s: s.exec(select(Application)).all())
    assert {r.standing for r in rows} == {Standing.SUBMITTED, Standing.WITHDRAWN}
    assert {r.chat_id for r in rows} == {chat_of(world, "工人").id}


def test_a_position_that_came_with_the_chat_goes_back_with_it(member: World) -> None:
    member.appoint("440111", THIEF)
    try_code(member, THIEF, code_of(member))
    (link,) = links(member)
    assert link.staff_id is not None
    object_(member)
    staff = member.write(lambda s: s.get_one(Staff, link.staff_id))
    assert staff.worker_id == chat_of(member, THIEF).worker_id


def test_a_chat_that_went_on_to_another_is_left_alone(robbed: World) -> None:
    """Once cut by other means, objecting still guards the member."""

    def move(session: Session) -> None:
        stranger = session.exec(
            select(Worker).where(col(Worker.member_no).is_(None))
        ).first()
        assert stranger is not None
        session.get_one(Chat, chat_id).worker_id = stranger.id

    chat_id = chat_of(robbed, THIEF).id
    robbed.write(move)
    object_(robbed)
    assert worker_of(robbed, "工人").guarded_at is not None
    said = select(Message).where(Message.chat_id == chat_id)
    assert robbed.write(lambda s: s.exec(said).first()) is not None


def test_an_id_is_never_shown_whole(robbed: World) -> None:
    assert ID not in str(robbed.screens)


def test_withdrawing_the_consent_ends_the_pin(world: World) -> None:
    world.fill("sure")
    world.say("提交")
    set_pin(world)
    assert "已设置" in str(world.say("我的资料"))
    world.say("撤回同意")
    world.tap("确定撤回")
    assert worker_of(world, "工人").pin is None
    assert "没能核对上" in try_pin(world, "新手机", PIN)
    world.say("设置密码")
    assert "密码设好了" in text(world.say(PIN))


def test_the_chat_that_is_cut_hears_of_it_as_of_an_erasure(robbed: World) -> None:
    """An open page drops what it shows, and what is on its way is not sent."""
    pressed = Incoming(
        channel="page",
        bot="",
        address="工人",
        key="cut",
        kind="press",
        text=f"a:not_me:{short(links(robbed)[-1].id)}",
    )
    cans, now = robbed.cans, robbed.now
    written = robbed.write(lambda s: take_batch(s, robbed.kit, cans, [pressed], now))
    cut = chat_of(robbed, THIEF).id
    assert written.cut == {cut}
    assert cut in written.news


@pytest.mark.parametrize(
    "typed",
    ["删除我的资料", "导出资料", "撤回同意", "连接另一台手机", "设置密码", "换手机"],
)
def test_who_came_in_by_a_pin_alone_undoes_nothing_for_a_day(
    robbed: World, typed: str
) -> None:
    assert "24 小时后" in text(robbed.say(typed, THIEF))
    assert "24 小时后" not in text(robbed.say(typed))
    robbed.wait(timedelta(days=1))
    assert "24 小时后" not in text(robbed.say(typed, THIEF))
