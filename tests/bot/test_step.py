"""A batch of updates: each has its effect once, in order, and its replies are rows."""

from __future__ import annotations

import itertools
from dataclasses import replace
from typing import Any

from sqlmodel import Session, col, select

from bot.channels import Can
from bot.database import in_transaction
from bot.kit import Kit, clock
from bot.step import Written, take_batch
from handlers.turn import Incoming
from models.arrival import Arrival
from models.chat import Chat
from models.message import Body, Fate, Message, unseal_body
from models.worker import Worker

from .mail import rows

CANS = {
    "post": Can(push=True, history=False, trusted=True),
    "page": Can(push=False, history=True, trusted=True),
}
numbers = itertools.count(1)


def said(text: str, address: str = "a", channel: str = "post", **more: Any) -> Incoming:
    more.setdefault("key", str(next(numbers)))
    more.setdefault("kind", "text")
    return Incoming(channel=channel, bot="", address=address, text=text, **more)


def take(kit: Kit, *batch: Incoming) -> Written:
    work = lambda s: take_batch(s, kit, CANS, list(batch), clock())  # noqa: E731
    written: Written = in_transaction(kit.database, work)
    return written


def chats(kit: Kit) -> list[Chat]:
    with Session(kit.database.reading) as session:
        return list(session.exec(select(Chat).order_by(col(Chat.address))))


def body_of(kit: Kit, row: Message) -> Body:
    with Session(kit.database.reading) as session:
        key = session.get_one(Worker, row.about_id).open_key(kit.keys)
    return unseal_body(key, row.chat_id, row.number, row.body)


def test_an_update_that_comes_again_does_nothing(kit: Kit) -> None:
    update = said("你好")
    assert len(take(kit, update).outgoing) == 1
    assert take(kit, update) == Written([], set())
    assert len(rows(kit)) == 1


def test_an_update_twice_in_one_batch_has_one_effect(kit: Kit) -> None:
    update = said("你好")
    assert len(take(kit, update, replace(update), said("菜单")).outgoing) == 2


def test_the_same_key_of_another_bot_is_another_update(kit: Kit) -> None:
    one = said("你好", key="1")
    other = Incoming(channel="post", bot="2", address="a", key="1", kind="text")
    assert len({m.chat_id for m in take(kit, one, other).outgoing}) == 2


def test_a_batch_goes_on_from_word_to_word(kit: Kit) -> None:
    written = take(kit, said("入会"), said("1"), said("张三"))
    texts = [message.body["text"] for message in written.outgoing]
    assert "您同意吗" in texts[0]
    assert "姓名" in texts[1]
    assert "身份证号" in texts[2]
    assert [message.number for message in written.outgoing] == [1, 2, 3]


def test_people_of_one_batch_do_not_mix(kit: Kit) -> None:
    written = take(kit, *(said("入会", address) for address in "abc"))
    assert sorted(message.address for message in written.outgoing) == ["a", "b", "c"]
    assert len({chat.worker_id for chat in chats(kit)}) == 3


def test_a_reply_that_will_be_sent_waits_with_a_lease_and_its_first_attempt(
    kit: Kit,
) -> None:
    (sent,) = take(kit, said("你好")).outgoing
    (row,) = rows(kit)
    assert (row.fate, row.holder, row.attempt) == (Fate.WAITING, "main", 1)
    assert row.lease_until is not None
    assert row.lease_until > clock()
    assert body_of(kit, row) == sent.body


def test_a_channel_that_cannot_push_keeps_both_sides(kit: Kit) -> None:
    written = take(kit, said("你好", channel="page", given_id="browser-1"))
    assert written.outgoing == []
    own, reply = rows(kit)
    assert written.news == {own.chat_id}
    assert (own.side, own.fate, own.given_id) == ("worker", Fate.RECEIVED, "browser-1")
    assert (reply.side, reply.fate) == ("bot", Fate.KEPT)
    assert body_of(kit, own) == {"text": "你好"}


def test_a_press_is_kept_as_the_label_that_was_pressed(kit: Kit) -> None:
    take(kit, said("你好", channel="page"))
    take(kit, said("f:join:", channel="page", kind="press"))
    own = [row for row in rows(kit) if row.side == "worker"]
    assert body_of(kit, own[-1])["text"] == "我要入会"


def test_an_id_number_is_kept_masked_in_the_history(kit: Kit) -> None:
    take(kit, said("440106199003070001", channel="page"))
    assert body_of(kit, rows(kit)[0])["text"] == "4401**********0001"


def test_who_blocked_us_is_written_nothing_until_they_write(kit: Kit) -> None:
    take(kit, said("你好"))
    assert take(kit, said("", kind="stop")).outgoing == []
    (chat,) = chats(kit)
    assert chat.stopped_at is not None
    assert len(take(kit, said("菜单")).outgoing) == 1
    assert chats(kit)[0].stopped_at is None


def settle(kit: Kit, **facts: Any) -> None:
    def change(session: Session) -> None:
        for row in session.exec(select(Message)):
            for name, value in facts.items():
                setattr(row, name, value)
            session.add(row)

    in_transaction(kit.database, change)


def test_a_chat_another_process_is_still_writing_to_is_left_to_it(kit: Kit) -> None:
    take(kit, said("你好"))
    settle(kit, holder="other")
    assert take(kit, said("菜单")).outgoing == []
    assert [row.holder for row in rows(kit)] == ["other", "other"]
    assert rows(kit)[1].attempt == 0


def test_what_was_left_to_us_and_is_not_found_yet_is_not_overtaken(kit: Kit) -> None:
    take(kit, said("你好"))
    settle(kit, attempt=0)
    assert take(kit, said("菜单")).outgoing == []
    settle(kit, fate=Fate.SENT)
    assert len(take(kit, said("帮助")).outgoing) == 1


def test_half_a_character_and_a_zero_byte_are_left_out(kit: Kit) -> None:
    take(kit, said("你\0好\ud800", channel="page"))
    assert body_of(kit, rows(kit)[0])["text"] == "你好"


def test_the_keys_of_all_updates_are_written_down(kit: Kit) -> None:
    take(kit, said("你好", key="k-1"), said("", kind="stop", key="k-2"))
    with Session(kit.database.reading) as session:
        assert {row.key for row in session.exec(select(Arrival))} == {"k-1", "k-2"}
