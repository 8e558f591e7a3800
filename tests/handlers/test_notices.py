"""Notices in a chat: they come beside a form, are answered, and can be read again."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlmodel import Session, select

from bot.addressing import address
from bot.rendering import Renderings
from bot.words import vocabulary
from handlers.notices import TESTED, values_of
from models import notice
from models.chat import chats_of
from models.columns import short
from models.letter import Option
from models.message import Body
from models.notice import Notice, NoticeState
from models.notice_answer import answers_to
from models.place import read_atlas
from models.reminder import Reminder
from models.staff import Staff
from models.worker import Worker
from tests.electing import make_members
from tests.handlers.members import worker_of
from tests.models.cast import KEYS
from tests.models.noticing import begun, letter
from tests.world import World

OPTIONS = (Option("来", "Coming"), Option("不来"), Option("看活动", way="v:events:0"))


@pytest.fixture(autouse=True)
def people(world: World) -> None:
    world.appoint("4401")
    make_members(world, "甲", "乙")


def sent(world: World, **facts: Any) -> int:
    """Send a notice to everybody; give its id."""

    def send(session: Session) -> int:
        atlas, staff = read_atlas(session), session.exec(select(Staff)).one()
        row = begun(session, atlas, staff, world.now, options=OPTIONS, **facts)
        renderings = Renderings(world.kit)
        address(session, renderings, world.cans, row.id, 0, world.now)
        return row.id

    return world.write(send)


def press(world: World, press_: str, who: str = "甲") -> Body:
    return world.do("press", press_, who)[-1]


def labels(body: Body) -> list[str]:
    return [label for _, label, _ in body.get("choices", [])]


def test_a_notice_leaves_what_is_asked_on_the_screen(world: World) -> None:
    world.say("提建议", "甲")
    asked = worker_of(world, "甲")
    before = screen(world, asked.id)
    sent(world, text="{name}，{union}通知您。")
    assert screen(world, asked.id) == before
    said = world.say("1", "甲")[-1]
    assert said["text"].startswith("请写下您的建议")


def screen(world: World, worker_id: int) -> list[Any]:
    def read(session: Session) -> list[Any]:
        worker = session.get_one(Worker, worker_id)
        return chats_of(session, worker_id)[0].shown(KEYS, worker)

    return world.write(read)


def test_an_answer_is_kept_and_can_be_changed(world: World) -> None:
    row = sent(world)
    said = press(world, f"a:answer_notice:{short(row)}.0")
    assert said["text"].startswith("记下了，您选的是：来。")
    again = press(world, f"v:notice:{short(row)}")
    assert again["text"].endswith("您选了：来。想改，直接再选一次就行。")
    assert labels(again)[:3] == ["来", "不来", "看活动"]
    world.say("2", "甲")
    assert world.write(lambda s: answers_to(s, row)) == {1: 1}


def test_only_who_was_asked_may_answer_and_only_in_time(world: World) -> None:
    row = sent(world)
    key = short(row)
    for bad in (f"{key}.9", f"{key}.x", key, f"{key}.²"):
        said = press(world, f"a:answer_notice:{bad}")
        assert said["text"] == "这条通知已经过期，不能再选了。"
    world.say("你好", "丙")
    for stranger in (f"{key}.0", "0.0"):
        said = press(world, f"a:answer_notice:{stranger}", "丙")
        assert said["text"].startswith("这条通知不是发给您的")
    world.now += timedelta(days=4)
    said = press(world, f"a:answer_notice:{key}.0")
    assert said["text"] == "这条通知已经过期，不能再选了。"


def test_notices_can_be_read_again_until_they_are_recalled(world: World) -> None:
    assert world.say("我的通知", "甲")[-1]["text"] == "您还没有收到过通知。"
    row = sent(world, link="/card", link_label="会员卡", title_en="W", text_en="No.")
    shown = world.say("我的通知", "甲")[-1]
    assert labels(shown)[0] == "停水通知"
    again = world.say("1", "甲")[-1]
    assert again["title"] == "停水通知"
    assert again["link"][0] == "会员卡"
    world.write(lambda s: recall(s, row))
    gone = press(world, f"v:notice:{short(row)}")
    assert gone["text"] == "您还没有收到过通知。"


def recall(session: Session, notice_id: int) -> None:
    row = session.get_one(Notice, notice_id)
    row.state = NoticeState.RECALLED
    session.add(row)


def test_it_reads_in_english_where_it_was_written_so(world: World) -> None:
    world.say("English", "甲")
    row = sent(
        world,
        title_en="Water",
        text_en="Hello {name}.",
        link="/card",
        link_label="会员卡",
        link_label_en="Card",
    )
    again = press(world, f"v:notice:{short(row)}")
    assert (again["title"], again["link"][0]) == ("Water", "Card")
    assert labels(again)[0] == "Coming"


def test_who_told_no_name_is_a_friend(world: World) -> None:
    atlas = world.write(read_atlas)
    nobody = Worker(id=1, key=b"", created_at=world.now)
    values = values_of(atlas, vocabulary(), nobody, None, "en")
    assert values == {"name": "friend", "union": "", "group": "", "member_no": ""}


def test_the_author_alone_sees_it_first(world: World) -> None:
    def try_out(session: Session) -> None:
        atlas, staff = read_atlas(session), session.exec(select(Staff)).one()
        row = notice.write(session, atlas, staff, letter(), world.now)
        notice.try_out(session, atlas, staff, row, world.now)

    world.write(try_out)
    first, second = world.wait(timedelta(seconds=1))["社工"]
    assert first["text"].startswith("这是通知的样子")
    assert second["title"] == "停水通知"


def test_what_was_changed_meanwhile_is_not_shown(world: World) -> None:
    def change(session: Session) -> None:
        atlas, staff = read_atlas(session), session.exec(select(Staff)).one()
        row = notice.write(session, atlas, staff, letter(), world.now)
        notice.try_out(session, atlas, staff, row, world.now)
        notice.change(session, atlas, staff, row, letter(), world.now)

    world.write(change)
    world.wait(timedelta(seconds=1))
    row = world.write(lambda s: s.exec(select(Reminder)).one())
    assert row.reason == "changed"


def test_nobody_is_told_of_a_notice_that_is_gone(world: World) -> None:
    gone = Reminder(id=1, kind=notice.TEST, subject="7", due=world.now)
    assert world.write(lambda s: TESTED.chat(s, gone)) is None
