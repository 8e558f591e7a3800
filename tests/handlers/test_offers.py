"""Finding an option by what was typed, and turning long lists over."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handlers.offers import Option, matching, next_page, page_number, page_of, plain
from handlers.say import Word
from tests.runs import examples

OPTIONS = [
    Option("1", "白云区", "baiyun by"),
    Option("2", "白云湖街道", "baiyunhu byh"),
    Option("3", "荔湾区", "liwan lw"),
    Option("4", Word("labels", "sex_male")),
]


@pytest.mark.parametrize(
    ("typed", "keys"),
    [
        ("白云区", "1"),
        ("白 云 区！", "1"),
        ("白云", "12"),
        ("by", "1"),
        ("BAI YUN", "1"),
        ("bai", "12"),
        ("湾", "3"),
        ("火星", ""),
        ("？？", ""),
        ("", ""),
    ],
)
def test_a_typed_text_finds_what_it_may_mean(typed: str, keys: str) -> None:
    assert "".join(o.key for o in matching(OPTIONS, typed)) == keys


@given(st.text(max_size=30))
@examples(50)
def test_folding_a_text_twice_changes_nothing(text: str) -> None:
    assert plain(plain(text)) == plain(text)


def test_pages_hold_every_option_once_and_come_round_again() -> None:
    options = [Option(str(n), str(n)) for n in range(20)]
    pages = [page_of(options, n) for n in range(3)]
    assert [o for found, _ in pages for o in found] == options
    assert all(more for _, more in pages)
    assert page_of(options, 3) == pages[0]


def test_behind_the_last_page_comes_the_first() -> None:
    ways = [next_page("v:list:", 20, n) for n in range(4)]
    assert [way.press[-1] for way in ways] == ["1", "2", "0", "1"]
    assert ways[2].label == Word("common", "first_page")


def test_a_list_that_fits_needs_no_pages() -> None:
    options = [Option(str(n), str(n)) for n in range(9)]
    assert page_of(options, 5) == (options, False)


@pytest.mark.parametrize(
    ("text", "page"), [("3", 3), ("", 0), ("²", 0), ("-1", 0), ("9" * 50, 0)]
)
def test_a_page_number_is_never_more_than_a_number(text: str, page: int) -> None:
    assert page_number(text) == page
