"""The Telegram channel: polling or webhook in, one Bot API call a message out.

Updates are acknowledged only after their commit: the next getUpdates offset, or the
webhook's 200.  None of the library's queues, handlers or persistence is used.
"""

import asyncio
import hmac
import logging
import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any

import orjson
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

# Otherwise the library warns of seconds given as whole numbers.
os.environ.setdefault("PTB_TIMEDELTA", "true")

from telegram import Bot, BotCommand
from telegram.error import (
    BadRequest,
    Conflict,
    Forbidden,
    InvalidToken,
    NetworkError,
    RetryAfter,
    TelegramError,
)

from bot.channels import (
    IN_BULK,
    Can,
    Outgoing,
    Refused,
    Stopped,
    TryLater,
    Uncertain,
    Unreachable,
)
from bot.channels.telegram.draw import draw
from bot.channels.telegram.enclosing import Enclosing
from bot.channels.telegram.fetching import Fetching
from bot.channels.telegram.http import Http, NotConnected
from bot.channels.telegram.lanes import Lanes, Take
from bot.channels.telegram.polling import Polling
from bot.channels.telegram.read import COMMANDS, WANTED, Update, callback_of
from bot.config import Config
from bot.files import Files
from bot.words import LANGUAGES, Reader
from bot.words import text_of as words_of
from handlers.say import Word

PATH = "/telegram"
BODY_LIMIT = 1 << 20
STAND_BY_SECONDS = 5.0
"""How long to wait when another program polls for the same bot."""

TOKEN_SECONDS = 60.0
"""How long to wait when Telegram does not know our token."""

log = logging.getLogger(__name__)


class Telegram:
    """One bot on Telegram."""

    name = "telegram"

    def __init__(self, config: Config, files: Files) -> None:
        settings = config.telegram
        token = settings.token.get_secret_value()
        self.config = config
        self.bot = token.partition(":")[0]
        typed = settings.private_answers == "typed"
        self.can = Can(
            push=True, history=False, trusted=typed, lasting=True, retracts=True
        )
        self._http = Http(settings.senders + IN_BULK + 16)
        self._poll_http = Http(1, read_seconds=settings.poll_seconds + 15)
        self._secret = settings.webhook_secret.get_secret_value()
        self._api = Bot(
            token,
            base_url=settings.base_url,
            base_file_url=settings.base_url.removesuffix("/bot") + "/file/bot",
            request=self._http,
            get_updates_request=self._poll_http,
        )
        self._url = f"{settings.base_url}{token}"
        self._beside: set[asyncio.Task[None]] = set()
        self.files = files
        self._fetching = Fetching(self._api, files, self.bot, typed)
        self._enclosing = Enclosing(self._api, files)

    async def start(self) -> None:
        """Tell Telegram how updates come, and what the command menu is."""
        await self._http.initialize()
        await self._poll_http.initialize()
        await self._set_up()

    async def _set_up(self) -> None:
        for attempt in range(1, 1_000_000):
            try:
                await self._announce()
                return
            except InvalidToken:
                log.error("Telegram does not know this token; check telegram.token")
                await asyncio.sleep(TOKEN_SECONDS)
            except TelegramError as error:
                log.warning("Telegram cannot be set up yet: %s", type(error).__name__)
                await asyncio.sleep(min(30.0, attempt))

    async def _announce(self) -> None:
        if self.config.telegram.mode == "webhook":
            await self._api.set_webhook(
                self.config.address + PATH,
                secret_token=self._secret,
                allowed_updates=WANTED,
                max_connections=40,
            )
        else:
            await self._api.delete_webhook()
        for language in LANGUAGES:
            reader = Reader(language)
            menu = [
                BotCommand(name, words_of(Word("menu", f"command_{name}"), reader))
                for name in COMMANDS
            ]
            code = {"zh-CN": None, "en": "en"}[language]
            await self._api.set_my_commands(menu, language_code=code)

    async def close(self) -> None:
        """Close the connections."""
        for task in self._beside:
            task.cancel()
        await self._http.shutdown()
        await self._poll_http.shutdown()

    async def poll(self, take: Take) -> None:
        """Fetch updates and hand them in, until cancelled."""
        polling = Polling(self._fetching.read, take)
        try:
            while True:
                self._acknowledge(await self._round(polling))
        finally:
            await polling.end()

    async def _round(self, polling: Polling) -> list[Update]:
        """Fetch once; return what was new."""
        offset = polling.offset()
        try:
            updates = await self._fetch(offset)
        except RetryAfter as wait:
            await asyncio.sleep(_seconds(wait))
        except Conflict:
            log.warning("another program polls for this bot; standing by")
            await asyncio.sleep(STAND_BY_SECONDS)
        except TelegramError as error:
            log.warning("polling failed: %s", type(error).__name__)
            await asyncio.sleep(1.0)
        else:
            return await polling.take(updates)
        return []

    async def _fetch(self, offset: int | None) -> list[Update]:
        seconds = self.config.telegram.poll_seconds
        call: dict[str, Any] = {
            "timeout": seconds,
            "limit": 100,
            "allowed_updates": WANTED,
        }
        if offset is not None:
            call["offset"] = offset
        found: list[Update] = await self._poll_http.call(
            f"{self._url}/getUpdates", call, read_seconds=seconds + 15
        )
        return found

    def _acknowledge(self, updates: Iterable[Update]) -> None:
        """Stop the spinner on the buttons that were pressed; losing this is no loss."""
        for update in updates:
            query = callback_of(update)
            if query:
                task = asyncio.create_task(self._answer(query))
                self._beside.add(task)
                task.add_done_callback(self._beside.discard)

    async def _answer(self, query: str) -> None:
        try:
            await self._http.call(
                f"{self._url}/answerCallbackQuery", {"callback_query_id": query}
            )
        except TelegramError as error:
            log.debug("a press was not acknowledged: %s", type(error).__name__)

    def routes(self, take: Take) -> list[Route]:
        """Return the webhook's route."""
        lanes = Lanes(self._fetching.read, take)

        async def webhook(request: Request) -> Response:
            given = request.headers.get("X-Telegram-Bot-Api-Secret-Token", "")
            if not hmac.compare_digest(given.encode(), self._secret.encode()):
                return Response(status_code=403)
            body = await request.body()
            if len(body) > BODY_LIMIT:
                return Response(status_code=413)
            try:
                update = orjson.loads(body)
            except ValueError:
                return Response(status_code=400)
            await lanes.put(update)
            self._acknowledge([update])
            return Response(status_code=200)

        if self.config.telegram.mode != "webhook":
            return []
        return [Route(PATH, webhook, methods=["POST"])]

    async def send(self, message: Outgoing) -> str:
        """Send one message; a refused markup goes again as plain text."""
        try:
            return await self._send(message, plain=False)
        except BadRequest as error:
            if "parse entities" not in str(error).lower():
                raise Refused("bad_request") from None
        try:
            return await self._send(message, plain=True)
        except BadRequest:
            raise Refused("bad_request") from None

    async def retract(self, address: str, external_id: str) -> None:
        """Delete a message of ours; Telegram lets us for two days."""
        call = {"chat_id": int(address), "message_id": int(external_id)}
        with _undelivered():
            try:
                await self._http.call(f"{self._url}/deleteMessage", call)
            except BadRequest:
                raise Refused("bad_request") from None

    async def _send(self, message: Outgoing, plain: bool) -> str:
        with _undelivered():
            sent = await self._call(message, plain)
        return str(sent["message_id"])

    async def _call(self, message: Outgoing, plain: bool) -> dict[str, Any]:
        call = draw(message.body, message.address, plain)
        number = await self._enclosing.send(message, call["reply_markup"])
        if number is not None:
            return {"message_id": number}
        sent: dict[str, Any] = await self._http.call(f"{self._url}/sendMessage", call)
        return sent


@contextmanager
def _undelivered() -> Iterator[None]:
    """Say in our own words why a call failed; a refused request is the caller's."""
    try:
        yield
    except RetryAfter as wait:
        raise TryLater(_seconds(wait)) from None
    except Forbidden:
        raise Stopped from None
    except NotConnected:
        raise Unreachable from None
    except InvalidToken:
        log.error("Telegram does not know this token; check telegram.token")
        raise TryLater(TOKEN_SECONDS) from None
    except BadRequest:
        raise
    except NetworkError:
        raise Uncertain from None
    except TelegramError:
        raise Refused("telegram") from None


def _seconds(wait: RetryAfter) -> float:
    seconds = wait.retry_after
    return seconds if isinstance(seconds, int) else seconds.total_seconds()
