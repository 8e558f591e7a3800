"""The page's live stream: what is written in a chat is sent while the browser is there.

Other processes may write in the same chat and cannot wake us: where there may be any,
a stream looks by itself, slice by slice.
"""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

from sqlmodel import Session

from bot.channels.page import history
from bot.channels.page.protocol import event_of
from bot.database import read
from bot.kit import Kit, clock
from bot.news import News, wait
from models.worker import Worker

PING_SECONDS = 15.0
SLICE_SECONDS = 1.0
"""How often a stream looks for what other processes wrote, if there may be any."""

PATIENCE = 30
"""How many slices a stream waits for a chat that has not begun."""


async def chat_id_at(kit: Kit, address: str) -> int | None:
    """Return the id of the chat of a cookie, once it has begun."""

    def look(session: Session) -> int | None:
        chat = history.chat_at(session, address)
        return chat.id if chat else None

    return await read(kit.database, look)


@dataclass(frozen=True)
class Stream:
    """One browser's stream, until it leaves or `closing` is set."""

    kit: Kit
    news: News
    closing: asyncio.Event
    address: str

    async def events(self, after: int) -> AsyncIterator[bytes]:
        """Yield every message that follows a number, and the menus when they change.

        The chat's mark comes first; it ends the stream when it changes, for what the
        browser shows is then no longer there.
        """
        yield b": hello\n\n"
        chat_id = await chat_id_at(self.kit, self.address)
        if chat_id is None:
            yield event_of("chat", None)
        for _ in range(PATIENCE):  # until the first message makes the chat
            if chat_id is not None or self.closing.is_set():
                break
            await asyncio.sleep(SLICE_SECONDS)
            chat_id = await chat_id_at(self.kit, self.address)
        if chat_id is None:
            return
        event = self.news.watch(chat_id)
        try:
            async for piece in self._follow(event, after):
                yield piece
        finally:
            self.news.forget(chat_id, event)

    async def _follow(self, event: asyncio.Event, after: int) -> AsyncIterator[bytes]:
        bars: Any = None
        shown: str | None = None
        spoken = ""
        large: bool | None = None
        quiet = 0.0
        slice_ = PING_SECONDS if self.kit.database.is_sqlite else SLICE_SECONDS
        while not self.closing.is_set():
            mark, rows, menu, language, type_ = await self._written(after)
            if mark is None or mark != shown:
                yield event_of("chat", mark)
                if mark is None or shown is not None:
                    return
                shown = mark
            for row in rows:
                after = row["number"]
                yield event_of("message", row, after)
            if rows and menu != bars:
                bars = menu
                yield event_of("menu", menu)
            if rows and language != spoken:
                spoken = language
                yield event_of("language", language)
            if rows and type_ is not None and type_ != large:
                large = type_
                yield event_of("large", type_)
            if len(rows) == history.PAGE:
                continue
            quiet = 0.0 if rows else quiet
            if not await wait(event, slice_):
                quiet += slice_
            if quiet >= PING_SECONDS:
                quiet = 0.0
                yield b": ping\n\n"

    async def _written(
        self, after: int
    ) -> tuple[str | None, list[history.Row], Any, str, bool | None]:
        def look(
            session: Session,
        ) -> tuple[str | None, list[history.Row], Any, str, bool | None]:
            chat = history.chat_at(session, self.address)
            mark = history.mark_of(chat, after)
            if chat is None or chat.last_number <= after:
                return mark, [], None, "", None
            rows, _ = history.messages(session, self.kit, chat, after=after)
            language = session.get_one(Worker, chat.worker_id).language
            bars = history.bars(session, self.kit, chat, clock())
            return mark, rows, bars, language, history.large_of(session, chat)

        return await read(self.kit.database, look)
