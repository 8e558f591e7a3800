"""Putting a message into words: its language, its numbers, its time zone."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from bot.words import (
    CHAT,
    LANGUAGES,
    Reader,
    _environment,
    _fixed,
    _used,
    draw,
    line_of,
    text_of,
)
from handlers.say import Choice, Drawing, Say, Word, say
from models.chat import Shown

CHINESE = Reader("zh-CN", "Asia/Shanghai", "https://home.example.org")
ENGLISH = Reader("en", "Asia/Shanghai", "https://home.example.org")
LATE = datetime(2026, 11, 22, 17, 0, tzinfo=UTC)
"""Already the next day where the product is at home."""


def test_the_same_message_is_said_in_each_reader_s_language() -> None:
    message = Say(Word("menu", "home"), choices=(Choice(Word("join", "name"), "f:"),))
    assert draw(message, CHINESE).body["choices"] == [[1, "我要入会", "f:"]]
    assert draw(message, ENGLISH).body["choices"] == [[1, "Join the union", "f:"]]


def test_a_date_is_the_one_on_the_reader_s_calendar() -> None:
    at = Word("common", "day", {"at": LATE})
    assert text_of(at, CHINESE) == "2026年11月23日"
    assert text_of(at, ENGLISH) == "23 November 2026"


def test_words_within_words_are_in_the_same_language() -> None:
    texts = (Word("labels", "yesno_yes"), "A", Word("labels", "yesno_no"))
    joined = Word("common", "joined", {"texts": texts})
    assert text_of(joined, CHINESE) == "是、A、不是"


def test_what_people_wrote_is_never_read_as_a_template() -> None:
    typed = "{{ 7 * 7 }}{% block x %}"
    drawn = draw(say("common", "not_found", typed=typed), CHINESE)
    assert typed in drawn.body["text"]


def test_choices_are_numbered_from_one_and_back_is_nought() -> None:
    message = Say(
        Word("menu", "home"), choices=(Choice("A", "a:"), Choice("B", "b:")), back="z:"
    )
    drawn = draw(message, CHINESE)
    assert drawn.choices == [
        Shown(1, "A", "a:"),
        Shown(2, "B", "b:"),
        Shown(0, "返回", "z:"),
    ]
    assert drawn.body["choices"] == [
        [s.number, s.label, s.press] for s in drawn.choices
    ]


def test_what_stands_before_and_after_has_a_line_between() -> None:
    home = Word("menu", "home")
    alone = draw(Say(home), CHINESE).body["text"]
    message = Say(home, before=home, after=home)
    assert draw(message, CHINESE).body["text"] == "\n\n".join([alone] * 3)


def test_a_card_a_link_a_picture_and_a_wish_are_drawn() -> None:
    message = Say(
        Word("menu", "home"),
        title="标题",
        rows=((Word("join", "label_mobile"), "138"),),
        link=("打开", "/form/x"),
        image=35,
        drawing=Drawing("card", "/card/x"),
        wish="location",
        place="2/9",
    )
    body = draw(message, CHINESE).body
    assert body["title"] == "标题"
    assert body["rows"] == [["手机号", "138"]]
    assert body["link"] == ["打开", "https://home.example.org/form/x"]
    assert (body["image"], body["place"]) == ("z", "2/9")
    assert body["drawing"] == ["card", "https://home.example.org/card/x"]
    assert body["wish"] == ["location", "发送我的位置"]
    assert "choices" not in body


def test_a_row_has_the_colon_of_its_own_script() -> None:
    assert line_of("手机号", "138") == "手机号：138"
    assert line_of("Mobile", "138") == "Mobile: 138"


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_message_taken_as_it_is_written_is_what_would_be_rendered(
    language: str,
) -> None:
    for path in (CHAT / language).glob("*.txt"):
        template = _environment(language).get_template(path.name)
        for key, block in template.blocks.items():
            if not _used(language, path.stem, key):
                rendered = "".join(block(template.new_context({}))).strip()
                assert _fixed(language, path.stem, key) == rendered
