"""Fetching: what a person sent is brought here before its update is handled."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import replace
from functools import partial

from telegram import Bot
from telegram.error import BadRequest, TelegramError

from bot.channels.telegram.read import Given, Update, document_of, photo_of, read
from bot.database import is_outage
from bot.files import Files
from bot.pictures import cleaned
from handlers.turn import Incoming
from models.document import PDF, looks_like_one

TRIES = 3
SECONDS = 15.0
"""How often, and how long in all, a file is fetched before it is given up."""

SECONDS_A_MEGABYTE = 1.0
"""How much longer a large one may take."""

LARGEST = 20 << 20
"""How many bytes the Bot API hands out of one file."""

Bring = Callable[[], Awaitable[Incoming]]

AT_ONCE = 4
"""How many files are brought side by side; each lies in memory meanwhile."""

log = logging.getLogger(__name__)


class Fetching:
    """Reads updates, with the files they speak of."""

    def __init__(self, api: Bot, files: Files, bot: str, trusted: bool) -> None:
        self._api, self._files, self._bot, self._trusted = api, files, bot, trusted
        self._room = asyncio.Semaphore(AT_ONCE)

    async def read(self, update: Update) -> Incoming | None:
        """Return what a person did; None where that is nothing."""
        incoming = read(update, self._bot)
        if incoming is None:
            return None
        if photo := photo_of(update):
            return await self._or(incoming, partial(self._with_photo, incoming, photo))
        if given := document_of(update):
            lost = replace(incoming, text="lost")
            return await self._or(lost, partial(self._with_document, incoming, given))
        return incoming

    async def _or(self, lost: Incoming, bring: Bring) -> Incoming:
        """Return what comes with its file; what fails there keeps no update from us."""
        async with self._room:
            try:
                return await bring()
            except Exception as error:
                if is_outage(error):
                    raise
                log.warning("a file could not be brought: %s", type(error).__name__)
                return lost

    async def _with_photo(self, incoming: Incoming, photo: str) -> Incoming:
        data = await self._fetched(photo, SECONDS)
        if data is None:
            return incoming
        return replace(incoming, data=await cleaned(data), mime="image/jpeg")

    async def _with_document(self, incoming: Incoming, given: Given) -> Incoming:
        """Keep a document where one is wanted; else say nothing of it."""
        owner = await self._files.owner_of(incoming, self._trusted)
        if not owner:
            return incoming
        fault, data = await self._looked_at(given)
        if fault:
            return replace(incoming, text=fault)
        return replace(
            incoming, file=await self._files.keep(owner, given.name, data), mime=PDF
        )

    async def _looked_at(self, given: Given) -> tuple[str, bytes]:
        """Return what is wrong with a document, and its bytes."""
        if given.mime != PDF and not looks_like_one(given.name, b""):
            return "type", b""
        most = min(self._files.most, LARGEST)
        if given.size > most:
            return f"large:{most >> 20}", b""
        seconds = SECONDS + SECONDS_A_MEGABYTE * (given.size >> 20)
        data = await self._fetched(given.id, seconds)
        return ("lost", b"") if data is None else (await self._files.fault(data), data)

    async def _fetched(self, file_id: str, seconds: float) -> bytes | None:
        """Fetch, and again where that fails; None where it is given up."""
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                for _ in range(TRIES):
                    try:
                        return await self._bytes(file_id)
                    except BadRequest:
                        break
                    except TelegramError:
                        continue
        return None

    async def _bytes(self, file_id: str) -> bytes:
        file = await self._api.get_file(file_id)
        return bytes(await file.download_as_bytearray())
