"""What each method of the Bot API does; its parameters have passed the rules."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from .body import Upload
from .chats import Chat, Json
from .entities import parse_html
from .errors import bad_request
from .telegram import Call, Effect, Telegram

_MOST_TEXT = 4096
_MOST_CAPTION = 1024
_MOST_TOAST = 200


def get_me(telegram: Telegram, call: Call) -> Json:
    """Answer who the bot is."""
    can = {"can_join_groups": True, "can_read_all_group_messages": False}
    return {**telegram.me, **can, "supports_inline_queries": False}


def send_message(telegram: Telegram, call: Call) -> Json:
    """Send a text."""
    return _send(telegram, call, _words(call, "text", "entities", _MOST_TEXT))


def send_photo(telegram: Telegram, call: Call) -> Json:
    """Send a picture."""
    size = {**_file(telegram, call, "photo"), "width": 800, "height": 600}
    return _send(telegram, call, {"photo": [size], **_caption(call)})


def send_document(telegram: Telegram, call: Call) -> Json:
    """Send a file."""
    file = _file(telegram, call, "document")
    name = telegram.files[file["file_id"]].name or "file"
    return _send(
        telegram, call, {"document": {**file, "file_name": name}, **_caption(call)}
    )


def send_location(telegram: Telegram, call: Call) -> Json:
    """Send a point on the map."""
    return _send(telegram, call, {"location": _point(call)})


def send_venue(telegram: Telegram, call: Call) -> Json:
    """Send a place with its name and address."""
    names = {name: call.params[name] for name in ("title", "address")}
    place = _point(call)
    return _send(telegram, call, {"venue": {"location": place, **names}})


def send_chat_action(telegram: Telegram, call: Call) -> bool:
    """Show that the bot is at work."""
    telegram.chat(call.params["chat_id"])
    return True


def answer_callback_query(telegram: Telegram, call: Call) -> bool:
    """End the waiting circle on a pressed button."""
    chat = telegram.presses.get(call.params["callback_query_id"])
    if chat is None:
        raise bad_request(
            "query is too old and response timeout expired or query ID is invalid"
        )
    text = call.params.get("text", "")
    if len(text) > _MOST_TOAST:
        raise bad_request("MESSAGE_TOO_LONG")
    if text:
        telegram.toasts.append((chat.id, text))
    return True


def edit_message_text(telegram: Telegram, call: Call) -> Json:
    """Change the text of a message, and its buttons with it."""
    words = _words(call, "text", "entities", _MOST_TEXT)
    return _edit(telegram, call, words)


def edit_message_reply_markup(telegram: Telegram, call: Call) -> Json:
    """Change the buttons of a message."""
    return _edit(telegram, call, None)


def delete_message(telegram: Telegram, call: Call) -> bool:
    """Take a message out of the chat."""
    chat = telegram.chat(call.params["chat_id"])
    if chat.messages.pop(call.params["message_id"], None) is None:
        raise bad_request("message to delete not found")
    return True


def change_setting(telegram: Telegram, call: Call) -> bool:
    """Keep what the bot sets for its menu."""
    telegram.settings[call.method] = call.params
    return True


def get_file(telegram: Telegram, call: Call) -> Json:
    """Answer where a file can be fetched."""
    file_id = call.params["file_id"]
    upload = telegram.files.get(file_id)
    if upload is None:
        raise bad_request("invalid file_id")
    facts = telegram.add_file(upload)
    return {**facts, "file_path": f"files/{file_id}"}


def _send(telegram: Telegram, call: Call, content: Json) -> Json:
    params = call.params
    chat = telegram.chat(params["chat_id"])
    markup = params.get("reply_markup")
    reply = params.get("reply_parameters")
    inline = markup is not None and "inline_keyboard" in markup
    shown = {**content, "reply_markup": markup} if inline else content
    if reply is not None:
        shown = {**shown, **_replied(chat, reply)}
    message = chat.add(telegram.me, call.at, shown)
    _record(telegram, call, chat, message)
    # A reply keyboard reaches the person but is no part of the Message object.
    seen = message if inline or markup is None else {**message, "reply_markup": markup}
    chat.show(seen)
    return message


def _edit(telegram: Telegram, call: Call, words: Json | None) -> Json:
    chat = telegram.chat(call.params["chat_id"])
    message = chat.messages.get(call.params["message_id"])
    if message is None:
        raise bad_request("message to edit not found")
    if message["from"] != telegram.me:
        raise bad_request("message can't be edited")
    kept = ("message_id", "from", "chat", "date", "reply_to_message")
    edited = (
        dict(message)
        if words is None
        else {k: message[k] for k in kept if k in message}
    )
    edited.pop("reply_markup", None)
    edited |= words or {}
    if call.params.get("reply_markup", {}).get("inline_keyboard"):
        edited["reply_markup"] = call.params["reply_markup"]
    if edited == {k: v for k, v in message.items() if k != "edit_date"}:
        raise bad_request(
            "message is not modified: specified new message content and reply markup "
            "are exactly the same as a current content and reply markup of the message"
        )
    edited["edit_date"] = int(call.at)
    chat.messages[message["message_id"]] = edited
    _record(telegram, call, chat, edited)
    chat.show(edited, edited=True)
    return edited


def _record(telegram: Telegram, call: Call, chat: Chat, message: Json) -> None:
    text = message.get("text") or message.get("caption") or ""
    number = message["message_id"]
    telegram.effects.append(
        Effect(call.id, call.method, chat.id, text, call.at, number)
    )


def _replied(chat: Chat, reply: Json) -> Json:
    target = chat.messages.get(reply.get("message_id", 0))
    if target is not None:
        # A message shown inside another shows none inside itself.
        nested = {k: v for k, v in target.items() if k != "reply_to_message"}
        return {"reply_to_message": nested}
    if reply.get("allow_sending_without_reply"):
        return {}
    raise bad_request("message to be replied not found")


def _words(call: Call, name: str, marks: str, most: int) -> Json:
    text: str = call.params[name]
    entities: list[Json] = call.params.get(marks, [])
    if call.params.get("parse_mode"):
        text, entities = parse_html(text)
    if name == "text" and not text.strip():
        raise bad_request("message text is empty")
    if len(text) > most:
        raise bad_request(f"message {'caption ' * (name == 'caption')}is too long")
    return {name: text, marks: entities} if entities else {name: text}


def _caption(call: Call) -> Json:
    if not call.params.get("caption"):
        return {}
    return _words(call, "caption", "caption_entities", _MOST_CAPTION)


def _file(telegram: Telegram, call: Call, name: str) -> Json:
    given = call.params.get(name, "")
    attached = given.removeprefix("attach://") if given else name
    upload = call.files.get(attached) or telegram.files.get(given)
    if upload is None:
        raise bad_request(f"wrong file identifier specified for {name}")
    if not upload.content:
        raise bad_request("file must be non-empty")
    return telegram.add_file(Upload(upload.name, upload.content))


def _point(call: Call) -> Json:
    return {name: call.params[name] for name in ("latitude", "longitude")}


METHODS: dict[str, Callable[[Telegram, Call], Any]] = {
    "getMe": get_me,
    "sendMessage": send_message,
    "sendPhoto": send_photo,
    "sendDocument": send_document,
    "sendLocation": send_location,
    "sendVenue": send_venue,
    "sendChatAction": send_chat_action,
    "answerCallbackQuery": answer_callback_query,
    "editMessageText": edit_message_text,
    "editMessageReplyMarkup": edit_message_reply_markup,
    "deleteMessage": delete_message,
    "setMyCommands": change_setting,
    "deleteMyCommands": change_setting,
    "setChatMenuButton": change_setting,
    "getFile": get_file,
}
