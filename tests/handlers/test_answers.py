"""Answers: what is accepted is normalised and stays itself; all else is refused."""

from __future__ import annotations

import unicodedata
from datetime import date, time
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bot.words import Reader, text_of
from handlers.answers import (
    AnyId,
    Born,
    Clock,
    Key,
    LinkCode,
    Mobile,
    Name,
    OtherId,
    Photo,
    Pin,
    Plate,
    ResidentId,
    Words,
    looks_like_id,
)
from handlers.choices import Sex
from handlers.question import Ask, Question, Refused, Stop, make_question
from handlers.turn import Turn
from models.identity import id_check
from tests.runs import examples

KINDS = {
    "name": Name,
    "mobile": Mobile,
    "resident_id": ResidentId,
    "other_id": OtherId,
    "any_id": AnyId,
    "pin": Pin,
    "link_code": LinkCode,
    "born": Born,
    "plate": Plate,
    "photo": Photo,
    "key": Key,
    "sex": Sex,
    "several": list[Sex],
    "clock": Clock,
    "words": Words,
}

DIGITS = "".join(
    c for c in map(chr, range(0x110000)) if unicodedata.category(c) == "Nd"
)
TEXTS = st.one_of(
    st.text(max_size=4096),
    st.text("\u200b\u200d\u202e\u2066\ufeff\u00a0😀👩‍🔧ابجד", max_size=40),
    st.text(DIGITS, max_size=20),
    st.text("0123456789xXaA-/. 年月日粤挂港", max_size=20),
    st.from_regex(r"(19|20)\d\d-(0\d|1[0-2])-[0-3]\d", fullmatch=True),
    st.from_regex(r"1[3-9]\d{9}", fullmatch=True),
    st.from_regex(r"\d{6}(19|20)\d{2}(0[1-9]|1[0-2])[0-3]\d{4}", fullmatch=True).map(
        lambda digits: digits + id_check(digits)
    ),
    st.from_regex("粤[A-Z][A-Z0-9]{5,6}", fullmatch=True),
)


def question(name: str) -> Question:
    return make_question(name, KINDS[name], Ask(many=name == "several"))


def verdict(turn: Turn, name: str, value: Any) -> Any:
    """Return what is kept of a value, or the words that refuse it."""
    asked = question(name)
    try:
        typed = asked.valid(turn, {}, value)
    except Refused as refused:
        return text_of(refused.word, Reader("zh-CN"))
    except Stop as stop:
        return text_of(stop.word, Reader("zh-CN"))
    return asked.check.dump_python(typed, mode="json"), typed


@pytest.mark.parametrize("name", KINDS)
def test_any_text_is_accepted_for_good_or_refused_with_words(
    turn: Turn, name: str
) -> None:
    @given(TEXTS)
    @examples(60)
    @example("")
    @example("\0")
    @example("=")
    def check(text: str) -> None:
        found = verdict(turn, name, text)
        if isinstance(found, str):
            assert found
        else:
            kept, typed = found
            assert verdict(turn, name, kept) == (kept, typed)
            assert text_of(question(name).shown(turn, {}, typed), Reader("en"))

    check()


@pytest.mark.parametrize(
    ("name", "typed", "kept"),
    [
        ("name", " 王 小明 ", "王小明"),
        ("mobile", "+86 138-1234-5678", "+8613812345678"),
        ("mobile", "１３８１２３４５６７８", "+8613812345678"),
        ("resident_id", "11010519491231002x", "11010519491231002X"),
        ("other_id", "c01 x00 t47", "C01X00T47"),
        ("any_id", "c01 x00 t47", "C01X00T47"),
        ("any_id", "11010519491231002x", "11010519491231002X"),
        ("pin", "１３５ ７９０", "135790"),
        ("link_code", "abcd-efgh", "ABCDEFGH"),
        ("born", "1980年5月1日", "1980-05-01"),
        ("born", "19800501", "1980-05-01"),
        ("plate", "粤a·12345", "粤A12345"),
        ("key", "courier", "courier"),
        ("sex", "male", "male"),
        ("several", ["male"], ["male"]),
    ],
)
def test_it_takes_the_ways_people_write(
    turn: Turn, name: str, typed: Any, kept: Any
) -> None:
    assert verdict(turn, name, typed)[0] == kept


@pytest.mark.parametrize(
    ("name", "typed", "said"),
    [
        ("name", "王", "姓名要"),
        ("mobile", "12345678901", "手机号是"),
        (
            "resident_id",
            "1101051949123100",
            "身份证号应是 18 位，最后一位可能是 X；这次收到的是 16 位",
        ),
        (
            "resident_id",
            "11010519491231002A",
            "身份证号前 17 位都是数字，最后一位是数字或 X；这次第 18 位不是",
        ),
        ("resident_id", "110105194912310020", "18 位都收到了，但核对不上"),
        ("resident_id", "护照 EB1234567", "这里要写 18 位的身份证号"),
        ("resident_id", "44030319990229123X", "身份证号第 7 到 14 位是出生日期"),
        ("resident_id", "440111201405010002", "您还不满 14 周岁"),
        ("resident_id", "440111201105010000", "满 16 周岁才可以"),
        ("other_id", "12", "证件号码是"),
        ("any_id", "110105194912310020", "18 位都收到了，但核对不上"),
        ("any_id", "12", "证件号码是"),
        ("pin", "12345", "密码是 6 位数字"),
        ("link_code", "ABCDEFG0", "连接码是 8 位"),
        ("born", "1880-01-01", "出生日期要这样写"),
        ("born", "2026-11-24", "出生日期要这样写"),
        ("born", "1980-02-30", "出生日期要这样写"),
        ("born", "80-5-1", "出生日期要这样写"),
        ("born", "2020-01-01", "您还不满 14 周岁"),
        ("plate", "12345", "车牌号写法"),
        ("photo", "abc", "请发一张照片"),
        ("clock", "25:00", "请写几点"),
        ("words", "。。", "没看懂，请用文字或数字"),
        ("key", "", "这一项现在选不了"),
        ("sex", "robot", "这一项现在选不了"),
        ("several", ["robot"], "这一项现在选不了"),
        ("name", None, "这一项现在选不了"),
    ],
)
def test_a_refusal_says_what_was_wrong(
    turn: Turn, name: str, typed: Any, said: str
) -> None:
    assert verdict(turn, name, typed).startswith(said)


def test_an_hour_is_taken_as_a_time_too(turn: Turn) -> None:
    assert question("clock").valid(turn, {}, time(22, 30)) == time(22, 30)


def test_a_birth_date_is_taken_as_a_date_too(turn: Turn) -> None:
    assert question("born").valid(turn, {}, date(1980, 5, 1)) == date(1980, 5, 1)


@pytest.mark.parametrize(
    "text", ["我的是 440106199003070001", "４４０１０６１９９００３０７０００１"]
)
def test_it_sees_an_id_number_in_a_text(text: str) -> None:
    assert looks_like_id(text)


@pytest.mark.parametrize("text", ["", "13812345678", "440106199003070002"])
def test_it_takes_nothing_else_for_an_id_number(text: str) -> None:
    assert not looks_like_id(text)
