"""Erasing: what is said before, the word that confirms, and what there is then."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlmodel import Session, SQLModel, func, select, update

from models.application import Application
from models.chat import Chat
from models.conversation import State
from models.erasure import Erasure
from models.message import Message
from models.reminder import Reminder
from models.staff import Staff
from models.worker import Worker
from tests.world import World

WORD = "删除我的资料"
ABOUT = "和王师傅的证件对不上"
"""What a reviewer writes about the worker."""


def join(world: World) -> None:
    world.fill("sure")
    world.say("提交")


def erase(world: World) -> str:
    world.say(WORD)
    (receipt,) = world.say("删除")
    return receipt["title"]


def chat_of(world: World, who: str = "工人") -> Chat:
    return world.write(lambda s: s.exec(select(Chat).where(Chat.address == who)).one())


def count(world: World, table: type[SQLModel]) -> int:
    return world.write(lambda s: s.exec(select(func.count()).select_from(table)).one())


def counted(world: World) -> Erasure:
    return world.write(lambda s: s.exec(select(Erasure)).one())


def test_the_chat_goes_on_as_a_stranger_s(world: World) -> None:
    join(world)
    before = chat_of(world)
    world.say("English")
    assert erase(world) == "All your data was deleted"
    after = chat_of(world)
    assert (after.id, after.edition) == (before.id, before.edition + 1)
    assert after.worker_id != before.worker_id
    assert after.last_number > before.last_number
    assert (after.source, after.conversation_id) == (None, None)
    stranger = world.write(lambda s: s.get_one(Worker, after.worker_id))
    assert stranger.language == "en"
    assert world.write(lambda s: s.get(Worker, before.worker_id)) is None


def test_the_receipt_is_the_only_message_there_is(world: World) -> None:
    join(world)
    erase(world)
    chat = chat_of(world)
    rows = world.write(lambda s: s.exec(select(Message)).all())
    assert [(m.number, m.about_id) for m in rows] == [
        (chat.last_number, chat.worker_id)
    ]


def test_somebody_erased_can_join_anew(world: World) -> None:
    join(world)
    erase(world)
    join(world)
    assert count(world, Application) == 1


@pytest.mark.parametrize("other", ["好", "是的", "1 2", "删", "delete it"])
def test_nothing_but_the_word_confirms(world: World, other: str) -> None:
    world.say(WORD)
    assert world.say(other)[-1]["text"].startswith("没有删除")
    assert count(world, Erasure) == 0


def test_the_word_may_be_in_the_other_language(world: World) -> None:
    world.say(WORD)
    assert world.say(" ＤＥＬＥＴＥ ")[-1]["title"] == "资料已全部删除"


def test_what_was_left_is_not_offered_again(world: World) -> None:
    world.say(WORD)
    assert "接着填" not in str(world.say("菜单"))
    assert world.conversation()[0].state is State.CANCELLED


def test_nobody_is_reminded_to_erase(world: World) -> None:
    world.say(WORD)
    assert world.wait(timedelta(days=2)) == {}
    assert world.conversation()[0].state is State.CANCELLED


def test_it_is_said_before_what_ends_with_it(world: World) -> None:
    world.appoint("440111", "工人")
    join(world)
    chat = chat_of(world)

    def enrol(session: Session) -> None:
        worker = session.get_one(Worker, chat.worker_id)
        worker.member_no, worker.union_code = "1", "440111"
        session.add(worker)
        session.execute(update(Message).values(external_id="5"))
        session.add(
            Chat(
                id=7,
                channel="page",
                bot="",
                address="other",
                worker_id=worker.id,
                created_at=world.now,
            )
        )

    world.write(enrol)
    (said,) = world.say(WORD)
    for part in ("会员身份", "会撤回", "工作人员身份", "2 个聊天", "请您自己清空"):
        assert part in said["text"]
    (receipt,) = world.say("删除")
    assert "请您自己清空" in receipt["text"]
    assert count(world, Chat) == 1
    row = counted(world)
    assert (row.worker_id, row.was_member) == (chat.worker_id, True)
    assert (row.union_code, row.group) == ("440111", "truck_driver")
    assert world.write(lambda s: s.exec(select(Staff)).one()).worker_id is None


def test_what_does_not_end_is_not_said(world: World) -> None:
    (said,) = world.say(WORD)
    for part in ("会员身份", "会撤回", "工作人员身份", "个聊天都", "自己清空"):
        assert part not in said["text"]
    world.say("删除")
    row = counted(world)
    assert (row.union_code, row.group, row.was_member) == (None, None, False)


def review(world: World) -> None:
    """Let a reviewer be in the middle of rejecting the worker's application."""
    world.appoint("4401")
    join(world)
    for text in ("待审", "1", "不通过", ABOUT):
        world.say(text, "社工")


def test_what_a_reviewer_writes_about_somebody_goes_too(world: World) -> None:
    review(world)
    assert ABOUT in world.own_words("社工")
    before = chat_of(world, "社工")
    erase(world)
    after = chat_of(world, "社工")
    assert ABOUT not in str(world.own_words("社工"))
    assert after.edition == before.edition + 1
    assert (after.screen, after.conversation_id) == (None, None)
    form, draft = world.conversation("社工")
    assert (form.state, draft.answers) == (State.CANCELLED, {})


def test_nothing_a_reviewer_was_shown_names_somebody_erased(world: World) -> None:
    review(world)
    world.fill("sure", "乙", full_name="李四")
    world.say("提交", "乙")
    for text in (
        "待审",
        "2",
        "菜单",
        "我的资料",
        "待审",
        "1",
        "通过，进周转库",
        "待审",
    ):
        world.say(text, "社工")
    assert "张" in str(world.history("社工"))
    erase(world)
    assert "张" not in str(world.history("社工"))
    assert "李" in str(world.history("社工"))


def test_a_late_press_of_the_reviewer_is_answered(world: World) -> None:
    review(world)
    erase(world)
    heard = world.tap("不符合入会条件", "社工")
    assert "办完或取消" in heard[-1]["text"]


def test_reminders_about_somebody_go_too(world: World) -> None:
    review(world)
    world.say("确定不通过", "社工")
    assert count(world, Reminder) == 1
    erase(world)
    assert count(world, Reminder) == 0
    assert world.wait(timedelta(hours=1)) == {}
