"""Letters: what may be written to many, and how its blanks are filled."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.letter import (
    BLANKS,
    Option,
    blanks_in,
    fault_of,
    fill,
    read_letter,
    write_letter,
)
from tests.models.noticing import letter

VALUES = dict.fromkeys(BLANKS, "值")


def test_a_plain_letter_is_sound() -> None:
    assert fault_of(letter()) is None


@pytest.mark.parametrize(
    ("part", "facts"),
    [
        ("title", {"title": " "}),
        ("title", {"title": "长" * 41}),
        ("text", {"text": ""}),
        ("text", {"text": "长" * 1001}),
        ("english", {"title_en": "Water"}),
        ("english", {"title_en": "w" * 81, "text_en": "x"}),
        ("english", {"title_en": "w", "text_en": "x" * 2001}),
        ("blanks", {"text": "{id_number}"}),
        ("blanks", {"text": "{name"}),
        ("blanks", {"text": "}{"}),
        ("blanks", {"text": "{name.__class__}"}),
        ("blanks", {"text": "{{7*7}}"}),
        ("blanks", {"title": "{0}"}),
        ("link", {"link_label": "看看"}),
        ("link", {"link": "http://home.example.org", "link_label": "看看"}),
        ("link", {"link": "javascript:alert(1)", "link_label": "看看"}),
        ("link", {"link": "//elsewhere.example.org", "link_label": "看看"}),
        ("link", {"link": "https://home.example.org"}),
        ("options", {"options": (Option("好"),) * 7}),
        ("options", {"options": (Option(" "),)}),
        ("options", {"options": (Option("去", way="a:approve:1"),)}),
        ("hours", {"hours": 0}),
        ("hours", {"hours": 24 * 31}),
    ],
)
def test_what_will_not_do_is_named(part: str, facts: dict[str, Any]) -> None:
    assert fault_of(letter(**facts)) == part


@pytest.mark.parametrize(
    "facts",
    [
        {"text": "{name}您好，{union}通知{group}，会员号{member_no}。"},
        {"title_en": "Water", "text_en": "No water tomorrow."},
        {"link": "https://home.example.org/x?a=1", "link_label": "看看"},
        {"link": "/card", "link_label": "看看"},
        {"options": (Option("来"), Option("去报名", "Sign up", "v:event:ABC"))},
    ],
)
def test_what_is_allowed_is_sound(facts: dict[str, Any]) -> None:
    assert fault_of(letter(**facts)) is None


def test_blanks_are_filled_once_and_nothing_is_carried_out() -> None:
    assert fill("{name}您好", {"name": "{union}{{7*7}}"}) == "{union}{{7*7}}您好"
    assert fill("{name}", {}) == "{name}"
    assert blanks_in("{name}{union}", "{name}") == {"name", "union"}


@given(st.text(max_size=80))
def test_whatever_is_written_is_refused_or_filled_whole(text: str) -> None:
    written = letter(text=text or "字")
    if fault_of(written) is None:
        filled = fill(written.text, VALUES)
        assert "{" not in filled and "}" not in filled


def test_a_letter_reads_as_it_was_written() -> None:
    written = letter(
        options=(Option("来", "Come"), Option("看", way="v:events:0")),
        whom={"groups": ("courier",), "events": (1, 2), "active_days": 30},
        urgent="停水",
    )
    assert read_letter(write_letter(written)) == written


def test_one_without_english_is_read_in_chinese() -> None:
    assert letter().words("en") == letter().words("zh-CN")
    both = letter(title_en="Water", text_en="No water.")
    assert both.words("en") == ("Water", "No water.")
    assert [Option("来", "Come").named(x) for x in ("zh-CN", "en")] == ["来", "Come"]
    assert Option("来").named("en") == "来"
