"""Chats as the server keeps them: who is there, what was said, in what order."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

Json = dict[str, Any]
_COMMAND = re.compile(r"^/[A-Za-z0-9_]{1,32}(?:@\w+)?")


@dataclass(slots=True)
class Chat:
    """A private chat or a group; a group's id is negative."""

    id: int
    first_name: str = "职工"
    language: str = "zh-hans"
    remember: int = 100
    blocked: bool = False
    messages: dict[int, Json] = field(default_factory=dict)
    heard: Callable[[Json, bool], None] | None = None
    _last: int = 0

    @property
    def private(self) -> bool:
        """Tell a person's chat from a group."""
        return self.id > 0

    def as_json(self) -> Json:
        """Give the Chat object of a message."""
        if self.private:
            return {"id": self.id, "type": "private", "first_name": self.first_name}
        return {"id": self.id, "type": "supergroup", "title": self.first_name}

    def person(self) -> Json:
        """Give the User object of whoever writes here."""
        return {
            "id": abs(self.id),
            "is_bot": False,
            "first_name": self.first_name,
            "language_code": self.language,
        }

    def add(self, sender: Json, now: float, content: Json) -> Json:
        """Put the next message into the chat."""
        self._last += 1
        message = {
            "message_id": self._last,
            "from": sender,
            "chat": self.as_json(),
            "date": int(now),
            **content,
        }
        if self.remember:
            self.messages[self._last] = message
            self.messages.pop(self._last - self.remember, None)
        return message

    def show(self, message: Json, edited: bool = False) -> None:
        """Let whoever is in the chat see a message of the bot."""
        if self.heard is not None:
            self.heard(message, edited)


def typed(text: str) -> Json:
    """Give the content of a message a person types."""
    command = _COMMAND.match(text)
    if command is None:
        return {"text": text}
    mark = {"type": "bot_command", "offset": 0, "length": command.end()}
    return {"text": text, "entities": [mark]}
