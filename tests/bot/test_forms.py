"""The private forms: one link, one question, one answer, and nobody else's."""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest
from sqlmodel import Session, select

from bot.database import Database, in_transaction
from bot.forms import Answered, Forms
from models.chat import Chat
from models.form_link import FormLink
from models.identity import id_check
from models.message import Message
from tests.adapters import LINK
from tests.databases import SEEDED, Copy
from tests.world import World

ID = "440106199003070001"
WHO = "工人"


@pytest.fixture
def world(database: Database) -> World:
    world = World(database, LINK)
    world.fill("resident_id")
    return world


def token(world: World, who: str = WHO) -> str:
    body = next(b for b in reversed(world.screens[who]) if "link" in b)
    return str(body["link"][1]).rsplit("/", 1)[1]


def take(world: World, link: str, value: str = ID) -> Answered | None:
    forms = Forms(world.kit, world.cans, lambda written: None)
    return world.write(lambda s: forms.take(s, link, value, world.now))


def opens(world: World, link: str) -> bool:
    forms = Forms(world.kit, world.cans, lambda written: None)
    return world.write(lambda s: forms.find(s, link, world.now)) is not None


def test_an_answer_goes_on_in_the_chat(world: World) -> None:
    done = take(world, token(world))
    assert done is not None
    assert done.refusal == ""
    assert done.written is not None
    assert len(done.written.outgoing) == 1
    assert world.asked() == "mobile"
    assert world.answers()["resident_id"] == ID


def test_a_link_takes_one_answer(world: World) -> None:
    link = token(world)
    assert take(world, link) is not None
    assert take(world, link) is None
    assert not opens(world, link)


def test_a_refused_answer_leaves_the_link_and_the_chat_as_they_were(
    world: World,
) -> None:
    link = token(world)
    done = take(world, link, "440106199003070002")
    assert done is not None
    assert "可能写错了一位" in done.refusal
    assert done.written is None
    assert opens(world, link)
    assert world.asked() == "resident_id"


def test_a_link_ends_with_its_time(world: World) -> None:
    link = token(world)
    world.now += timedelta(minutes=29)
    assert opens(world, link)
    world.now += timedelta(minutes=2)
    assert not opens(world, link)
    assert take(world, link) is None


def test_a_newer_link_ends_the_older_one(world: World) -> None:
    older = token(world)
    world.say("什么")
    assert token(world) != older
    assert not opens(world, older)
    assert opens(world, token(world))


def test_a_link_ends_when_the_question_is_no_longer_the_one_asked(
    world: World,
) -> None:
    link = token(world)
    world.say("返回")
    assert not opens(world, link)


def test_a_link_ends_with_its_conversation(world: World) -> None:
    link = token(world)
    world.say("取消")
    world.tap("删掉，不填了")
    assert not opens(world, link)


@pytest.mark.parametrize("link", ["", "x", "a" * 32, "密" * 32, "'; --", "\0"])
def test_a_link_nobody_made_opens_nothing(world: World, link: str) -> None:
    assert not opens(world, link)
    assert take(world, link) is None


def test_one_worker_s_link_is_another_s_of_no_use(world: World) -> None:
    world.fill("resident_id", "工友")
    first, second = token(world), token(world, "工友")
    assert take(world, second) is not None
    assert world.asked(WHO) == "resident_id"
    assert world.asked("工友") == "mobile"
    assert opens(world, first)


def test_only_the_hash_of_a_link_is_kept(world: World) -> None:
    def look(session: Session) -> FormLink:
        return session.exec(select(FormLink)).one()

    assert token(world).encode() not in world.write(look).token_hash


def test_who_is_too_young_is_told_in_the_chat_and_nothing_is_kept(
    world: World,
) -> None:
    body = "44010620150307000"
    done = take(world, token(world), body + id_check(body))
    assert done is not None
    assert done.refusal == ""
    assert done.written is not None
    assert "还不满 14 周岁" in done.written.outgoing[0].body["text"]
    assert world.conversation()[0].draft is None


def test_a_form_waits_for_the_chat_s_turn(postgresql_copies: Copy) -> None:
    with postgresql_copies(SEEDED) as database:
        world = World(database, LINK)
        world.fill("resident_id")
        link, done = token(world), threading.Event()

        def answer() -> None:
            take(world, link)
            done.set()

        other = threading.Thread(target=answer)

        def hold(session: Session) -> None:
            chat = session.exec(select(Chat).with_for_update()).one()
            other.start()
            assert not done.wait(0.5)
            chat.next_number()
            session.add(chat)

        in_transaction(database, hold)
        other.join(10)
        assert done.is_set()
        numbers = world.write(lambda s: list(s.exec(select(Message.number))))
        last = world.write(lambda s: s.exec(select(Chat)).one().last_number)
        assert max(numbers) == last
        assert last == len(numbers) + 1
