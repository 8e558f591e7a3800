"""The real channels as stories see them: a deed goes through a channel's own reading,
and a message through its drawing, where nothing of it may get lost.

LINK is Telegram where ID numbers go by a link, TYPING a channel without buttons.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from html.parser import HTMLParser
from typing import Any, cast

import orjson

from bot.channels import Can
from bot.channels.page.history import as_json
from bot.channels.page.protocol import Sent, incoming_of
from bot.channels.telegram.draw import draw
from bot.channels.telegram.read import read
from bot.words import lines_of
from handlers.turn import Incoming
from models.message import Body

CHAT = 700000001
SENDER = {"id": CHAT, "is_bot": False, "first_name": "王", "language_code": "zh-hans"}


def through_page(incoming: Incoming) -> Incoming:
    """Send a deed as the browser does; what it uploads otherwise goes as it is."""
    if incoming.kind not in ("hello", "start", "text", "press", "location"):
        return incoming
    fields: dict[str, Any] = {"id": f"browser-{incoming.key}", "kind": incoming.kind}
    if incoming.kind == "location":
        fields |= {"lat": incoming.lat, "lon": incoming.lon}
    names = {"press": "press", "start": "code", "text": "text"}
    if incoming.kind in names:
        fields[names[incoming.kind]] = incoming.text
        fields["label"] = incoming.label
    sent = Sent.model_validate_json(orjson.dumps(fields))
    return _as_before(incoming_of(sent, incoming.address), incoming)


def _as_before(read_back: Incoming, incoming: Incoming) -> Incoming:
    """Keep who did it; the channel must have kept the rest."""
    return replace(
        read_back,
        channel=incoming.channel,
        bot=incoming.bot,
        address=incoming.address,
        key=incoming.key,
        data=incoming.data,
        mime=incoming.mime,
        language=incoming.language,
    )


SAME = ("wish", "image", "document")
"""What the page's protocol says in its own way."""


def drawn_on_page(body: Body) -> Body:
    """Draw a message as the page's protocol has it, and read it as the browser does."""
    found: dict[str, Any] = orjson.loads(orjson.dumps(as_json(body)))
    if "choices" in found:
        found["choices"] = [
            [c["number"], c["label"], c["press"]] for c in found["choices"]
        ]
    if "link" in found:
        found["link"] = [found["link"]["label"], found["link"]["url"]]
    as_it_was = {name: part for name, part in body.items() if name in SAME}
    return cast(Body, {**found, **as_it_was})


def through_telegram(incoming: Incoming) -> Incoming:
    """Send a deed as a Telegram update, as Telegram would write it."""
    update = _update(incoming)
    if update is None:
        return incoming
    read_back = read({"update_id": int(incoming.key), **update}, incoming.bot)
    assert read_back is not None
    return _as_before(read_back, incoming)


def _update(incoming: Incoming) -> dict[str, Any] | None:
    """Return the update a deed makes, or None for one Telegram does not know."""
    chat = {"id": CHAT, "type": "private"}
    contents: dict[str, Any] = {
        "text": {"text": incoming.text},
        "start": {"text": f"/start {incoming.text}".rstrip()},
        "location": {"location": {"latitude": incoming.lat, "longitude": incoming.lon}},
        "photo": {"photo": [{"file_id": "small"}, {"file_id": "large"}]},
        "other": {"voice": {"file_id": "v"}},
    }
    if incoming.kind == "press":
        message = {"message_id": 1, "chat": chat}
        query = {"id": "1", "from": SENDER, "message": message, "data": incoming.text}
        return {"callback_query": query}
    if incoming.kind not in contents:
        return None
    return {"message": {"chat": chat, "from": SENDER, **contents[incoming.kind]}}


class _Words(HTMLParser):
    """What a reader sees of a text with markup."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.seen = ""
        self.feed(text)
        self.close()

    def handle_data(self, data: str) -> None:
        self.seen += data


def drawn_on_telegram(body: Body) -> Body:
    """Draw a message as a call of the Bot API; every word and choice must be in it."""
    call = draw(body, str(CHAT))
    seen = _Words(call["text"]).seen if "parse_mode" in call else call["text"]
    words = [body.get("text", ""), body.get("title", "")]
    words += [part for row in body.get("rows", []) for part in row]
    assert all(part in seen for part in words), (seen, words)
    markup = call["reply_markup"]
    buttons = [b for row in markup.get("inline_keyboard", []) for b in row]
    keys = [b["text"] for row in markup.get("keyboard", []) for b in row]
    for number, label, press in body.get("choices", []):
        pressed = [b for b in buttons if b.get("callback_data") == press]
        named = label if number is None else f"{number} {label}"
        assert [b["text"] for b in pressed] == [named] or label in keys
    if "link" in body:
        assert {"text": body["link"][0], "url": body["link"][1]} in buttons
    return body


def drawn_in_terminal(body: Body) -> Body:
    """Draw a message for who can only type; every choice must have its line."""
    lines = lines_of(body)
    for number, label, _ in body.get("choices", []):
        assert (f"- {label}" if number is None else f"{number}. {label}") in lines
    assert "drawing" not in body or body["drawing"][1] in lines
    return body


@dataclass(frozen=True)
class Adapter:
    """How one channel turns a deed into an update, and a message into what is seen."""

    name: str
    can: Can
    buttons: bool = True
    read: Callable[[Incoming], Incoming] = lambda incoming: incoming
    draw: Callable[[Body], Body] = lambda body: body


PAGE = Adapter(
    "page",
    Can(push=False, history=True, trusted=True),
    read=through_page,
    draw=drawn_on_page,
)
LINK = Adapter(
    "link",
    Can(push=True, history=False, trusted=False, lasting=True),
    read=through_telegram,
    draw=drawn_on_telegram,
)
TYPING = Adapter(
    "typing",
    Can(push=True, history=False, trusted=True),
    buttons=False,
    draw=drawn_in_terminal,
)
ADAPTERS = {adapter.name: adapter for adapter in (PAGE, LINK, TYPING)}
