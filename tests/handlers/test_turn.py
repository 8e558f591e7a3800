"""What comes in is made safe to keep, and a turn knows the day and the language."""

from __future__ import annotations

from datetime import UTC, date, datetime

from hypothesis import given
from hypothesis import strategies as st

from handlers.say import Word
from handlers.turn import LONGEST, Incoming, Turn
from tests.runs import examples


def incoming(text: str) -> Incoming:
    return Incoming("page", "", "甲", "1", "text", text=text, label=text)


@given(st.text(st.characters(), max_size=50) | st.just("\ud800\0x"))
@examples(50)
def test_any_text_can_be_kept_in_any_database(text: str) -> None:
    kept = incoming(text).text
    assert kept.encode().decode() == kept
    assert "\0" not in kept


def test_a_text_longer_than_any_channel_carries_is_cut() -> None:
    assert len(incoming("字" * 9000).text) == LONGEST


def test_the_day_is_that_of_the_place(turn: Turn) -> None:
    turn.now = datetime(2026, 11, 23, 16, 30, tzinfo=UTC)
    assert turn.today == date(2026, 11, 24)


def test_a_label_reads_differently_in_each_language(turn: Turn) -> None:
    label = Word("join", "label_mobile")
    assert turn.vocabulary.readings(label) == ["手机号", "Mobile"]
    assert turn.vocabulary.readings("吃什么？") == ["吃什么？"]
