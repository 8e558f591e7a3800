"""The application: all parts put together and run; only this module knows them all."""

import asyncio
import contextlib
import fcntl
import gc
import logging
import resource
import signal
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import uvicorn
from sqlmodel import Session
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Mount, Route

from bot.calendars import Calendars
from bot.cards import Cards
from bot.certificates import Certificates
from bot.channels import Channel
from bot.channels.page import Page
from bot.channels.telegram import Telegram
from bot.config import Config
from bot.console.nouns import NOUNS
from bot.console.site import Console
from bot.database import Writer, in_transaction, is_writable, open_database, read
from bot.erased import ErasedList, forget_listed
from bot.export import Exports
from bot.files import Files
from bot.forms import Forms
from bot.inbox import Inbox
from bot.keys import agree, load_keys
from bot.kit import Kit, rules_of
from bot.metrics import CountErrors
from bot.news import News
from bot.noticing import Noticing
from bot.outbox import Outbox
from bot.pace import Pace
from bot.pages import (
    BodyLimit,
    SameOrigin,
    SecurityHeaders,
    headers_of,
    page,
    translated,
)
from bot.scheduler import Clock
from bot.schema import migrate, require_current
from bot.scraping import Scraping
from bot.settings import ConfigError, make_folder
from models.place import read_atlas

STOP_SECONDS = 10
FILES = 65_536
"""How many files and connections may be open at once, where the system allows."""

FORM_ROOM = 64 * 1024
"""What a request may carry around the largest upload."""

FOREIGN = "Please open the page at our own address and try again."

log = logging.getLogger(__name__)


class AlreadyRunning(ConfigError):
    """Another process uses this embedded database; stop it first (permanent)."""

    def __init__(self, path: Path) -> None:
        super().__init__([f"{path}: another zhigong uses this database; stop it first"])


def open_kit(config: Config) -> Kit:
    """Open keys and database, migrate the embedded one, and check that all fit."""
    load_keys(config)  # before an embedded database exists
    make_folder(config)
    database = open_database(config.database_url, config.database.pool)
    if config.embedded:
        migrate(database)
    require_current(database)
    # Read in there, for a rotation writes the file before it tells the database.
    keys = in_transaction(database, lambda session: agree(session, load_keys(config)))
    rules = rules_of(config)
    with Session(database.reading) as session:
        atlas = read_atlas(session)
    return Kit(config, database, Writer(database), keys, rules, atlas)


def require_places(kit: Kit) -> None:
    """Refuse to serve where nobody could finish joining."""
    atlas = kit.atlas
    for name, found in (
        ("divisions", atlas.divisions),
        ("unions", atlas.unions),
        ("groups", atlas.groups),
    ):
        if not found:
            raise ConfigError(
                [
                    f"places: no {name} are loaded, so nobody could join; load your "
                    "own (./run import, see README), or ./run import sample"
                ]
            )


@contextlib.contextmanager
def alone(config: Config, lock: str = "zhigong.lock") -> Iterator[None]:
    """Hold the embedded database against other processes; the kernel lets go of it."""
    if not config.embedded:
        yield
        return
    make_folder(config)
    path = config.data / lock
    with path.open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise AlreadyRunning(path) from None
        yield


class App:
    """One running product."""

    def __init__(self, kit: Kit) -> None:
        self.kit = kit
        config = kit.config
        self.news = News()
        self.files = Files(kit)
        self.page = Page(kit, self.news, self.files)
        self.telegram = (
            Telegram(config, self.files) if config.telegram.enabled else None
        )
        found: list[Channel] = [self.page, *([self.telegram] if self.telegram else [])]
        self.channels = {channel.name: channel for channel in found}
        cans = {name: channel.can for name, channel in self.channels.items()}
        paces = {"telegram": _pace(config)}
        senders = config.telegram.senders
        self.outbox = Outbox(kit, self.channels, paces, senders, self.news.tell)
        self.noticing = Noticing(kit, self.channels, paces, self.outbox.put)
        self.inbox = Inbox(kit, cans, self.outbox)
        self.clock = Clock(kit, self.inbox, self.outbox)
        self.erased = ErasedList(kit, self.inbox.cut)
        self.forms = Forms(kit, cans, self.outbox.put)
        self.exports = Exports(kit, cans, self.outbox.put)
        self.cards = Cards(kit, self.page.gate.wait_to_check)
        self.calendars = Calendars(kit, self.page.gate.wait_to_check)
        self.console = Console(kit, cans, self.outbox.put, NOUNS)
        self.certificates = Certificates(kit, self.page.gate.wait_to_check)
        self.scraping = Scraping(kit)
        self.web = self._web()

    def _web(self) -> Starlette:
        routes: list[Route | Mount] = [
            *self.page.routes(self.inbox.take),
            *self.forms.routes(),
            *self.exports.routes(),
            *self.cards.routes(),
            *self.calendars.routes(),
            *self.console.routes(),
            *self.certificates.routes(),
            *self.scraping.routes(),
            Route("/healthz", self.health),
        ]
        if self.telegram:
            routes += self.telegram.routes(self.inbox.take)
        web = Starlette(
            routes=routes,
            exception_handlers={404: self.not_found, 500: self.failed},
        )
        base_url = self.kit.config.web.base_url
        upload = self.kit.config.web.upload_mb << 20
        foreign = self._sorry(403, "This came from another site", FOREIGN)
        web.add_middleware(BodyLimit, most=upload + FORM_ROOM)
        web.add_middleware(SameOrigin, base_url=base_url, refusal=foreign)
        web.add_middleware(SecurityHeaders, secure=self.is_secure)
        return web

    @property
    def is_secure(self) -> bool:
        """Tell whether people reach us over TLS."""
        return self.kit.config.web.base_url.startswith("https://")

    async def health(self, request: Request) -> Response:
        """Say whether the database answers."""
        ok = await read(self.kit.database, is_writable)
        return JSONResponse({"ok": ok})

    async def not_found(self, request: Request, error: Exception) -> Response:
        """Show that there is nothing here, and the way back."""
        return self._sorry(404, "There is nothing here", "The address may be mistyped.")

    async def failed(self, request: Request, error: Exception) -> Response:
        """Show that something went wrong on our side.

        This is answered around all middleware, so the headers are put on here.
        """
        answer = self._sorry(
            500, "Something went wrong", "Please try again in a minute."
        )
        answer.headers.update(headers_of(self.is_secure))
        return answer

    def _sorry(self, status: int, title: str, text: str) -> Response:
        language = self.kit.rules.language
        words: dict[str, Any] = {
            "name": self.kit.rules.product(language),
            "title": translated(language, title),
            "text": translated(language, text),
        }
        return page("error", language, status, **words)

    async def run(self) -> None:
        """Run until told to stop; then finish what is in flight and let go."""
        server = self._server()
        stop = asyncio.Event()
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, stop.set)
        inbox = asyncio.create_task(self.inbox.run())
        listing = asyncio.create_task(self.erased.run())
        await self.outbox.recover()
        await self.clock.start()
        self.noticing.start(self.clock.leading)
        tasks = [asyncio.create_task(server.serve())]
        if self.telegram:
            tasks.append(asyncio.create_task(self._telegram(self.telegram)))
        ended = asyncio.create_task(stop.wait())
        done, _ = await asyncio.wait(
            [ended, inbox, *tasks], return_when=asyncio.FIRST_COMPLETED
        )
        await self._stop(server, inbox, [*tasks, listing])
        for task in done - {ended}:
            if not task.cancelled() and task.exception():
                raise task.exception()  # type: ignore[misc]

    async def _stop(
        self,
        server: uvicorn.Server,
        inbox: asyncio.Task[None],
        tasks: list[asyncio.Task[None]],
    ) -> None:
        """End intake, then sending, then the clock."""
        self.page.closing.set()
        self.console.live.closing.set()
        server.should_exit = True
        await asyncio.wait([tasks[0]], timeout=STOP_SECONDS / 2)
        for task in (*tasks, inbox):
            task.cancel()
        await asyncio.gather(*tasks, inbox, return_exceptions=True)
        await self.noticing.stop(STOP_SECONDS / 4)
        await self.clock.stop()  # or a sweep might renew the leases given back
        await self.outbox.stop(STOP_SECONDS / 2)
        if self.telegram:
            await self.telegram.close()
        self.kit.writer.close()
        self.kit.database.close()

    async def _telegram(self, telegram: Telegram) -> None:
        """Set Telegram up, and poll while this process leads."""
        await telegram.start()
        if self.kit.config.telegram.mode == "webhook":
            await asyncio.Event().wait()  # for ever: a task that ends stops the program
        while True:
            await self.clock.leading.wait()
            poll = asyncio.create_task(telegram.poll(self.inbox.take))
            try:
                while self.clock.leading.is_set() and not poll.done():
                    await asyncio.wait([poll], timeout=1.0)
            finally:
                poll.cancel()
                (ended,) = await asyncio.gather(poll, return_exceptions=True)
            if isinstance(ended, Exception):
                log.error("updates could not be taken", exc_info=ended)
                await asyncio.sleep(1.0)

    def _server(self) -> uvicorn.Server:
        config = self.kit.config
        proxies = ",".join(str(network) for network in config.web.trusted_proxies)
        return _Server(
            uvicorn.Config(
                self.web,
                host=config.web.host,
                port=config.web.port,
                log_config=None,
                access_log=False,
                server_header=False,
                proxy_headers=bool(proxies),
                forwarded_allow_ips=proxies or None,
                timeout_graceful_shutdown=2,
                lifespan="off",
                ws="none",
            )
        )


class _Server(uvicorn.Server):
    """uvicorn without its own signal handlers; ours stop all parts in order."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Leave the signals alone."""
        yield


def _pace(config: Config) -> Pace:
    pace = config.pace
    return Pace(
        per_second=pace.telegram_per_second,
        chat_per_second=pace.chat_per_second,
        chat_burst=pace.chat_burst,
        group_per_minute=pace.group_per_minute,
    )


def _open_more_files() -> None:
    """Raise how many files and connections may be open; each chat page holds one."""
    allowed, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = FILES if most == resource.RLIM_INFINITY else min(FILES, most)
    if allowed < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, most))


def run(kit: Kit) -> None:
    """Run the product until it is told to stop."""
    import uvloop

    _open_more_files()
    logging.getLogger().addHandler(CountErrors(kit.metrics))
    with alone(kit.config):
        forget_listed(kit)
        uvloop.run(_run(kit))


async def _run(kit: Kit) -> None:
    app = App(kit)
    # What lives as long as the program need not be looked through for garbage.
    gc.collect()
    gc.freeze()
    await app.run()
