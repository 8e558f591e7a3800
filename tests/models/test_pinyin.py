"""Names found by their sounds."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.pinyin import matches, pinyin_keys


@pytest.mark.parametrize(
    ("name", "keys"),
    [
        ("白云", "baiyun by"),
        ("广州", "guangzhou gz"),
        ("花都", "huadu hd"),
        ("佛冈", "fogang fg"),
        ("葵涌", "kuichong kc"),
        ("长洲", "changzhou cz"),
        ("58到家", "58daojia 58dj"),
        ("ＡＢＣ 物流（示例）", "abcwuliushili abcwlsl"),
        ("", ""),
        ("·", ""),
    ],
)
def test_a_name_has_its_sounds_and_initials(name: str, keys: str) -> None:
    assert pinyin_keys(name) == keys


@pytest.mark.parametrize(
    ("query", "rank"),
    [
        ("白云区", 5),
        (" 白 云 区 ", 5),
        ("白云", 4),
        ("云区", 3),
        ("by", 2),
        ("B Y", 2),
        ("baiy", 1),
        ("Bai Yun", 1),
        ("ＢＡＩＹＵＮ", 1),
        ("yun", 0),
        ("黄埔", 0),
        ("", 0),
        (" · ", 0),
    ],
)
def test_a_query_ranks_by_how_well_it_fits(query: str, rank: int) -> None:
    assert matches(query, "白云区", "baiyun by") == rank


def test_a_name_without_keys_is_found_by_its_characters() -> None:
    assert matches("顺丰", "顺丰", "") == 5
    assert matches("sf", "顺丰", "") == 0


@given(st.text("白云广州58abc", min_size=1, max_size=8))
def test_every_name_is_found_by_its_own_sounds(name: str) -> None:
    keys = pinyin_keys(name)
    full, initials = keys.split()
    assert matches(name, name, keys) == 5
    assert matches(initials, name, keys) >= 2
    assert matches(full, name, keys) >= 1


@given(st.text(), st.text(), st.text())
def test_no_text_at_all_breaks_it(query: str, name: str, keys: str) -> None:
    assert 0 <= matches(query, name, keys) <= 5
    pinyin_keys(name)
