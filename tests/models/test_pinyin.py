"""Names found by their sounds."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.pinyin import pinyin_keys


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


@given(st.text("白云广州58abc", min_size=1, max_size=8))
def test_keys_are_one_sound_and_one_row_of_initials(name: str) -> None:
    full, initials = pinyin_keys(name).split()
    assert full.isalnum()
    assert initials[0] == full[0]
    assert len(initials) == len(name)


@given(st.text())
def test_no_text_at_all_breaks_it(name: str) -> None:
    assert pinyin_keys(name) == pinyin_keys(name).strip()
