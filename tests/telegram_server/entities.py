"""Telegram's HTML: text and entities out of a tagged string, or its own complaint."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from .errors import bad_request

_TOKEN = re.compile(r"<[^>]*>?|&(?:#\d+|#x[0-9a-fA-F]+|\w+);?|[^<&]+|&")
_ATTRIBUTE = re.compile(r"""([\w-]+)(?:\s*=\s*("[^"]*"|'[^']*'|[^\s"'>]+))?""")
_ESCAPES = {"lt": "<", "gt": ">", "amp": "&", "quot": '"'}
_KINDS = {
    "b": "bold",
    "strong": "bold",
    "i": "italic",
    "em": "italic",
    "u": "underline",
    "ins": "underline",
    "s": "strikethrough",
    "strike": "strikethrough",
    "del": "strikethrough",
    "span": "spoiler",
    "tg-spoiler": "spoiler",
    "tg-emoji": "custom_emoji",
    "a": "text_link",
    "code": "code",
    "pre": "pre",
    "blockquote": "blockquote",
}


@dataclass(slots=True)
class _Open:
    """A tag not closed yet."""

    tag: str
    attributes: dict[str, str]
    start: int


def utf16(text: str) -> int:
    """Measure a text as entities do, in UTF-16 units."""
    return len(text) + sum(char > "\uffff" for char in text)


def parse_html(source: str) -> tuple[str, list[dict[str, Any]]]:
    """Give the text a reader sees and its entities."""
    if "<" not in source and "&" not in source:
        return source, []
    text: list[str] = []
    entities: list[dict[str, Any]] = []
    opened: list[_Open] = []
    length = 0
    for token in _TOKEN.finditer(source):
        word = token[0]
        if not word.startswith("<"):
            word = _unescape(word)
            text.append(word)
            length += utf16(word)
            continue
        at = len(source[: token.start()].encode())
        if word.startswith("</"):
            entities += _close(word, at, opened, length)
        else:
            opened.append(_begin(word, at, length))
    if opened:
        raise _complaint(
            f'Can\'t find end tag corresponding to start tag "{opened[-1].tag}"'
        )
    return "".join(text), sorted(entities, key=lambda one: one["offset"])


def _complaint(reason: str) -> Exception:
    return bad_request(f"can't parse entities: {reason}")


def _unescape(word: str) -> str:
    name = word.removeprefix("&").removesuffix(";")
    if not word.startswith("&"):
        return word
    if name.startswith("#"):
        digits = name[1:]
        code = int(digits[1:], 16) if digits.startswith("x") else int(digits)
        return chr(code) if 0 < code < 0x110000 else word
    return _ESCAPES.get(name, word)


def _begin(word: str, at: int, length: int) -> _Open:
    if not word.endswith(">"):
        raise _complaint(f"Unclosed start tag at byte offset {at}")
    tag, _, rest = word[1:-1].partition(" ")
    tag = tag.lower()
    pairs = _ATTRIBUTE.findall(rest)
    attributes = {name.lower(): value.strip("\"'") for name, value in pairs}
    wanted = {"span": ("class", "tg-spoiler")}.get(tag)
    if tag not in _KINDS:
        raise _complaint(f'Unsupported start tag "{tag}" at byte offset {at}')
    if wanted is not None and attributes.get(wanted[0]) != wanted[1]:
        raise _complaint(f'Tag "span" must have class "tg-spoiler" at byte offset {at}')
    return _Open(tag, attributes, length)


def _close(
    word: str, at: int, opened: list[_Open], length: int
) -> list[dict[str, Any]]:
    name = word[2:].rstrip("> ").lower()
    if not opened:
        raise _complaint(f"Unexpected end tag at byte offset {at}")
    last = opened.pop()
    if name and name != last.tag:
        raise _complaint(
            f'Unmatched end tag at byte offset {at}, expected "</{last.tag}>", '
            f'found "</{name}>"'
        )
    if length == last.start:
        return []
    kind = _KINDS[last.tag]
    entity = {"type": kind, "offset": last.start, "length": length - last.start}
    if kind == "text_link":
        if not last.attributes.get("href"):
            return []
        entity["url"] = last.attributes["href"]
    if kind == "custom_emoji":
        entity["custom_emoji_id"] = last.attributes.get("emoji-id", "")
    if kind == "blockquote" and "expandable" in last.attributes:
        entity["type"] = "expandable_blockquote"
    return [entity]
