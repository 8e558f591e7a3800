"""The rules of keyboards under a message."""

from __future__ import annotations

from typing import Any

from .errors import bad_request

_MOST_BUTTONS = 100
_INLINE_ACTIONS = {
    "url",
    "callback_data",
    "web_app",
    "login_url",
    "switch_inline_query",
    "switch_inline_query_current_chat",
    "switch_inline_query_chosen_chat",
    "copy_text",
    "pay",
}
_REPLY_ACTIONS = {
    "request_contact",
    "request_location",
    "request_users",
    "request_chat",
    "request_poll",
    "web_app",
}
_LOOKS = {"text", "icon_custom_emoji_id", "style"}
_KEYBOARD = {
    "keyboard",
    "is_persistent",
    "resize_keyboard",
    "one_time_keyboard",
    "input_field_placeholder",
    "selective",
}
_FORMS = {
    "inline_keyboard": {"inline_keyboard"},
    "keyboard": _KEYBOARD,
    "remove_keyboard": {"remove_keyboard", "selective"},
    "force_reply": {"force_reply", "input_field_placeholder", "selective"},
}


def check_markup(markup: dict[str, Any], chat_id: int | str) -> None:
    """Refuse a keyboard Telegram would not show."""
    forms = [name for name in _FORMS if name in markup]
    if len(forms) != 1:
        raise bad_request("object expected as reply markup")
    form = forms[0]
    unknown = set(markup) - _FORMS[form]
    if unknown:
        raise bad_request(f"unknown reply markup field {min(unknown)}")
    if form == "inline_keyboard":
        for button in _buttons(markup[form]):
            _check_inline(button)
    elif form == "keyboard":
        for button in _buttons(markup[form]):
            _check_reply(button, private=isinstance(chat_id, int) and chat_id > 0)
    elif markup[form] is not True:
        raise bad_request(f"{form} must be true")


def _buttons(rows: Any) -> list[Any]:
    if not isinstance(rows, list) or not all(isinstance(row, list) for row in rows):
        raise bad_request("keyboard must be an array of arrays of buttons")
    buttons = [button for row in rows for button in row]
    if len(buttons) > _MOST_BUTTONS:
        raise bad_request("REPLY_MARKUP_TOO_LONG")
    return buttons


def _check_inline(button: Any) -> None:
    if not isinstance(button, dict):
        raise bad_request("InlineKeyboardButton must be an object")
    _check_label(button)
    actions = set(button) - _LOOKS
    if len(actions) != 1 or not actions <= _INLINE_ACTIONS:
        raise bad_request("inline keyboard button must have exactly one action")
    if "callback_data" in button:
        data = button["callback_data"]
        if not isinstance(data, str) or not 1 <= len(data.encode()) <= 64:
            raise bad_request("BUTTON_DATA_INVALID")
    if "url" in button and ":" not in str(button["url"]):
        raise bad_request("inline keyboard button URL is invalid")


def _check_reply(button: Any, private: bool) -> None:
    if isinstance(button, str):
        button = {"text": button}
    if not isinstance(button, dict):
        raise bad_request("KeyboardButton must be an object")
    _check_label(button)
    actions = set(button) - _LOOKS
    if len(actions) > 1 or not actions <= _REPLY_ACTIONS:
        raise bad_request("keyboard button must have at most one known action")
    if actions and not private:
        raise bad_request("personal facts can be requested in private chats only")


def _check_label(button: dict[str, Any]) -> None:
    label = button.get("text")
    if not isinstance(label, str) or not label.strip():
        raise bad_request("button text must be non-empty")
