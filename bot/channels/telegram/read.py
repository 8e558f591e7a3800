"""Reading: a Telegram update, as it came, becomes an Incoming.

Plain dictionaries, not the library's objects: building those is a third of the time an
update takes.
"""

import logging
from dataclasses import dataclass
from typing import Any

from handlers.turn import Incoming

COMMANDS = {
    "join": "f:join:",
    "application": "v:my_application:",
    "card": "v:card:",
    "menu": "v:menu:",
    "help": "v:help:",
    "person": "v:person:",
    "chinese": "a:language:zh-CN",
    "english": "a:language:en",
}
"""The bot's command menu, and the press each command means."""

WANTED = ["message", "callback_query", "my_chat_member"]
"""The kinds of update we ask Telegram for."""

PICTURES = ("image/jpeg", "image/png", "image/webp")
"""The kinds of file that are taken as a photo."""

LARGEST_PICTURE = 10 << 20
"""The largest file that is fetched, in bytes: as large as a photo may be there."""

Update = dict[str, Any]

log = logging.getLogger(__name__)


def read(update: Update, bot: str) -> Incoming | None:
    """Return what a person did; None where that is nothing, or of no known shape."""
    try:
        return _read(update, bot)
    except (KeyError, TypeError, ValueError, AttributeError):
        log.warning("an update of an unknown shape was left out")
        return None


def _read(update: Update, bot: str) -> Incoming | None:
    if "callback_query" in update:
        return _pressed(update, bot)
    if "my_chat_member" in update:
        return _membership(update, bot)
    message = update.get("message")
    if not message or "from" not in message:
        return None
    if message["chat"]["type"] != "private":
        return _in_group(update, bot)
    kind, fields = _content(message)
    return _incoming(
        update, bot, message["chat"]["id"], message["from"], kind, **fields
    )


def _incoming(
    update: Update,
    bot: str,
    chat: int,
    sender: dict[str, Any],
    kind: str,
    **fields: Any,
) -> Incoming:
    return Incoming(
        channel="telegram",
        bot=bot,
        address=str(chat),
        key=str(update["update_id"]),
        kind=kind,
        language=_language(sender.get("language_code")),
        **fields,
    )


def _language(code: str | None) -> str | None:
    if code and code.startswith("zh"):
        return "zh-CN"
    return "en" if code and code.startswith("en") else None


def _pressed(update: Update, bot: str) -> Incoming | None:
    query = update["callback_query"]
    chat = query.get("message", {}).get("chat", {"id": query["from"]["id"]})
    data = query.get("data", "")
    return _incoming(update, bot, chat["id"], query["from"], "press", text=data)


def _membership(update: Update, bot: str) -> Incoming | None:
    """Read that somebody blocked us or came back; joins of groups are nobody's."""
    change = update["my_chat_member"]
    if change["chat"]["type"] != "private":
        return None
    gone = change["new_chat_member"]["status"] in ("kicked", "left")
    kind = "stop" if gone else "return"
    return _incoming(update, bot, change["chat"]["id"], change["from"], kind)


def _in_group(update: Update, bot: str) -> Incoming | None:
    """Answer only commands in a group, where nothing private may be said."""
    message = update["message"]
    if not str(message.get("text", "")).startswith("/"):
        return None
    return _incoming(update, bot, message["chat"]["id"], message["from"], "group")


def _content(message: dict[str, Any]) -> tuple[str, dict[str, Any]]:
    """Return the kind of a message and its fields."""
    if "text" in message:
        return _text(message["text"])
    if "location" in message:
        place = message["location"]
        lat, lon = float(place["latitude"]), float(place["longitude"])
        return "location", {"lat": lat, "lon": lon}
    if "contact" in message:
        contact = message["contact"]
        own = contact.get("user_id") == message["from"]["id"]
        return "contact", {"text": contact["phone_number"] if own else ""}
    if "photo" in message or _is_picture(message.get("document", {})):
        return "photo", {"caption": str(message.get("caption", ""))}
    if "document" in message:
        return "document", {"caption": str(message.get("caption", ""))}
    return "other", {}


def _is_picture(document: dict[str, Any]) -> bool:
    """Tell whether a file is a picture, as scans and pay slips are often sent."""
    kind, size = document.get("mime_type", ""), document.get("file_size", 0)
    return kind in PICTURES and size <= LARGEST_PICTURE


def _text(text: str) -> tuple[str, dict[str, Any]]:
    if not text.startswith("/"):
        return "text", {"text": text}
    command, _, rest = text[1:].partition(" ")
    name = command.partition("@")[0].lower()
    if name == "start":
        return "start", {"text": rest.strip()}
    if name in COMMANDS:
        return "press", {"text": COMMANDS[name]}
    return "text", {"text": text}


def photo_of(update: Update) -> str | None:
    """Return the file id of the largest size of a photo, or of a picture's file."""
    try:
        message = update["message"]
        if "photo" not in message and _is_picture(message["document"]):
            return str(message["document"]["file_id"])
        return str(message["photo"][-1]["file_id"])
    except (KeyError, TypeError, IndexError, AttributeError):
        return None


@dataclass(frozen=True)
class Given:
    """A file as somebody sent it."""

    id: str
    name: str
    mime: str
    size: int


def document_of(update: Update) -> Given | None:
    """Return the file of a message that is no picture."""
    try:
        file = update["message"]["document"]
        if _is_picture(file):
            return None
        name, mime = str(file.get("file_name", "")), str(file.get("mime_type", ""))
        return Given(str(file["file_id"]), name, mime, int(file.get("file_size", 0)))
    except (KeyError, TypeError, ValueError, AttributeError):
        return None


def has_file(update: Update) -> bool:
    """Tell whether something must be fetched before an update is handled."""
    return photo_of(update) is not None or document_of(update) is not None


def sender_of(update: Update) -> str:
    """Return who did something; "" where nobody can tell."""
    try:
        found = (update[kind]["from"]["id"] for kind in WANTED if kind in update)
        return str(next(found))
    except (KeyError, TypeError, StopIteration):
        return ""


def callback_of(update: Update) -> str | None:
    """Return the id of a press, which Telegram wants acknowledged."""
    try:
        return str(update["callback_query"]["id"])
    except (KeyError, TypeError):
        return None
