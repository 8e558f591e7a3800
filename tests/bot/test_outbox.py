"""The outbox: in order, one in flight a chat, never too many, and each is settled."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlmodel import Session

from bot.channels import (
    Channel,
    Refused,
    Stopped,
    TryLater,
    Uncertain,
    Unreachable,
)
from bot.kit import Kit, clock
from bot.outbox import DOUBTS, UNSETTLED, Outbox
from bot.step import Written
from models.chat import Chat
from models.lost import send_again
from models.message import Fate, Kind, Message
from models.staff import Staff

from .mail import Post, row_of, rows, until, waiting


@pytest.fixture
async def post() -> Post:
    return Post()


def made(kit: Kit, post: Post, senders: int = 4) -> Outbox:
    channels: dict[str, Channel] = {"post": post}
    return Outbox(kit, channels, {}, senders)


def put(outbox: Outbox, *messages: object) -> None:
    outbox.put(Written(list(messages), set()))  # type: ignore[arg-type]


def fates(kit: Kit) -> list[Fate]:
    return [row.fate for row in rows(kit)]


async def settled(kit: Kit) -> None:
    await until(lambda: Fate.WAITING not in fates(kit))


async def test_a_chat_s_messages_leave_one_after_another(kit: Kit, post: Post) -> None:
    messages = [waiting(kit, address) for _ in range(6) for address in "abc"]
    put(made(kit, post), *messages)
    await settled(kit)
    for address in "abc":
        numbers = [number for to, number in post.sent if to == address]
        assert numbers == list(range(1, 7))


async def test_never_more_are_in_flight_than_there_are_senders(
    kit: Kit, post: Post
) -> None:
    post.open.clear()
    put(made(kit, post, senders=3), *(waiting(kit, str(n)) for n in range(8)))
    await until(lambda: post.in_flight == 3)
    post.open.set()
    await settled(kit)
    assert post.most == 3


async def test_no_more_leave_than_may_be_repeated_while_nothing_can_be_marked(
    kit: Kit, post: Post
) -> None:
    messages = [waiting(kit, str(n)) for n in range(30)]
    gate = threading.Event()
    blocked = asyncio.create_task(kit.writer.write(lambda session: gate.wait()))
    outbox = made(kit, post, senders=4)
    put(outbox, *messages)
    await until(lambda: len(post.sent) == 4 + UNSETTLED)
    await asyncio.sleep(0.05)
    assert len(post.sent) == 4 + UNSETTLED
    gate.set()
    await blocked
    await settled(kit)
    assert len(post.sent) == 30


async def test_a_reply_goes_before_a_reminder_and_that_before_a_broadcast(
    kit: Kit, post: Post
) -> None:
    post.open.clear()
    outbox = made(kit, post, senders=1)
    put(outbox, waiting(kit, "first"))
    kinds = [Kind.BROADCAST, Kind.REMINDER, Kind.RECEIPT, Kind.BROADCAST, Kind.REPLY]
    for number, kind in enumerate(kinds):
        put(outbox, waiting(kit, str(number), kind))
    post.open.set()
    await settled(kit)
    assert [to for to, _ in post.sent] == ["first", "2", "4", "1", "0", "3"]


async def test_what_staff_send_again_is_found_and_sent_once(
    kit: Kit, post: Post
) -> None:
    message = waiting(kit, kind=Kind.REMINDER)
    post.fails["a"] = [Refused("no")]
    outbox = made(kit, post)
    put(outbox, message)
    await until(lambda: fates(kit) == [Fate.FAILED])

    def again(session: Session) -> None:
        staff = Staff(id=1, role="officer", union_code="4401", created_at=clock())
        row = session.get_one(Message, (message.chat_id, message.number))
        session.get_one(Chat, row.chat_id).last_number = row.number
        session.flush()
        send_again(session, staff, row, clock() - timedelta(seconds=1))

    await kit.writer.write(again)
    sent = len(post.sent)
    for _ in range(2):
        await outbox.sweep()
    await until(lambda: fates(kit) == [Fate.SENT])
    assert len(post.sent) == sent + 1


async def test_the_attempt_is_committed_before_the_request_leaves(
    kit: Kit, post: Post
) -> None:
    post.open.clear()
    message = waiting(kit, kind=Kind.REMINDER)
    assert row_of(kit, message).attempt == 0
    put(made(kit, post), message)
    await until(lambda: post.in_flight == 1)
    assert row_of(kit, message).attempt == 1
    post.open.set()
    await settled(kit)


async def test_a_sent_message_keeps_its_number_there(kit: Kit, post: Post) -> None:
    message = waiting(kit)
    put(made(kit, post), message)
    await settled(kit)
    row = row_of(kit, message)
    assert (row.fate, row.external_id, row.lease_until) == (Fate.SENT, "there-1", None)


async def test_a_refused_connection_is_tried_again_and_is_no_attempt(
    kit: Kit, post: Post
) -> None:
    post.fails["a"] = [Unreachable()]
    message = waiting(kit, kind=Kind.REMINDER)
    put(made(kit, post), message)
    await settled(kit)
    assert len(post.begun) == 2
    assert (row_of(kit, message).fate, row_of(kit, message).attempt) == (Fate.SENT, 1)


async def test_a_wait_holds_one_chat_and_is_no_attempt(kit: Kit, post: Post) -> None:
    post.fails["slow"] = [TryLater(0.3)]
    slow, behind = waiting(kit, "slow"), waiting(kit, "slow")
    put(made(kit, post, senders=1), slow, behind, waiting(kit, "quick"))
    await settled(kit)
    assert post.sent == [("quick", 1), ("slow", 1), ("slow", 2)]
    assert row_of(kit, slow).attempt == 1


@pytest.fixture
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Send what is in doubt again without a wait."""
    monkeypatch.setattr("bot.outbox.DOUBT_SECONDS", 0.0)


async def test_a_doubtful_reply_goes_again_a_few_times_and_is_then_listed(
    kit: Kit, post: Post, at_once: None
) -> None:
    post.fails["a"] = [Uncertain() for _ in range(DOUBTS)]
    message = waiting(kit)
    put(made(kit, post), message)
    await settled(kit)
    row = row_of(kit, message)
    assert (row.fate, row.reason, row.attempt) == (Fate.UNCERTAIN, "no_answer", DOUBTS)
    assert len(post.begun) == DOUBTS


async def test_doubts_about_one_reply_do_not_count_for_the_next(
    kit: Kit, post: Post, at_once: None
) -> None:
    post.fails["a"] = [Uncertain() for _ in range(DOUBTS + 1)]
    put(made(kit, post), waiting(kit), waiting(kit))
    await settled(kit)
    assert fates(kit) == [Fate.UNCERTAIN, Fate.SENT]
    assert post.begun == [("a", 1)] * DOUBTS + [("a", 2)] * 2


async def test_a_reply_cut_short_by_many_kills_still_gets_all_its_tries(
    kit: Kit, post: Post, at_once: None
) -> None:
    post.fails["a"] = [Uncertain() for _ in range(DOUBTS - 1)]
    message = waiting(kit, attempt=7)
    await made(kit, post).recover()
    await settled(kit)
    row = row_of(kit, message)
    assert (row.fate, row.attempt) == (Fate.SENT, 7 + DOUBTS)
    assert len(post.begun) == DOUBTS


@pytest.mark.parametrize("kind", [Kind.REMINDER, Kind.BROADCAST])
async def test_a_doubtful_reminder_or_broadcast_never_goes_again(
    kit: Kit, post: Post, kind: Kind
) -> None:
    post.fails["a"] = [Uncertain()]
    message = waiting(kit, kind=kind)
    put(made(kit, post), message)
    await settled(kit)
    assert row_of(kit, message).fate is Fate.UNCERTAIN
    assert len(post.begun) == 1


async def test_a_stopped_chat_fails_once_and_the_rest_is_skipped(
    kit: Kit, post: Post
) -> None:
    post.fails["a"] = [Stopped()]
    messages = [waiting(kit) for _ in range(3)]
    outbox = made(kit, post)
    put(outbox, *messages)
    await settled(kit)
    found = [(row.fate, row.reason) for row in rows(kit)]
    assert found == [
        (Fate.FAILED, "stopped"),
        (Fate.SKIPPED, "stopped"),
        (Fate.SKIPPED, "stopped"),
    ]
    await until(lambda: not outbox._lines)
    put(outbox, waiting(kit))
    await settled(kit)
    assert post.sent == [("a", 4)]


@pytest.mark.parametrize(
    "facts", [{"fate": Fate.SKIPPED}, {"fate": Fate.SENT}, {"holder": "other"}]
)
async def test_a_message_whose_row_is_ours_no_more_never_leaves(
    kit: Kit, post: Post, facts: dict[str, Any]
) -> None:
    over = waiting(kit, kind=Kind.REMINDER, **facts)
    behind = waiting(kit)
    outbox = made(kit, post)
    put(outbox, over, behind)
    await until(lambda: row_of(kit, behind).fate is Fate.SENT)
    assert post.begun == [("a", 2)]
    assert row_of(kit, over).attempt == 0
    await until(lambda: not outbox._open)


async def test_a_doubtful_reply_another_process_took_over_is_left_to_it(
    kit: Kit, post: Post, at_once: None
) -> None:
    post.fails["a"] = [Uncertain()]
    message, behind = waiting(kit, holder="other"), waiting(kit)
    put(made(kit, post), message, behind)
    await until(lambda: row_of(kit, behind).fate is Fate.SENT)
    assert post.begun == [("a", 1), ("a", 2)]
    assert row_of(kit, message).fate is Fate.WAITING


async def test_what_was_written_just_after_a_chat_was_stopped_is_sent(
    kit: Kit, post: Post, monkeypatch: pytest.MonkeyPatch
) -> None:
    post.fails["a"] = [Stopped()]
    first, second = waiting(kit), waiting(kit)
    outbox, write = made(kit, post), kit.writer.write

    async def late(body: Callable[[Session], Any]) -> Any:
        """Write one more between the commit of the stop and the word of it."""
        done = await write(body)
        if len(rows(kit)) == 2 and row_of(kit, first).fate is Fate.FAILED:
            put(outbox, waiting(kit))
        return done

    monkeypatch.setattr(kit.writer, "write", late)
    put(outbox, first, second)
    await until(lambda: len(rows(kit)) == 3)
    await settled(kit)
    assert fates(kit) == [Fate.FAILED, Fate.SKIPPED, Fate.SENT]
    assert post.begun == [("a", 1), ("a", 3)]


@pytest.mark.parametrize(
    ("error", "reason"), [(Refused("too_long"), "too_long"), (KeyError("x"), "error")]
)
async def test_what_cannot_be_sent_fails_with_its_reason_and_the_chat_goes_on(
    kit: Kit, post: Post, error: Exception, reason: str
) -> None:
    post.fails["a"] = [error]
    first, second = waiting(kit), waiting(kit)
    put(made(kit, post), first, second)
    await settled(kit)
    assert (row_of(kit, first).fate, row_of(kit, first).reason) == (Fate.FAILED, reason)
    assert row_of(kit, second).fate is Fate.SENT


async def test_stopping_finishes_what_is_in_flight_and_gives_the_rest_back(
    kit: Kit, post: Post
) -> None:
    post.open.clear()
    outbox = made(kit, post, senders=1)
    first, second = waiting(kit), waiting(kit)
    put(outbox, first, second)
    await until(lambda: post.in_flight == 1)
    stopping = asyncio.create_task(outbox.stop(5))
    await asyncio.sleep(0)
    post.open.set()
    await stopping
    assert row_of(kit, first).fate is Fate.SENT
    left = row_of(kit, second)
    assert left.fate is Fate.WAITING
    assert left.lease_until is not None
    assert left.lease_until <= clock()
    assert post.sent == [("a", 1)]


async def test_stopping_does_not_wait_for_ever(kit: Kit, post: Post) -> None:
    post.open.clear()
    outbox = made(kit, post)
    message = waiting(kit)
    put(outbox, message)
    await until(lambda: post.in_flight == 1)
    await outbox.stop(0.05)
    assert row_of(kit, message).fate is Fate.WAITING


async def test_a_start_takes_back_what_was_left(kit: Kit, post: Post) -> None:
    reply, begun, unbegun = (
        waiting(kit, "reply"),
        waiting(kit, "begun", Kind.REMINDER, attempt=1),
        waiting(kit, "unbegun", Kind.REMINDER),
    )
    foreign = waiting(kit, "foreign", holder="other")
    outbox = made(kit, post)
    await outbox.recover()
    await until(lambda: len(post.sent) == 2)
    await until(lambda: row_of(kit, reply).fate is Fate.SENT)
    assert row_of(kit, reply).attempt == 2
    row = row_of(kit, begun)
    assert (row.fate, row.reason) == (Fate.UNCERTAIN, "interrupted")
    await until(lambda: row_of(kit, unbegun).fate is Fate.SENT)
    assert row_of(kit, foreign).fate is Fate.WAITING


async def test_the_chat_page_hears_of_news(kit: Kit, post: Post) -> None:
    told: list[set[int]] = []
    outbox = Outbox(kit, {"post": post}, {}, 1, told.append)
    outbox.put(Written([], {7}))
    outbox.put(Written([], set()))
    assert told == [{7}]
