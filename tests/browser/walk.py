"""A walk over every page of the console in a browser, each with a row of one's own.

The site runs in this process, so that the rows are made as the other walks make them.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import pytest
import uvicorn
from playwright.sync_api import BrowserContext
from sqlalchemy import update
from starlette.types import ASGIApp, Receive, Scope, Send

from bot.app import App
from bot.console.doorkeeper import Doorkeeper
from bot.console.noun import Noun
from models.worker import Worker
from tests.bot.console.house import COOKIE, Colleague, House, house_of
from tests.bot.console.stages import MAKING, came
from tests.databases import SEEDED, Copy
from tests.programs import free_port
from tests.world import World

Addresses = dict[str, list[str]]
"""What can be opened, by the cookie it is opened with."""


@dataclass
class Walk:
    """A site that is another one for each noun, at one address."""

    copies: Copy
    url: str
    site: ASGIApp | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on to the site of now."""
        assert self.site is not None
        await self.site(scope, receive, send)

    @contextmanager
    def among(
        self, noun: Noun, language: str, kinds: tuple[type, ...]
    ) -> Iterator[Addresses]:
        """Open the site over rows of a noun; give the addresses of its pages."""
        with self.copies(SEEDED) as database, pytest.MonkeyPatch.context() as patch:
            patch.setattr(Doorkeeper, "_take", lambda *asked: 0.0)
            with house_of(World(database), patch) as house:
                self.site = App(house.world.kit).web
                found = addresses(house, noun, kinds)
                spoken = update(Worker).values(language=language)
                house.world.write(lambda session: session.exec(spoken))
                yield found


def addresses(house: House, noun: Noun, kinds: tuple[type, ...]) -> Addresses:
    """Return what of these kinds can be opened of a noun and is no file."""
    found: Addresses = {}
    roles = {page.rule.roles[0]: page for page in noun.pages}
    keyed = next((page for page in noun.pages if "{key}" in page.path), None)
    host = keyed.rule.roles[0] if keyed else ""
    browsers = {role: came(house, role) for role in roles}
    own = MAKING[noun.name](house, host).own if keyed else ""
    for page in (page for page in noun.pages if isinstance(page, kinds)):
        browser, path = browsers[page.rule.roles[0]], noun.address(page)
        path = path.replace("{key}", own)
        if is_page(browser, path):
            found.setdefault(browser.client.cookies[COOKIE], []).append(path)
    return found


def is_page(browser: Colleague, path: str) -> bool:
    answer = browser.get(path)
    assert answer.status_code == 200, path
    return answer.headers["content-type"].startswith("text/html")


def sign_in(context: BrowserContext, walk: Walk, token: str) -> None:
    """Let a browser come in as whoever a cookie is of."""
    context.add_cookies([{"name": COOKIE, "value": token, "url": walk.url}])


@contextmanager
def walking(copies: Copy) -> Iterator[Walk]:
    """Serve a walk's sites."""
    port = free_port()
    walk = Walk(copies, f"http://localhost:{port}")
    settings = {"port": port, "lifespan": "off", "log_config": None, "ws": "none"}
    server = uvicorn.Server(uvicorn.Config(walk, **settings))  # type: ignore[arg-type]
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    try:
        yield walk
    finally:
        server.should_exit = True
        thread.join()
