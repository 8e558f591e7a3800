"""Drawing: a message becomes one call of the Bot API.

Text goes as it is; only a card uses HTML, escaped here and nowhere else.
"""

from html import escape
from typing import Any

from bot.words import line_of
from models.message import Body

TEXT_LIMIT = 4096
CAPTION_LIMIT = 1024
DATA_LIMIT = 64
SHORT_LABEL = 8
"""Labels up to this length stand two in a row."""


def draw(body: Body, chat: str, plain: bool = False) -> dict[str, Any]:
    """Return the parameters of sendMessage; `plain` leaves the markup out."""
    call: dict[str, Any] = {"chat_id": int(chat), "text": text_of(body, plain)}
    if "title" in body and not plain:
        call["parse_mode"] = "HTML"
    call["reply_markup"] = _markup(body)
    call["link_preview_options"] = {"is_disabled": True}
    return call


def text_of(body: Body, plain: bool) -> str:
    """Return the words of a message, a card's title and rows above them."""
    text = body.get("text", "")
    place = body.get("place")
    if place:
        text = f"{text}  ({place})"
    if "title" not in body:
        return _cut(_with_rows(body, text), TEXT_LIMIT)
    title = body["title"]
    if plain:
        return _cut(f"{title}\n{_with_rows(body, text)}", TEXT_LIMIT)
    rest = _cut(_with_rows(body, text), TEXT_LIMIT - len(title) - 1)
    return f"<b>{escape(title, quote=False)}</b>\n{escape(rest, quote=False)}"


def _with_rows(body: Body, text: str) -> str:
    rows = "\n".join(line_of(*row) for row in body.get("rows", []))
    return f"{rows}\n\n{text}" if rows else text


def _cut(text: str, limit: int) -> str:
    return text if len(text) <= limit else text[: limit - 1] + "…"


def _markup(body: Body) -> dict[str, Any]:
    """Return the buttons: a wish needs the keyboard, all else goes in the message."""
    choices = body.get("choices", [])
    wish = body.get("wish")
    if wish and wish[0] in ("phone", "location"):
        return _keyboard(wish[0], wish[1], choices)
    rows = _inline(choices)
    if "link" in body:
        label, url = body["link"]
        rows.insert(0, [{"text": label, "url": url}])
    return {"inline_keyboard": rows} if rows else {"remove_keyboard": True}


def _inline(choices: list[list[Any]]) -> list[list[dict[str, str]]]:
    """Return a button for each choice, short ones two in a row."""
    buttons = [
        {"text": _button(number, label)[:TEXT_LIMIT], "callback_data": press}
        for number, label, press in choices
        if len(press.encode()) <= DATA_LIMIT
    ]
    short = all(len(label) <= SHORT_LABEL for _, label, _ in choices)
    width = 2 if short and len(buttons) > 4 else 1
    return [buttons[i : i + width] for i in range(0, len(buttons), width)]


def _button(number: int | None, label: str) -> str:
    return label if number is None else f"{number} {label}"


def _keyboard(kind: str, label: str, choices: list[list[Any]]) -> dict[str, Any]:
    """Return the keyboard that shares a number or a place; its labels are typed."""
    asks = {"phone": "request_contact", "location": "request_location"}
    first: list[dict[str, Any]] = [{"text": label, asks[kind]: True}]
    texts = [{"text": choice[1]} for choice in choices]
    rows = [texts[i : i + 2] for i in range(0, len(texts), 2)]
    return {
        "keyboard": [first, *rows],
        "resize_keyboard": True,
        "one_time_keyboard": True,
    }
