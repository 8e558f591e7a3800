"""Telegram's limits, by a clock the test holds."""

from __future__ import annotations

import pytest

from . import PAID, Limits
from .errors import Refused
from .limits import Gate


def passed(gate: Gate, chats: list[int], now: float) -> int:
    count = 0
    for chat in chats:
        try:
            gate.pass_through(chat, now)
        except Refused:
            continue
        count += 1
    return count


def test_thirty_a_second_over_all_chats() -> None:
    assert passed(Gate(Limits()), list(range(1, 100)), now=0.0) == 30


def test_a_steady_thirty_a_second_never_meets_the_limit() -> None:
    gate = Gate(Limits())
    for number in range(3000):
        gate.pass_through(number + 1, now=number / 30)
    assert gate.violations == []


def test_paid_broadcasts_get_a_thousand_a_second() -> None:
    assert passed(Gate(PAID), list(range(1, 2000)), now=0.0) == 1000


def test_one_chat_gets_a_burst_and_then_one_a_second() -> None:
    gate = Gate(Limits())
    assert passed(gate, [11] * 3, now=0.0) == 3
    with pytest.raises(Refused) as refused:
        gate.pass_through(11, now=0.0)
    assert refused.value.parameters == {"retry_after": 1}
    assert passed(gate, [11, 11], now=1.0) == 1


def test_a_group_gets_twenty_a_minute() -> None:
    gate = Gate(Limits())
    assert passed(gate, [-5] * 40, now=0.0) == 20
    with pytest.raises(Refused) as refused:
        gate.pass_through(-5, now=1.0)
    assert refused.value.code == 429


def test_a_wait_is_over_when_its_seconds_are() -> None:
    gate = Gate()
    gate.close(11, now=0.0, retry_after=5)
    with pytest.raises(Refused) as refused:
        gate.pass_through(11, now=3.5)
    assert refused.value.parameters == {"retry_after": 2}
    gate.pass_through(12, now=3.5)
    gate.pass_through(11, now=5.0)
    assert gate.violations == [(11, 3.5)]


def test_a_wait_for_the_whole_bot_forgives_what_was_under_way() -> None:
    gate = Gate()
    gate.close(None, now=0.0, retry_after=5)
    for now in (0.05, 2.0):
        with pytest.raises(Refused):
            gate.pass_through(12, now)
    assert gate.violations == [(12, 2.0)]
