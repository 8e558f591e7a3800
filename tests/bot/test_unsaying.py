"""Where we say that what was filled in is deleted, no row keeps a word of it."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import text
from sqlmodel import Session, select, update

from bot.channels.page import history
from bot.claims import take_back
from bot.database import Database
from bot.step import take_batch
from handlers.turn import Incoming
from models.arrival import Poison
from models.chat import Chat
from models.columns import new_id
from models.conversation import Conversation
from tests.adapters import LINK, PAGE
from tests.world import MONDAY, World

CHILD = "440111201405010002"
NAME, MOBILE = "欧阳小小", "13912345678"
MARK = "（已删除）"


@pytest.fixture
def world(database: Database) -> World:
    return World(database, PAGE)


def page_of(world: World, who: str = "工人") -> list[history.Row]:
    """Return all that the page shows of somebody's chat."""

    def look(session: Session) -> list[history.Row]:
        chat = session.exec(select(Chat).where(Chat.address == who)).one()
        return history.messages(session, world.kit, chat)[0]

    return world.write(look)


def words_of(world: World) -> list[str]:
    return [row["text"] for row in page_of(world)]


def set_aside_and_drop(world: World) -> None:
    world.fill("group", full_name=NAME, mobile=MOBILE)
    world.say("取消")
    world.say("删掉，不填了")


def leave_for_a_month(world: World) -> None:
    world.fill("group", full_name=NAME, mobile=MOBILE)
    world.wait(timedelta(days=31))


def be_a_child(world: World) -> None:
    world.fill("resident_id", full_name=NAME)
    world.say(CHILD)


ENDINGS = [set_aside_and_drop, leave_for_a_month, be_a_child]


@pytest.mark.parametrize("end", ENDINGS)
def test_no_word_of_a_conversation_without_effect_is_left(
    world: World, end: object
) -> None:
    world.say("我想问问")
    assert callable(end)
    end(world)
    said = words_of(world)
    assert said[0] == "我想问问"
    assert said.count(MARK) >= 4
    whole = str(page_of(world))
    for word in (NAME, MOBILE, MOBILE[:3] + "****", CHILD[:4] + "*"):
        assert word not in whole


def test_what_ends_it_tells_the_page_which_words_are_gone(world: World) -> None:
    be_a_child(world)
    rows = page_of(world)
    last = rows[-1]
    gone = [row["number"] for row in rows if row.get("gone")]
    assert last["erased"] == {"text": MARK, "numbers": gone}
    assert "不能在这里登记" in last["text"]
    assert "gone" not in last


def test_what_was_said_beside_it_stays(world: World) -> None:
    world.fill("resident_id", full_name=NAME)
    world.say("菜单")
    world.say("人工")
    world.say("接着填")
    world.say(CHILD)
    said = "\n".join(words_of(world))
    assert "12351" in said
    assert NAME not in said


def test_a_form_that_is_handed_in_keeps_its_words(world: World) -> None:
    world.fill("sure", full_name=NAME)
    world.say("提交")
    assert NAME in words_of(world)


def test_all_of_it_in_one_batch_is_erased_too(world: World) -> None:
    world.fill("full_name")
    batch = [
        Incoming(
            channel="page", bot="", address="工人", key=f"b{n}", kind="text", text=t
        )
        for n, t in enumerate([NAME, CHILD])
    ]
    world.write(lambda s: take_batch(s, world.kit, world.cans, batch, world.now))
    assert NAME not in str(page_of(world))


def test_the_sealed_bodies_are_overwritten(world: World) -> None:
    world.fill("resident_id", full_name=NAME)

    def look(session: Session) -> dict[int, bytes]:
        rows = session.execute(text("SELECT number, body FROM message"))
        return {number: bytes(body) for number, body in rows}

    before = world.write(look)
    world.say(CHILD)
    after = world.write(look)
    assert all(after[number] != body for number, body in before.items())


def test_a_channel_that_keeps_showing_them_is_told_so(database: Database) -> None:
    world = World(database, LINK)
    world.fill("resident_id", full_name=NAME)
    (last,) = world.fill_form(CHILD)
    assert "要请您自己删" in last["text"]
    bodies = world.write(
        lambda s: [world._open(s, row) for row in world.messages_of(s, "工人")]
    )
    assert [body["text"] for body in bodies[:-1]] == [MARK] * (len(bodies) - 1)


def test_what_was_not_sent_before_it_was_erased_is_not_sent(database: Database) -> None:
    world = World(database, LINK)
    world.fill("full_name")
    world.say("取消")
    world.say("删掉，不填了")
    found = world.write(lambda s: take_back(s, world.kit, world.now))
    assert MARK not in [outgoing.body["text"] for outgoing in found]
    reasons = world.write(lambda s: [m.reason for m in world.messages_of(s, "工人")])
    assert reasons.count("erased") >= 2


def test_a_form_whose_flow_is_gone_leaves_no_words_either(world: World) -> None:
    world.fill("resident_id", full_name=NAME)
    world.write(lambda s: s.execute(update(Conversation).values(flow="gone")))
    world.wait(timedelta(days=31))
    assert NAME not in str(page_of(world))


def test_an_update_nobody_could_handle_keeps_no_words(world: World) -> None:
    world.fill("resident_id", full_name=NAME)

    def fail(session: Session) -> None:
        chat = session.exec(select(Chat)).one()
        for settled in ("", "given_up"):
            row = Poison(
                id=new_id(),
                chat_id=chat.id,
                worker_id=chat.worker_id,
                update=b"sealed",
                error="",
                after_number=1,
                at=MONDAY,
                settled=settled,
            )
            session.add(row)

    world.write(fail)
    world.say(CHILD)
    kept = world.write(
        lambda s: [(p.update, p.settled) for p in s.exec(select(Poison))]
    )
    assert sorted(kept) == [(b"", "given_up"), (b"", "overtaken")]


def test_a_reviewers_words_about_somebody_are_about_nobody(world: World) -> None:
    world.fill("sure", full_name=NAME)
    world.say("提交")
    world.appoint("4401")
    world.say("待审", "社工")
    world.say("1", "社工")
    world.say("不通过", "社工")
    world.say("多次联系不上", "社工")
    world.say("取消", "社工")
    world.say("删掉，不填了", "社工")

    def look(session: Session) -> set[bool]:
        worker = (
            session.exec(select(Chat).where(Chat.address == "工人")).one().worker_id
        )
        rows = world.messages_of(session, "社工")
        gone = [row for row in rows if world._open(session, row).get("gone")]
        return {row.about_id == worker for row in gone}

    assert world.write(look) == {False}
