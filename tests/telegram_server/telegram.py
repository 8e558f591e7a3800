"""What Telegram knows: the bot, its chats, files, presses, and what it has sent."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from .body import Upload
from .chats import Chat, Json
from .errors import Refused, bad_request

_MOST_PRESSES = 100_000


@dataclass(slots=True)
class Call:
    """One call of a bot, its parameters already typed."""

    id: int
    method: str
    params: dict[str, Any]
    files: dict[str, Upload]
    at: float


@dataclass(slots=True)
class Effect:
    """Something a call did to a chat; `fault` names what then befell its answer."""

    call: int
    method: str
    chat: int
    text: str
    at: float
    message_id: int
    fault: str | None = None


@dataclass(slots=True)
class Attempt:
    """A call that had no effect, and why."""

    call: int
    method: str
    chat: int | None
    text: str
    at: float
    code: int
    reason: str


@dataclass
class Telegram:
    """The state behind the methods."""

    token: str
    remember: int = 100
    knows_every_chat: bool = False
    chats: dict[int, Chat] = field(default_factory=dict)
    files: dict[str, Upload] = field(default_factory=dict)
    presses: dict[str, Chat] = field(default_factory=dict)
    toasts: list[tuple[int, str]] = field(default_factory=list)
    effects: list[Effect] = field(default_factory=list)
    settings: dict[str, Json] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Read who the bot is from its token."""
        self.me: Json = {
            "id": int(self.token.partition(":")[0]),
            "is_bot": True,
            "first_name": "职工之家",
            "username": "zhigong_bot",
        }

    def add_chat(self, chat_id: int, first_name: str = "职工") -> Chat:
        """Open a chat with the bot."""
        chat = Chat(chat_id, first_name, remember=self.remember)
        return self.chats.setdefault(chat_id, chat)

    def chat(self, chat_id: int | str) -> Chat:
        """Find the chat a call is for, if the bot may write there."""
        chat = self.chats.get(chat_id) if isinstance(chat_id, int) else None
        if chat is None and self.knows_every_chat and isinstance(chat_id, int):
            chat = self.add_chat(chat_id)
        if chat is None:
            raise bad_request("chat not found")
        if chat.blocked:
            raise Refused(403, "Forbidden: bot was blocked by the user")
        return chat

    def add_press(self, press_id: str, chat: Chat) -> None:
        """Remember a press so that it can be answered."""
        self.presses[press_id] = chat
        if len(self.presses) > _MOST_PRESSES:
            del self.presses[next(iter(self.presses))]

    def add_file(self, upload: Upload) -> Json:
        """Keep a file; equal files are one."""
        unique = hashlib.sha256(upload.content).hexdigest()[:16]
        file_id = f"file-{unique}"
        self.files[file_id] = upload
        return {
            "file_id": file_id,
            "file_unique_id": unique,
            "file_size": len(upload.content),
        }

    def texts(self, chat_id: int) -> Iterable[str]:
        """Give what a chat was told, in order."""
        return (one.text for one in self.effects if one.chat == chat_id)
