"""People who chat with the bot: they say, press, share, and hear what it answers."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from .body import Upload
from .chats import Chat, Json, typed

if TYPE_CHECKING:
    from .server import TelegramServer


class Silence(AssertionError):
    """The bot did not answer in time. Permanent: it had all the time it gets."""


@dataclass(frozen=True, slots=True)
class Heard:
    """A message of the bot, as the person sees it."""

    raw: Json
    edited: bool = False

    @property
    def text(self) -> str:
        """Give its words."""
        return str(self.raw.get("text") or self.raw.get("caption") or "")

    @property
    def buttons(self) -> dict[str, str | None]:
        """Give the labels under it; an inline one comes with its callback data."""
        markup = self.raw.get("reply_markup") or {}
        rows = markup.get("inline_keyboard") or markup.get("keyboard") or []
        return {
            one if isinstance(one, str) else one["text"]: None
            if isinstance(one, str)
            else one.get("callback_data")
            for row in rows
            for one in row
        }

    @property
    def inline(self) -> bool:
        """Tell buttons under the message from those of a reply keyboard."""
        return "inline_keyboard" in (self.raw.get("reply_markup") or {})


class Person:
    """One person in a private chat.

    With `patience` they do the same again after so many seconds of silence, `tries`
    times in all; without, `hear` waits `timeout` seconds once. With `think` they take
    that many seconds, on average, before each act.
    """

    def __init__(
        self,
        server: TelegramServer,
        chat: Chat,
        patience: float | None = None,
        tries: int = 5,
        think: float = 0.0,
        timeout: float = 5.0,
        on_answer: Callable[[float, float], None] | None = None,
    ) -> None:
        self.server = server
        self.chat = chat
        self.patience = patience
        self.tries = tries
        self.think = think
        self.timeout = timeout
        self.on_answer = on_answer
        self.tries_again = 0
        self.heard_again = 0
        self._inbox: deque[Heard] = deque()
        self._wake: asyncio.Future[None] | None = None
        self._last_act: Callable[[], None] | None = None
        self._asked_at: float | None = None
        chat.heard = self._take

    # ── what a person does ──

    async def say(self, text: str) -> None:
        """Type a text and send it."""
        await self._act(lambda: self._send(typed(text)))

    async def start(self, code: str = "") -> None:
        """Open the bot by its link."""
        await self.say(f"/start {code}".rstrip())

    async def press(self, message: Heard, label: str) -> None:
        """Press a button by its label, a unique part of it, or its callback data."""
        found = _find(message.buttons, label)
        if not message.inline:
            await self.say(found)
            return
        data = message.buttons[found]
        if data is None:
            raise AssertionError(f"the button {found} opens a link")
        await self._act(lambda: self._push_press(message, data))

    async def share_contact(self, phone: str, user_id: int | None = None) -> None:
        """Share a contact: one's own, or with another `user_id` somebody else's."""
        contact = {
            "phone_number": phone,
            "first_name": self.chat.first_name,
            "user_id": user_id or abs(self.chat.id),
        }
        await self._act(lambda: self._send({"contact": contact}))

    async def share_location(self, latitude: float, longitude: float) -> None:
        """Share where one is."""
        place = {"latitude": latitude, "longitude": longitude}
        await self._act(lambda: self._send({"location": place}))

    async def send_photo(self, content: bytes, caption: str = "") -> None:
        """Send a picture."""
        facts = self.server.telegram.add_file(Upload("photo.jpg", content))
        sizes = [
            {**facts, "width": width, "height": height}
            for width, height in ((320, 240), (800, 600))
        ]
        words = {"caption": caption} if caption else {}
        await self._act(lambda: self._send({"photo": sizes, **words}))

    async def send_document(self, content: bytes, name: str, mime: str) -> None:
        """Send a file."""
        facts = self.server.telegram.add_file(Upload(name, content))
        file = {**facts, "file_name": name, "mime_type": mime}
        await self._act(lambda: self._send({"document": file}))

    async def send(self, content: Json) -> None:
        """Send a message of any other content: a sticker, a voice, a document."""
        await self._act(lambda: self._send(content))

    def block(self, blocked: bool = True) -> None:
        """Stop the bot, or let it in again; the bot is told."""
        now = int(self.server.clock())
        self.chat.blocked = blocked
        states = ("member", "kicked") if blocked else ("kicked", "member")
        old, new = (self._membership(state) for state in states)
        change = {"old_chat_member": old, "new_chat_member": new}
        about = {"chat": self.chat.as_json(), "from": self.chat.person(), "date": now}
        self.server.push({"my_chat_member": {**about, **change}})

    # ── what a person hears ──

    async def hear(self, *, edited: bool = False) -> Heard:
        """Give the bot's next message; with `edited` also a changed one."""
        for _ in range(self.tries):
            found = await self._next(self.patience or self.timeout, edited)
            if found is not None:
                return found
            if self.patience is None or self._last_act is None:
                break
            self.tries_again += 1
            self._last_act()
        raise Silence(f"no word from the bot in chat {self.chat.id}")

    async def hear_until(self, part: str) -> Heard:
        """Give the next message whose text has this part."""
        while True:
            message = await self.hear()
            if part in message.text:
                return message

    def unheard(self) -> list[Heard]:
        """Give what has come and was not heard yet."""
        waiting = list(self._inbox)
        self._inbox.clear()
        return waiting

    @property
    def toasts(self) -> list[str]:
        """Give the notes shown after this person's presses."""
        shown = self.server.telegram.toasts
        return [text for chat_id, text in shown if chat_id == self.chat.id]

    # ── inside ──

    async def _act(self, act: Callable[[], None]) -> None:
        if self.think:
            await asyncio.sleep(self.server.chance.expovariate(1 / self.think))
        self._last_act = act
        self._asked_at = self.server.clock()
        act()

    def _send(self, content: Json) -> None:
        person = self.chat.person()
        message = self.chat.add(person, self.server.clock(), content)
        self.server.push({"message": message})

    def _push_press(self, message: Heard, data: str) -> None:
        press: dict[str, Any] = {
            "id": self.server.next_press(),
            "from": self.chat.person(),
            "message": message.raw,
            "chat_instance": str(self.chat.id),
            "data": data,
        }
        self.server.push({"callback_query": press})

    def _membership(self, status: str) -> Json:
        until = {"until_date": 0} if status == "kicked" else {}
        return {"user": self.server.telegram.me, "status": status, **until}

    def _take(self, message: Json, edited: bool) -> None:
        if self._asked_at is not None:
            asked, self._asked_at = self._asked_at, None
            if self.on_answer is not None:
                self.on_answer(asked, self.server.clock())
        self._inbox.append(Heard(message, edited))
        if self._wake is not None and not self._wake.done():
            self._wake.set_result(None)

    async def _next(self, wait: float, edited: bool) -> Heard | None:
        loop = asyncio.get_running_loop()
        until = loop.time() + wait
        while True:
            while self._inbox:
                found = self._inbox.popleft()
                if edited or not found.edited:
                    return found
            self._wake = loop.create_future()
            alarm = loop.call_at(until, _ring, self._wake)
            await self._wake
            alarm.cancel()
            if not self._inbox and loop.time() >= until:
                return None


def _ring(wake: asyncio.Future[None]) -> None:
    if not wake.done():
        wake.set_result(None)


def _find(buttons: dict[str, str | None], label: str) -> str:
    if label in buttons:
        return label
    found = [one for one, data in buttons.items() if label in one or label == data]
    if len(found) != 1:
        raise AssertionError(f"{len(found)} buttons are like {label}: {list(buttons)}")
    return found[0]
