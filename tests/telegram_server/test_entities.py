"""HTML is parsed, and refused, as Telegram does."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from .entities import parse_html, utf16
from .errors import Refused


@pytest.mark.parametrize(
    ("source", "text", "entities"),
    [
        ("入会 > 3 & 4", "入会 > 3 & 4", []),
        ("<b>入</b>会", "入会", [("bold", 0, 1)]),
        ("<b>a<i>b</i></b>", "ab", [("bold", 0, 2), ("italic", 1, 1)]),
        ("\U0001f600<u>a</u>", "\U0001f600a", [("underline", 2, 1)]),
        ("<s>&lt;&amp;&quot;</s>&#39;&nbsp;", "<&\"'&nbsp;", [("strikethrough", 0, 3)]),
        ('<span class="tg-spoiler">a</span>', "a", [("spoiler", 0, 1)]),
        (
            "<blockquote expandable>a</blockquote>",
            "a",
            [("expandable_blockquote", 0, 1)],
        ),
        ("<b></b>a", "a", []),
        ("<CODE>a</>", "a", [("code", 0, 1)]),
    ],
)
def test_it_reads_tags(
    source: str, text: str, entities: list[tuple[str, int, int]]
) -> None:
    found, marks = parse_html(source)
    assert found == text
    assert [(m["type"], m["offset"], m["length"]) for m in marks] == entities


def test_a_link_keeps_its_address() -> None:
    _, [link] = parse_html('<a href="https://example.org/?a=1">看</a>')
    assert link["url"] == "https://example.org/?a=1"


@pytest.mark.parametrize(
    ("source", "complaint"),
    [
        ("入<table>", 'Unsupported start tag "table" at byte offset 3'),
        ("<b>a", 'Can\'t find end tag corresponding to start tag "b"'),
        ("<b><i>a</b>", 'Unmatched end tag at byte offset 7, expected "</i>"'),
        ("a</b>", "Unexpected end tag at byte offset 1"),
        ("1 < 2", "Unclosed start tag at byte offset 2"),
        ("<span>a</span>", 'must have class "tg-spoiler"'),
    ],
)
def test_it_refuses_what_telegram_cannot_parse(source: str, complaint: str) -> None:
    with pytest.raises(Refused, match="can't parse entities") as refused:
        parse_html(source)
    assert complaint in refused.value.description


@given(st.text())
def test_escaped_text_comes_through_unchanged(text: str) -> None:
    escaped = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    found, [mark] = parse_html(f"<b>.{escaped}</b>")
    assert found == f".{text}"
    assert mark["length"] == utf16(found)
