"""Uploads: the photos and documents that a browser sends, before a chat is told."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from weakref import WeakValueDictionary

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from bot.channels.page.protocol import UNREAD, is_id, key_of, refusal_of
from bot.files import Files
from bot.kit import Kit
from bot.pages import language_of
from bot.pictures import cleaned
from bot.words import Reader, text_of
from handlers.say import Word
from handlers.turn import Incoming
from models.document import PDF

ROOM = 32 * 1024
"""What a form adds to its file."""

TOO_LARGE = "The file is too large. Please choose a smaller one."
NO_PHOTO = "That is not a photo we can read. Please choose a JPEG, PNG or WebP picture."

Admit = Callable[[Request], Awaitable[tuple[str | None, Response]]]
TakeOne = Callable[[Incoming], Awaitable[Response]]


@dataclass(frozen=True)
class Upload:
    """A file as a browser sent it, under an id it made."""

    given_id: str
    name: str
    data: bytes


class Uploads:
    """Takes files; one that will not do is refused there, and nothing else is lost."""

    def __init__(self, kit: Kit, files: Files, admit: Admit, take_one: TakeOne) -> None:
        self.kit, self.files, self._admit, self._take = kit, files, admit, take_one
        self._coming: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()

    def routes(self) -> list[Route]:
        """Return where files are sent to."""
        return [
            Route("/chat/photo", self.photo, methods=["POST"]),
            Route("/chat/document", self.document, methods=["POST"]),
        ]

    async def photo(self, request: Request) -> Response:
        """Take a picture; it is made small and loses its camera data first."""
        came = await self._read(request, "photo")
        if isinstance(came, Response):
            return came
        sent, upload = came
        try:
            picture = await cleaned(upload.data)
        except ValueError:
            return refusal_of(415, NO_PHOTO, self._language(request))
        return await self._take(replace(sent, data=picture, mime="image/jpeg"))

    async def document(self, request: Request) -> Response:
        """Take a document; where the chat waits for one it is kept first."""
        came = await self._read(request, "document")
        if isinstance(came, Response):
            return came
        sent, upload = came
        # One that is sent again at once waits for the first, to be known as the same.
        async with self._coming.setdefault(sent.key, asyncio.Lock()):
            return await self._keep(sent, upload, self._language(request))

    async def _keep(self, sent: Incoming, upload: Upload, language: str) -> Response:
        owner = await self.files.owner_of(sent, trusted=True)
        if not owner:
            return await self._take(sent)
        if fault := await self.files.fault(upload.data):
            return self._refused(fault, language)
        number = await self.files.keep(owner, upload.name, upload.data)
        return await self._take(replace(sent, file=number, mime=PDF))

    async def _read(
        self, request: Request, kind: str
    ) -> tuple[Incoming, Upload] | Response:
        """Read what a browser that may write here sends; return why not otherwise."""
        address, refusal = await self._admit(request)
        if address is None:
            return refusal
        upload = await self._upload(request)
        if isinstance(upload, Response):
            return upload
        return _incoming(address, upload, kind), upload

    async def _upload(self, request: Request) -> Upload | Response:
        """Read the file of a form, unless it is too large or none."""
        language, most = self._language(request), self.files.most
        if int(request.headers.get("content-length") or 0) > most + ROOM:
            return refusal_of(413, TOO_LARGE, language)
        async with request.form(max_files=1, max_fields=3, max_part_size=most) as form:
            file, given = form.get("file"), str(form.get("id") or "")
            if file is None or isinstance(file, str):
                return refusal_of(400, UNREAD, language)
            upload = Upload(given, file.filename or "", await file.read(most + 1))
        return upload if is_id(given) else refusal_of(400, UNREAD, language)

    def _refused(self, fault: str, language: str) -> Response:
        word = Word("files", f"fault_{fault}", {"most": self.kit.rules.upload_mb})
        return refusal_of(415, text_of(word, Reader(language)), language)

    def _language(self, request: Request) -> str:
        return language_of(request, self.kit.rules.language)


def _incoming(address: str, upload: Upload, kind: str) -> Incoming:
    return Incoming(
        channel="page",
        bot="",
        address=address,
        key=key_of(address, upload.given_id),
        kind=kind,
        given_id=upload.given_id,
    )
