"""The history of a chat as the page asks for it: in pages, complete, and the same."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlmodel import Session, select

from bot.channels.page import history
from bot.channels.page.history import PAGE, Row, as_json
from bot.channels.page.protocol import Sent
from bot.database import Database
from models.chat import Chat
from models.message import Fate, Message
from tests.world import World

WHO = "b" * 64


@pytest.fixture
def world(database: Database) -> World:
    return World(database)


def chat_of(session: Session) -> Chat:
    return session.exec(select(Chat)).one()


def asked(
    world: World, after: int | None = None, before: int | None = None
) -> tuple[list[Row], bool]:
    return world.write(
        lambda s: history.messages(s, world.kit, chat_of(s), after, before)
    )


def numbers(rows: list[Row]) -> list[int]:
    return [row["number"] for row in rows]


def test_the_newest_come_first_and_the_older_in_pages(world: World) -> None:
    for _ in range(PAGE):
        world.say("菜单", WHO)
    newest, more = asked(world)
    assert (numbers(newest), more) == (list(range(51, 101)), True)
    older, more = asked(world, before=51)
    assert (numbers(older), more) == (list(range(1, 51)), False)


def test_what_follows_a_number_comes_in_order(world: World) -> None:
    for _ in range(PAGE):
        world.say("菜单", WHO)
    following, more = asked(world, after=10)
    assert (numbers(following), more) == (list(range(11, 61)), True)
    assert asked(world, after=100) == ([], False)


def test_both_sides_are_there_with_the_browser_s_own_id(world: World) -> None:
    world.do("text", "菜单", WHO, given_id="browser-1")
    own, reply = asked(world)[0]
    assert (own["side"], own["id"], own["text"]) == ("worker", "browser-1", "菜单")
    assert reply["side"] == "bot"
    assert own["at"].endswith("Z")
    number = world.write(lambda s: history.number_of(s, WHO, "browser-1"))
    assert number == 1


def fates(world: World) -> list[Fate]:
    return world.write(
        lambda s: list(s.exec(select(Message.fate).order_by(Message.number)))  # type: ignore[arg-type]
    )


def test_what_was_shown_is_sent_and_no_more(world: World) -> None:
    for _ in range(3):
        world.say("菜单", WHO)
    world.write(lambda s: history.mark_shown(s, {WHO: 4}))
    received, kept = Fate.RECEIVED, Fate.KEPT
    assert fates(world) == [received, Fate.SENT, received, Fate.SENT, received, kept]
    world.write(lambda s: history.mark_shown(s, {WHO: 2}))
    assert world.write(lambda s: chat_of(s).seen_number) == 4
    world.write(lambda s: history.mark_shown(s, {WHO: 10**9}))
    assert world.write(lambda s: chat_of(s).seen_number) == 6
    world.write(lambda s: history.mark_shown(s, {"nobody": 1}))


def test_a_visitor_without_a_chat_has_no_menus_yet(world: World) -> None:
    assert world.write(lambda s: history.bars(s, world.kit, None, world.now)) == []


def test_the_menus_are_the_person_s_own(world: World) -> None:
    world.say("菜单", WHO)
    bars = world.write(lambda s: history.bars(s, world.kit, chat_of(s), world.now))
    assert [bar["label"] for bar in bars] == ["我要入会", "服务", "我的"]
    assert all(row["press"] for bar in bars for row in bar["rows"])


def test_a_body_is_told_as_the_page_s_protocol_has_it() -> None:
    found = as_json(
        {
            "text": "您好",
            "choices": [[1, "入会", "f:join:"]],
            "link": ["打开", "https://example.org"],
            "image": "abc",
            "document": ["def", "合同.pdf", "2 KB", "请在聊天网页上看"],
            "wish": ["phone", "发送"],
        }
    )
    assert found["choices"] == [{"number": 1, "label": "入会", "press": "f:join:"}]
    assert found["link"] == {"label": "打开", "url": "https://example.org"}
    assert (found["image"], found["wish"]) == ("/chat/photo/abc", "phone")
    at = {"url": "/chat/document/def", "name": "合同.pdf", "size": "2 KB"}
    assert found["document"] == at


@given(st.binary(max_size=200) | st.text(max_size=200))
def test_only_the_protocol_s_own_words_are_read(body: bytes | str) -> None:
    with pytest.raises(ValueError, match="Sent"):
        Sent.model_validate_json(body)


def test_a_link_to_ourselves_works_by_whatever_name_the_page_was_reached(
    world: World,
) -> None:
    world.do("text", "导出资料", WHO)
    rows, _ = asked(world)
    assert rows[-1]["link"]["url"].startswith("/export/")
