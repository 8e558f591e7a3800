"""Enclosing: a picture, a document or a drawing goes with a message, words below it.

Where the words are too many to stand below it, they follow; where those do not leave,
both go again.  What goes to many is uploaded once, and known by an id from then on.
"""

from typing import Any

from telegram import Bot, Message

from bot.channels import Busy, Outgoing
from bot.channels.telegram.draw import CAPTION_LIMIT, text_of
from bot.drawings import drawn
from bot.files import Files, enclosed_in
from models.document import PDF, Enclosed
from models.message import Kind

UPLOAD_SECONDS = 1.0
"""For how long a copy is put back while its file is being uploaded with another."""


class Enclosing:
    """Sends files; remembers what was uploaded for many."""

    def __init__(self, api: Bot, files: Files) -> None:
        self._api, self._files = api, files
        self.uploaded: dict[str, str] = {}
        self._uploading: set[str] = set()

    async def send(self, message: Outgoing, markup: Any) -> int | None:
        """Send a message's file; return its id, or None where the words must follow."""
        name = enclosed_in(message.body)
        if not name and "drawing" not in message.body:
            return None  # as most messages are
        if not name or message.kind is not Kind.BROADCAST:
            return await self._upload(message, markup)
        if name not in self.uploaded:
            return await self._upload_for_many(message, markup, name)
        file = Enclosed(_mime_of(message), b"")
        sent = await self._post(message, markup, file, self.uploaded[name])
        return _whole(message, sent)

    async def _upload_for_many(
        self, message: Outgoing, markup: Any, name: str
    ) -> int | None:
        """Upload a file unless that is going on; who waited for it would spend pace."""
        if name in self._uploading:
            raise Busy(UPLOAD_SECONDS)
        self._uploading.add(name)
        try:
            return await self._upload(message, markup, name)
        finally:
            self._uploading.remove(name)

    async def _upload(
        self, message: Outgoing, markup: Any, name: str = ""
    ) -> int | None:
        file = await self._files.fetch(message.body) or await _drawing(message)
        if file is None:
            return None
        sent = await self._post(message, markup, file, file.data)
        if name:
            self.uploaded[name] = _file_id(sent)
        return _whole(message, sent)

    async def _post(
        self, message: Outgoing, markup: Any, file: Enclosed, content: str | bytes
    ) -> Message:
        chat = int(message.address)
        below: dict[str, Any] = {}
        if _fits(message):
            words = text_of(message.body, plain=True)
            below = {"caption": words, "api_kwargs": {"reply_markup": markup}}
        if file.mime != PDF:
            return await self._api.send_photo(chat, content, **below)
        name = file.name or None
        return await self._api.send_document(chat, content, filename=name, **below)


def _fits(message: Outgoing) -> bool:
    """Tell whether all words of a message may stand below its file."""
    return len(text_of(message.body, plain=True)) <= CAPTION_LIMIT


def _whole(message: Outgoing, sent: Message) -> int | None:
    """Return the id of what was sent, if nothing of the message is left to send."""
    return sent.message_id if _fits(message) else None


def _mime_of(message: Outgoing) -> str:
    return PDF if "document" in message.body else "image/jpeg"


async def _drawing(message: Outgoing) -> Enclosed | None:
    found = await drawn(message.body)
    return Enclosed(*found) if found else None


def _file_id(sent: Message) -> str:
    return sent.document.file_id if sent.document else sent.photo[-1].file_id
