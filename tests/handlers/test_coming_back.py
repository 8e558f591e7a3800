"""Coming back: three ways in, and not a word about whether somebody is known."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlmodel import select

from bot.step import take_batch
from handlers.turn import Incoming
from models.application import Application, Standing
from models.chat import Chat
from models.claim import Claim, Claimed
from models.conversation import Conversation
from models.tries import Tries
from tests.adapters import LINK
from tests.handlers.members import (
    ID,
    PIN,
    UNKNOWN,
    answer,
    chat_of,
    ended,
    links,
    make_member,
    set_pin,
    try_pin,
    worker_of,
)
from tests.world import World

NEW = "新手机"
SECOND = timedelta(seconds=1)


@pytest.fixture
def member(world: World) -> World:
    make_member(world)
    set_pin(world)
    return world


def test_the_pin_makes_a_chat_the_member_s(member: World) -> None:
    assert "欢迎回来" in try_pin(member, NEW, PIN)
    assert worker_of(member, NEW).id == worker_of(member, "工人").id
    assert "会员证号" in str(member.say("我的申请", NEW))


def test_a_typed_pin_is_kept_nowhere(member: World) -> None:
    try_pin(member, NEW, "0 0 0 0 0 0")
    answer(member, NEW, PIN)
    member.say("802417", "工人")
    said = member.own_words(NEW) + member.own_words("工人")
    assert said.count("******") == 4
    assert not [words for words in said if PIN in words or "802417" in words]
    drafts = member.write(lambda s: s.exec(select(Conversation.draft)).all())
    assert not any(drafts)


def test_a_pin_at_the_wrong_moment_is_not_repeated_either(member: World) -> None:
    member.do("press", "f:come_back:", NEW)
    (heard,) = member.say(PIN, NEW)
    assert "******" in heard["text"]
    assert PIN not in heard["text"]


def test_the_history_of_the_new_chat_goes_on_in_order(member: World) -> None:
    try_pin(member, NEW, PIN)
    member.say("菜单", NEW)
    rows = member.write(lambda s: member.messages_of(s, NEW))
    mine = member.write(lambda s: member.messages_of(s, NEW, side="worker"))
    numbers = sorted(row.number for row in [*rows, *mine])
    assert numbers == list(range(1, chat_of(member, NEW).last_number + 1))
    assert {row.about_id for row in rows} == {worker_of(member, "工人").id}


def vain(world: World, who: str, number: str, pin: str) -> list[str]:
    """Return all that is heard on the way to a vain try, and after it."""
    try_pin(world, who, pin, number)
    return [body["text"] for body in world.screens[who]]


def test_whoever_is_meant_a_vain_try_says_the_same(member: World) -> None:
    heard = [vain(member, "甲", ID, "000000"), vain(member, "乙", UNKNOWN, "000000")]
    for n in range(4):
        try_pin(member, f"路人{n}", "000000")
    heard.append(vain(member, "丙", ID, PIN))  # closed by now
    assert heard[0] == heard[1] == heard[2]


def test_no_pin_set_says_the_same(world: World) -> None:
    make_member(world)
    assert vain(world, "甲", ID, PIN) == vain(world, "乙", UNKNOWN, PIN)


def test_five_vain_tries_of_an_id_close_it_for_a_day_and_the_member_is_told(
    member: World,
) -> None:
    for n in range(5):
        try_pin(member, f"路人{n}", "000000")
    heard = member.wait(SECOND)
    assert list(heard) == ["工人"]
    assert "错了 5 次" in heard["工人"][0]["text"]
    assert "没能核对上" in try_pin(member, NEW, PIN)
    assert member.wait(SECOND) == {}
    member.now += timedelta(days=1)
    assert "欢迎回来" in try_pin(member, NEW, PIN)


def test_five_vain_tries_of_a_chat_close_it_whatever_the_id(member: World) -> None:
    for _ in range(5):
        try_pin(member, NEW, "000000", UNKNOWN)
    member.say("取消", NEW)
    assert "没能核对上" in try_pin(member, NEW, PIN)
    assert links(member) == []
    assert "欢迎回来" in try_pin(member, "另一台", PIN)


def test_nobody_is_told_of_vain_tries_of_an_unknown_id(member: World) -> None:
    for n in range(5):
        try_pin(member, f"路人{n}", "000000", UNKNOWN)
    assert member.wait(SECOND) == {}
    rows = member.write(lambda s: s.exec(select(Tries).where(Tries.told)).all())
    assert len(rows) == 1


def test_the_old_chats_are_told_and_the_new_one_is_not(member: World) -> None:
    try_pin(member, NEW, PIN)
    heard = member.wait(SECOND)
    assert list(heard) == ["工人"]
    assert "新设备" in heard["工人"][0]["text"]
    assert ended(member, "linked") == [("sent", "")]


def code_of(world: World, who: str = "工人") -> str:
    (body,) = world.do("press", "a:connect:", who)
    return str(body["rows"][0][1])


def try_code(world: World, who: str, code: str) -> str:
    world.do("press", "f:come_back:", who)
    if world.asked(who) == "way":
        world.say("1", who)
    return answer(world, who, code)


def test_a_code_lets_in_once(member: World) -> None:
    code = code_of(member)
    assert "欢迎回来" in try_code(member, NEW, code.lower())
    assert "用过、过期了" in try_code(member, "另一台", code)


def test_five_wrong_codes_close_a_chat(member: World) -> None:
    for _ in range(5):
        try_code(member, NEW, "ZZZZZZZZ")
    assert "用过、过期了" in try_code(member, NEW, code_of(member))
    assert "欢迎回来" in try_code(member, "另一台", code_of(member))


def test_one_s_own_code_changes_nothing(member: World) -> None:
    member.fill("sure", "申请人", resident_id=UNKNOWN)
    member.say("提交", "申请人")
    code = code_of(member, "申请人")
    assert "不用再登录" in try_code(member, "申请人", code)
    assert links(member) == []


def test_a_member_cannot_become_another(member: World) -> None:
    (heard,) = member.do("press", "f:come_back:", "工人")
    assert "不用再登录" in heard["text"]


def test_a_stray_s_application_is_withdrawn_and_the_membership_shows(
    member: World,
) -> None:
    member.fill("sure", NEW, resident_id=UNKNOWN)
    member.say("提交", NEW)
    try_pin(member, NEW, PIN)
    standings = member.write(lambda s: s.exec(select(Application.standing)).all())
    assert sorted(standings) == [Standing.POOL, Standing.WITHDRAWN]
    assert "您已经是会员了" in str(member.say("我的申请", NEW))


def test_an_applicant_comes_back_too(world: World) -> None:
    world.fill("sure", resident_id=ID)
    world.say("提交")
    set_pin(world)
    assert "欢迎回来" in try_pin(world, NEW, PIN)
    assert "申请已排上队" in str(world.say("我的申请", NEW))


def test_a_request_is_answered_alike_whoever_is_meant(member: World) -> None:
    heard = {}
    for who, number in (("甲", ID), ("乙", UNKNOWN)):
        member.do("press", "f:come_back:", who)
        member.say("3", who)
        member.say(number, who)
        body = member.screens[who][-1]
        heard[who] = {**body, "rows": [label for label, _ in body["rows"]]}
    assert heard["甲"] == heard["乙"]


def test_one_chat_asks_once_at_a_time_and_not_without_end(member: World) -> None:
    for _ in range(6):
        member.do("press", "f:come_back:", NEW)
        member.say("3", NEW)
        member.say(ID, NEW)
    claims = member.write(
        lambda s: s.exec(select(Claim).order_by(Claim.at)).all()  # type: ignore[arg-type]
    )
    assert [c.standing for c in claims] == [Claimed.OVER] * 5 + [Claimed.WAITING]
    assert [c.worker_id is None for c in claims] == [False] * 5 + [True]
    member.wait(timedelta(days=3))
    assert (
        sorted(ended(member, "unconfirmed"))
        == [("sent", "")] + [("skipped", "over")] * 5
    )


def test_later_words_of_the_same_batch_are_the_member_s(member: World) -> None:
    """A step that makes a chat another's leaves the rest of its batch to them."""
    member.do("press", "f:come_back:", NEW)
    member.say("2", NEW)
    before = chat_of(member, NEW).worker_id
    texts = [ID, PIN, "我的申请"]
    batch = [
        Incoming(
            channel="page",
            bot="",
            address=NEW,
            key=f"b{n}",
            kind="text",
            text=text,
            given_id=f"browser-{n}",
        )
        for n, text in enumerate(texts)
    ]
    batch.append(replace(batch[0], address="工人", key="b9", text="菜单"))
    member.write(lambda s: take_batch(s, member.kit, member.cans, batch, member.now))
    assert chat_of(member, NEW).worker_id != before
    rows = member.write(lambda s: member.messages_of(s, NEW))
    bodies = [member.write(lambda s, r=r: member._open(s, r)) for r in rows]  # type: ignore[misc]
    assert "您已经是会员了" in bodies[-1]["text"]
    assert {row.about_id for row in rows} == {worker_of(member, "工人").id}


def test_one_person_is_on_the_page_and_on_telegram(member: World) -> None:
    abroad = World(member.database, LINK, member.now)
    abroad.cans = member.cans = {**member.cans, **abroad.cans}
    assert "欢迎回来" in try_pin(abroad, "电报", PIN)
    member.now = abroad.now + SECOND
    heard = member.wait(SECOND)
    assert "新设备" in heard["工人"][0]["text"]
    abroad.now = member.now
    assert "会员证号" in str(abroad.say("我的申请", "电报"))
    theirs = select(Chat.channel).where(Chat.worker_id == worker_of(member, "工人").id)
    chats = member.write(lambda s: s.exec(theirs).all())
    assert sorted(chats) == ["link", "page"]
    member.tap("不是我")
    member.wait(SECOND)
    abroad.now = member.now + SECOND
    assert "您还没有提交入会申请" in str(abroad.say("我的申请", "电报"))
