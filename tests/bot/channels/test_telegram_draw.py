"""Drawing: whatever is said, Telegram takes the call and nothing is markup but ours."""

from __future__ import annotations

from html.parser import HTMLParser
from typing import Any

from aiogram import methods
from hypothesis import given
from hypothesis import strategies as st

from bot.channels.telegram.draw import DATA_LIMIT, TEXT_LIMIT, draw, text_of
from models.message import Body
from tests.telegram_server.strict import closed_models

WORDS = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=60)
LONG = WORDS | st.integers(3900, 5000).map(lambda n: "<b>&长" * (n // 5))
LABELS = WORDS.filter(lambda text: text.strip() != "")
PRESSES = st.text("abc:0123456789-", min_size=1, max_size=64)
CHOICES = st.lists(st.tuples(st.integers(0, 9), LABELS, PRESSES).map(list), max_size=10)
BODIES = st.fixed_dictionaries(
    {"text": LONG.filter(lambda text: text.strip() != "")},
    optional={
        "title": LABELS,
        "rows": st.lists(st.tuples(LABELS, WORDS).map(list), max_size=15),
        "choices": CHOICES,
        "link": st.tuples(LABELS, st.just("https://example.org/form/x")).map(list),
        "wish": st.tuples(st.sampled_from(["phone", "location", "photo"]), LABELS).map(
            list
        ),
        "place": st.just("2/9"),
    },
)


class Seen(HTMLParser):
    """What a reader sees of HTML, and which tags there were."""

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.text, self.tags = "", set[str]()
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: Any) -> None:
        self.tags.add(tag)

    def handle_data(self, data: str) -> None:
        self.text += data


def shown(call: dict[str, Any]) -> str:
    """Return the text as it is counted and read, its markup parsed away."""
    if "parse_mode" not in call:
        return str(call["text"])
    return Seen(call["text"]).text


@given(BODIES, st.booleans())
def test_every_message_is_a_call_telegram_knows(body: Body, plain: bool) -> None:
    call = draw(body, "7", plain)
    closed_models()["sendmessage"].model_validate(call)
    assert isinstance(methods.SendMessage.model_validate(call).chat_id, int)


@given(BODIES, st.booleans())
def test_no_text_is_longer_than_a_message_may_be(body: Body, plain: bool) -> None:
    assert 0 < len(shown(draw(body, "7", plain))) <= TEXT_LIMIT


@given(BODIES)
def test_nobody_s_words_become_markup(body: Body) -> None:
    call = draw(body, "7")
    if "parse_mode" in call:
        seen = Seen(call["text"])
        assert seen.tags <= {"b"}
        assert body["title"] in seen.text
    assert "parse_mode" not in draw(body, "7", plain=True)


@given(BODIES)
def test_no_button_carries_more_than_it_can(body: Body) -> None:
    markup = draw(body, "7")["reply_markup"]
    buttons = [b for row in markup.get("inline_keyboard", []) for b in row]
    for button in buttons:
        assert button["text"]
        assert len(button.get("callback_data", "").encode()) <= DATA_LIMIT


def test_a_card_stands_under_its_title_and_above_its_words() -> None:
    body: Body = {"title": "<收到>", "rows": [["编号", "1"]], "text": "谢谢 & 再见"}
    assert draw(body, "7")["text"] == (
        "<b>&lt;收到&gt;</b>\n编号：1\n\n谢谢 &amp; 再见"
    )
    assert text_of(body, plain=True) == "<收到>\n编号：1\n\n谢谢 & 再见"


def test_short_choices_stand_two_in_a_row_and_long_ones_alone() -> None:
    short = [[n, f"第{n}项", f"q:{n}"] for n in range(1, 7)]
    rows = draw({"text": "?", "choices": short}, "7")["reply_markup"]["inline_keyboard"]
    assert [len(row) for row in rows] == [2, 2, 2]
    long = [*short[:-1], [6, "这一项的名字很长很长很长", "q:6"]]
    rows = draw({"text": "?", "choices": long}, "7")["reply_markup"]["inline_keyboard"]
    assert [len(row) for row in rows] == [1] * 6


def test_a_wish_for_the_phone_is_a_keyboard_that_asks_for_it() -> None:
    body: Body = {
        "text": "?",
        "wish": ["phone", "发送"],
        "choices": [[0, "返回", "b:"]],
    }
    markup = draw(body, "7")["reply_markup"]
    assert markup["keyboard"] == [
        [{"text": "发送", "request_contact": True}],
        [{"text": "返回"}],
    ]


def test_a_message_without_choices_takes_an_older_keyboard_away() -> None:
    assert draw({"text": "好"}, "7")["reply_markup"] == {"remove_keyboard": True}


def test_the_link_to_a_form_is_the_first_button() -> None:
    body: Body = {
        "text": "?",
        "link": ["打开", "https://example.org/x"],
        "choices": [[1, "我用其他证件", "q:1"]],
    }
    first, _ = draw(body, "7")["reply_markup"]["inline_keyboard"]
    assert first == [{"text": "打开", "url": "https://example.org/x"}]
