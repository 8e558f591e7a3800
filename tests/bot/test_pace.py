"""Pace: no limit is ever passed, replies keep their room, and nobody waits for ever."""

from __future__ import annotations

from collections.abc import Iterable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.pace import FORGET, Bucket, Buckets, Pace
from models.message import AGAIN, Kind

SLACK = 1e-6
CHATS = ("1", "2", "3", "-100")
GAPS = st.floats(0, 3, allow_nan=False) | st.just(0.0)
WISHES = st.lists(
    st.tuples(GAPS, st.sampled_from(CHATS), st.sampled_from(list(Kind))), max_size=120
)

Sent = tuple[float, str, Kind]


def send(pace: Pace, wishes: Iterable[tuple[float, str, Kind]]) -> list[Sent]:
    """Try to send each after its gap; return what the pace let through, and when."""
    now, sent = 1000.0, []
    for gap, chat, kind in wishes:
        now += gap
        if pace.wait(chat, kind, now) == 0:
            sent.append((now, chat, kind))
    return sent


def most_within(times: list[float], rate: float, size: float) -> bool:
    """Tell whether every stretch of time holds no more than the bucket and its flow."""
    return all(
        last - first + 1 <= size + (times[last] - times[first]) * rate + SLACK
        for first in range(len(times))
        for last in range(first, len(times))
    )


@given(WISHES)
def test_no_chat_and_no_group_gets_more_than_its_limit(
    wishes: list[tuple[float, str, Kind]],
) -> None:
    sent = send(Pace(), wishes)
    for chat in CHATS:
        times = [at for at, to, _ in sent if to == chat]
        rate, size = (20 / 60, 20) if chat.startswith("-") else (1.0, 5)
        assert most_within(times, rate, size)


@given(WISHES)
def test_what_is_no_reply_stays_within_its_share_of_the_whole(
    wishes: list[tuple[float, str, Kind]],
) -> None:
    pace = Pace(chat_per_second=1000, chat_burst=1000, group_per_minute=60_000)
    bulk = [at for at, _, kind in send(pace, wishes) if kind not in AGAIN]
    assert most_within(bulk, pace.per_second, pace.per_second - pace.reserve)


@given(st.integers(1, 500))
def test_a_reply_leaves_at_once_however_much_a_broadcast_sends(count: int) -> None:
    pace = Pace()
    for chat in range(count):
        pace.wait(str(chat), Kind.BROADCAST, 1000.0)
    assert pace.wait("somebody", Kind.REPLY, 1000.0) == 0


@given(WISHES)
def test_after_the_wait_it_asks_for_a_message_may_leave(
    wishes: list[tuple[float, str, Kind]],
) -> None:
    pace, now = Pace(), 1000.0
    for gap, chat, kind in wishes:
        now += gap
        seconds = pace.wait(chat, kind, now)
        if seconds > 0:
            now += seconds + SLACK
            assert pace.wait(chat, kind, now) == 0


def test_replies_that_pass_the_bulk_limit_are_made_up_for_by_the_bulk() -> None:
    pace = Pace()
    for chat in range(30):
        assert pace.wait(str(chat), Kind.REPLY, 1000.0) == 0
    assert pace.wait("other", Kind.BROADCAST, 1000.0) == pytest.approx(0.7)


def test_a_bucket_never_holds_more_than_its_size() -> None:
    bucket = Bucket(rate=2.0, size=3.0)
    assert bucket.wait(1e9) == 0
    for _ in range(3):
        bucket.take()
    assert bucket.wait(1e9) == pytest.approx(0.5)


def test_chats_that_are_quiet_again_are_forgotten_and_busy_ones_are_not() -> None:
    buckets = Buckets()
    busy = buckets.get("busy", 1.0, 5)
    busy.refill(1000.0)
    for _ in range(5):
        busy.take()
    for number in range(FORGET):
        buckets.get(str(number), 1.0, 5).refill(1000.0)
    assert buckets.get("busy", 1.0, 5) is busy
    assert len(buckets._named) < FORGET
