"""The chat page: our own channel, in any browser, with nothing to install.

A message is a row whose number grows within its chat; the browser asks for what follows
the last one it has shown, and sends its own under an id it made, so nothing is lost or
doubled by a bad network or a restart.
"""

import asyncio
import math
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from typing import Any

from pydantic import ValidationError
from sqlmodel import Session
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles

from bot.channels import Can, Outgoing, Refused
from bot.channels.page import history
from bot.channels.page.protocol import (
    UNREAD,
    Seen,
    Sent,
    Type,
    answer_of,
    asked_number,
    incoming_of,
    refusal_of,
)
from bot.channels.page.shown_files import ShownFiles
from bot.channels.page.stream import Stream, chat_id_at
from bot.channels.page.uploads import Uploads
from bot.channels.page.visitor import Gate
from bot.database import read
from bot.files import Files
from bot.kit import Kit, clock
from bot.news import News
from bot.pages import STATIC, language_of, page
from handlers.turn import Incoming
from models.worker import Worker

BODY_LIMIT = 32 * 1024
REMEMBERED = 10_000
"""How many chats a process knows to exist without looking again."""

STREAMS = 4
"""How many tabs of one browser are told of news at once; others ask by themselves."""

TOO_FAST = "Too fast. It will be sent in a moment."

Take = Callable[[Sequence[Incoming]], Awaitable[None]]

CAN = Can(push=False, history=True, trusted=True)


class Page:
    """The chat page and its small protocol."""

    name = "page"
    bot = ""
    can = CAN

    def __init__(self, kit: Kit, news: News, files: Files) -> None:
        self.kit, self.news = kit, news
        self.gate = Gate(kit.config)
        self.shown_files = ShownFiles(kit, self.gate)
        self.uploads = Uploads(kit, files, self._admit, self._take_one)
        self.closing = asyncio.Event()
        self._begun: set[str] = set()
        self._open: Counter[str] = Counter()
        self._seen: dict[str, int] = {}
        self._marking: asyncio.Task[None] | None = None

    async def send(self, message: Outgoing) -> str:
        """Refuse: messages of this channel wait in their rows until they are shown."""
        raise Refused("page")

    async def retract(self, address: str, external_id: str) -> None:
        """Refuse: what is taken back of this channel is a row, too."""
        raise Refused("page")

    def routes(self, take: Take) -> list[Route | Mount]:
        """Return the page's routes."""
        self._take = take
        return [
            Route("/", self.show),
            Route("/chat/messages", self.messages),
            Route("/chat/stream", self.stream),
            Route("/chat/send", self.say, methods=["POST"]),
            *self.uploads.routes(),
            *self.shown_files.routes(),
            Route("/chat/shown", self.shown, methods=["POST"]),
            Route("/chat/type", self.type, methods=["POST"]),
            Mount("/static", StaticFiles(directory=STATIC)),
        ]

    async def show(self, request: Request) -> Response:
        """Show the page, and give who comes first a cookie."""
        address = self.gate.address(request)
        language, boot = await read(
            self.kit.database, lambda session: self._boot(session, address)
        )
        response = page(
            "chat",
            language,
            name=self.kit.rules.product(language),
            start=request.query_params.get("start", "")[:64],
            mark="工",
            boot={**boot, "zone": self.kit.rules.zone},
        )
        if address is None:
            self.gate.let_in(response)
        return response

    def _boot(
        self, session: Session, address: str | None
    ) -> tuple[str, dict[str, Any]]:
        chat = history.chat_at(session, address) if address else None
        if chat is None:
            return self.kit.rules.language, {"menu": [], "shown": 0}
        worker = session.get_one(Worker, chat.worker_id)
        menu = history.bars(session, self.kit, chat, clock())
        return worker.language, {"menu": menu, "shown": chat.seen_number}

    async def messages(self, request: Request) -> Response:
        """Return a page of the history."""
        address = self.gate.address(request)
        after, before = asked_number(request, "after"), asked_number(request, "before")

        def look(session: Session) -> dict[str, Any]:
            chat = history.chat_at(session, address) if address else None
            if chat is None:
                return {
                    "chat": None,
                    "messages": [],
                    "more": False,
                    "last": 0,
                    "menu": [],
                }
            rows, more = history.messages(session, self.kit, chat, after, before)
            return {
                "chat": history.mark_of(chat, after or 0),
                "messages": rows,
                "more": more,
                "last": chat.last_number,
                "menu": history.bars(session, self.kit, chat, clock()),
                "language": session.get_one(Worker, chat.worker_id).language,
                "large": history.large_of(session, chat),
            }

        return answer_of(await read(self.kit.database, look))

    async def stream(self, request: Request) -> Response:
        """Send what follows a number as it is written, until the browser leaves."""
        address = self.gate.address(request)
        if address is None:
            return refusal_of(401, "Please refresh this page.", self._language(request))
        if not await self._has_room(request, address):
            return refusal_of(503, TOO_FAST, self._language(request), 5)
        return StreamingResponse(
            self._events(address, asked_number(request, "after") or 0),
            media_type="text/event-stream",
            headers={"Cache-Control": "no-store", "X-Accel-Buffering": "no"},
        )

    async def _has_room(self, request: Request, address: str) -> bool:
        """Tell whether one more stream may be held open; who has none asks again."""
        most = self.kit.config.page.streams
        if self._open.total() >= most or self._open[address] >= STREAMS:
            return False
        return await self._has_begun(address) or not self.gate.wait_to_look(request)

    async def _events(self, address: str, after: int) -> AsyncIterator[bytes]:
        stream = Stream(self.kit, self.news, self.closing, address)
        self._open[address] += 1
        try:
            async for piece in stream.events(after):
                yield piece
        finally:
            self._open[address] -= 1
            if not self._open[address]:
                del self._open[address]

    async def say(self, request: Request) -> Response:
        """Take what the worker says; the answer comes after the commit."""
        address, refusal = await self._admit(request)
        if address is None:
            return refusal
        body = await request.body()
        try:
            if len(body) > BODY_LIMIT:
                raise ValueError
            sent = Sent.model_validate_json(body)
        except ValueError:
            return refusal_of(400, UNREAD, self._language(request))
        return await self._take_one(incoming_of(sent, address))

    async def _take_one(self, incoming: Incoming) -> Response:
        await self._take([incoming])

        def look(session: Session) -> int | None:
            given = incoming.given_id or ""
            return history.number_of(session, incoming.address, given)

        return answer_of({"number": await read(self.kit.database, look)})

    async def _admit(self, request: Request) -> tuple[str | None, Response]:
        """Let a request of our own page through, at the allowed pace."""
        address, language = self.gate.address(request), self._language(request)
        if address is None:
            return None, refusal_of(401, "Please refresh this page.", language)
        if not self.gate.is_ours(request):
            return None, refusal_of(403, "Please refresh this page.", language)
        seconds = self.gate.wait_to_say(address)
        if seconds == 0 and not await self._has_begun(address):
            seconds = self.gate.wait_to_begin(request)
        if seconds > 0:
            return None, refusal_of(429, TOO_FAST, language, math.ceil(seconds))
        return address, Response()

    async def _has_begun(self, address: str) -> bool:
        """Tell whether a chat exists; that it does is looked up only once."""
        if address not in self._begun:
            if await chat_id_at(self.kit, address) is None:
                return False
            if len(self._begun) >= REMEMBERED:
                self._begun.clear()
            self._begun.add(address)
        return True

    async def shown(self, request: Request) -> Response:
        """Note how far the worker has seen the chat."""
        address = self.gate.address(request)
        if address is None or not self.gate.is_ours(request):
            return refusal_of(403, "Please refresh this page.", self._language(request))
        try:
            seen = Seen.model_validate_json(await request.body())
        except ValidationError:
            return refusal_of(400, UNREAD, self._language(request))
        language = self._language(request)
        if seconds := self.gate.wait_to_mark(address):
            return refusal_of(429, TOO_FAST, language, math.ceil(seconds))
        if not await self._has_begun(address):
            return answer_of({})
        self._seen[address] = max(seen.number, self._seen.get(address, 0))
        if self._marking is None or self._marking.done():
            self._marking = asyncio.create_task(self._mark())
        await asyncio.shield(self._marking)
        return answer_of({})

    async def type(self, request: Request) -> Response:
        """Remember how large the worker reads."""
        address, refusal = await self._admit(request)
        if address is None:
            return refusal
        try:
            chosen = Type.model_validate_json(await request.body())
        except ValidationError:
            return refusal_of(400, UNREAD, self._language(request))
        if await self._has_begun(address):
            await self.kit.writer.write(
                lambda session: history.keep_large(session, address, chosen.large)
            )
        return answer_of({})

    async def _mark(self) -> None:
        """Mark what was shown, all that has gathered in one transaction."""
        while seen := self._seen:
            self._seen = {}
            await self.kit.writer.write(
                lambda session, marks=seen: history.mark_shown(session, marks)  # type: ignore[misc]
            )

    def _language(self, request: Request) -> str:
        return language_of(request, self.kit.rules.language)
