"""The Bot API's rules for a call's parameters: the fast layer, always on.

Stricter than Telegram in one thing: a parameter it would ignore is refused. Values
come typed (JSON) or as strings (forms); both end as the same typed values.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import orjson

from .body import Upload
from .errors import Refused, bad_request
from .markup import check_markup

_TARGET = (
    "chat_id! business_connection_id message_thread_id direct_messages_topic_id"
    " disable_notification protect_content allow_paid_broadcast message_effect_id"
    " suggested_post_parameters reply_parameters reply_markup "
)
_PLACE = "latitude! longitude! "
_CAPTION = "caption parse_mode caption_entities "

# What each method takes; ! marks what it cannot do without.
PARAMETERS = {
    "getMe": "",
    "getUpdates": "offset limit timeout allowed_updates",
    "setWebhook": "url! certificate ip_address max_connections allowed_updates"
    " drop_pending_updates secret_token",
    "deleteWebhook": "drop_pending_updates",
    "getWebhookInfo": "",
    "sendMessage": _TARGET + "text! parse_mode entities link_preview_options",
    "sendPhoto": _TARGET + _CAPTION + "photo! show_caption_above_media has_spoiler",
    "sendDocument": _TARGET
    + _CAPTION
    + "document! thumbnail disable_content_type_detection",
    "sendLocation": _TARGET
    + _PLACE
    + "horizontal_accuracy live_period heading proximity_alert_radius",
    "sendVenue": _TARGET
    + _PLACE
    + "title! address! foursquare_id foursquare_type google_place_id"
    " google_place_type",
    "sendChatAction": "chat_id! action! business_connection_id message_thread_id",
    "answerCallbackQuery": "callback_query_id! text show_alert url cache_time",
    "editMessageText": "chat_id! message_id! text! business_connection_id parse_mode"
    " entities link_preview_options reply_markup",
    "editMessageReplyMarkup": "chat_id! message_id! business_connection_id"
    " reply_markup",
    "deleteMessage": "chat_id! message_id!",
    "setMyCommands": "commands! scope language_code",
    "deleteMyCommands": "scope language_code",
    "setChatMenuButton": "chat_id menu_button",
    "getFile": "file_id!",
}

_INTEGERS = (
    "message_thread_id direct_messages_topic_id message_id offset limit timeout"
    " max_connections cache_time live_period heading proximity_alert_radius"
)
_FLAGS = (
    "disable_notification protect_content allow_paid_broadcast has_spoiler"
    " show_caption_above_media disable_content_type_detection show_alert"
    " drop_pending_updates"
)
_DECIMALS = "latitude longitude horizontal_accuracy"
_OBJECTS = (
    "suggested_post_parameters reply_parameters reply_markup link_preview_options"
    " scope menu_button"
)
_LISTS = "entities caption_entities commands allowed_updates"
_FILES = {"photo", "document", "thumbnail", "certificate"}

_WHOLE = re.compile(r"-?\d{1,19}")
_LIMITS: dict[str, tuple[float, float]] = {
    "limit": (1, 100),
    "latitude": (-90, 90),
    "longitude": (-180, 180),
    "max_connections": (1, 100),
    "message_id": (1, 2**31 - 1),
}
_PATTERNS = {
    "parse_mode": re.compile("HTML"),
    "secret_token": re.compile(r"[A-Za-z0-9_-]{1,256}"),
    "language_code": re.compile("([a-z]{2})?"),
    "title": re.compile(r"(?s).*\S.*"),
    "address": re.compile(r"(?s).*\S.*"),
    "action": re.compile(
        "typing|choose_sticker|find_location"
        "|upload_(photo|video|voice|document|video_note)|record_(video|voice|video_note)"
    ),
}
_COMMAND = re.compile(r"/?[a-z0-9_]{1,32}")


def _whole(value: Any) -> int:
    if isinstance(value, str) and _WHOLE.fullmatch(value):
        return int(value)
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    raise ValueError


def _decimal(value: Any) -> float:
    if isinstance(value, bool):
        raise ValueError
    return float(value)


def _flag(value: Any) -> bool:
    if isinstance(value, bool):
        return value
    return {"true": True, "True": True, "false": False, "False": False}[value]


def _text(value: Any) -> str:
    if isinstance(value, str):
        return value
    raise ValueError


def _chat(value: Any) -> int | str:
    return value if isinstance(value, str) and value[:1] == "@" else _whole(value)


def _object(value: Any) -> dict[str, Any]:
    found = orjson.loads(value) if isinstance(value, str) else value
    if isinstance(found, dict):
        return found
    raise ValueError


def _list(value: Any) -> list[Any]:
    found = orjson.loads(value) if isinstance(value, str) else value
    if isinstance(found, list):
        return found
    raise ValueError


_READERS: dict[str, Callable[[Any], Any]] = {
    "chat_id": _chat,
    **dict.fromkeys(_INTEGERS.split(), _whole),
    **dict.fromkeys(_DECIMALS.split(), _decimal),
    **dict.fromkeys(_FLAGS.split(), _flag),
    **dict.fromkeys(_OBJECTS.split(), _object),
    **dict.fromkeys(_LISTS.split(), _list),
}
_REQUIRED = {
    method: [name[:-1] for name in names.split() if name.endswith("!")]
    for method, names in PARAMETERS.items()
}
_KNOWN = {
    method: {name.removesuffix("!") for name in names.split()}
    for method, names in PARAMETERS.items()
}


def check_call(
    method: str, raw: dict[str, Any], files: dict[str, Upload]
) -> dict[str, Any]:
    """Give the call's parameters typed, or refuse it as Telegram would."""
    known = _KNOWN.get(method)
    if known is None:
        raise Refused(404, "Not Found")
    params = {name: _read(name, value, known) for name, value in raw.items()}
    for name in files:
        if name not in known & _FILES and f"attach://{name}" not in raw.values():
            raise bad_request(f"unexpected file {name}")
    for name in _REQUIRED[method]:
        if name not in params and name not in files:
            raise _missing(name)
    if "reply_markup" in params:
        check_markup(params["reply_markup"], params["chat_id"])
    if "commands" in params:
        _check_commands(params["commands"])
    return params


def _read(name: str, value: Any, known: set[str]) -> Any:
    if name not in known:
        raise bad_request(f"unknown parameter {name}")
    try:
        reader: Callable[[Any], Any] = _READERS.get(name, _text)
        typed = reader(value)
    except (ValueError, KeyError, TypeError):
        raise bad_request(f"invalid {name} specified") from None
    if name in _LIMITS and not _LIMITS[name][0] <= typed <= _LIMITS[name][1]:
        raise bad_request(f"{name} is out of its range")
    if name in _PATTERNS and not _PATTERNS[name].fullmatch(typed):
        raise bad_request(f"wrong {name} specified")
    return typed


def _missing(name: str) -> Refused:
    if name == "text":
        return bad_request("message text is empty")
    if name in _FILES:
        return bad_request(f"there is no {name} in the request")
    return bad_request(f"{name} is empty")


def _check_commands(commands: list[Any]) -> None:
    if len(commands) > 100:
        raise bad_request("too many commands specified")
    for one in commands:
        if not isinstance(one, dict) or set(one) != {"command", "description"}:
            raise bad_request("can't parse BotCommand")
        if not _COMMAND.fullmatch(str(one["command"])):
            raise bad_request("BOT_COMMAND_INVALID")
        if not 1 <= len(str(one["description"]).strip()) <= 256:
            raise bad_request("BOT_COMMAND_DESCRIPTION_INVALID")
