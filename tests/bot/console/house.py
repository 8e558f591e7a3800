"""The console for tests: real requests to the real site, by people of a small world."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from html import unescape
from typing import Any

from anyio.from_thread import BlockingPortal, start_blocking_portal
from httpx2 import Response as Answer
from starlette.applications import Starlette
from starlette.responses import Response
from starlette.testclient import TestClient

from bot.console import sign_in, site
from bot.console.nouns import NOUNS
from bot.console.site import Console
from bot.database import Writer
from bot.pages import SameOrigin, SecurityHeaders
from bot.step import Written
from tests.world import World

COOKIE = "zhigong-console"
KEY = re.compile(r'name="once" value="([^"]+)"')
UNDO = re.compile(r'action="([^"]+/undo[^"]+)"')
MARKUP = re.compile(r"<[^>]+>")


class Colleague:
    """A staff member's browser."""

    def __init__(self, web: Starlette, loop: BlockingPortal) -> None:
        self.client = TestClient(
            web, follow_redirects=False, headers={"accept-language": "zh-CN"}
        )
        self.client.portal = loop

    def get(self, path: str) -> Answer:
        """Open a page."""
        return self.client.get(path)

    def read(self, path: str) -> str:
        """Open a page that must be there; return its words."""
        shown = self.get(path)
        assert shown.status_code == 200, (path, shown.status_code)
        return words_of(shown)

    def key(self, path: str = "/console/account/leave-all") -> str:
        """Return the key of a form, as a page carries it."""
        found = KEY.search(self.get(path).text)
        assert found is not None
        return found[1]

    def undo(self, path: str) -> str:
        """Return where the button of a page sends that undoes its decision."""
        found = UNDO.search(self.get(path).text)
        assert found is not None
        return found[1]

    def send(self, path: str, once: str | None = None, **fields: Any) -> Answer:
        """Send a form."""
        data = {"once": self.key() if once is None else once, **fields}
        return self.client.post(path, data=data)

    def do(self, path: str, **fields: Any) -> str:
        """Send a form that must be carried out; return the words of the next page."""
        done = self.send(path, **fields)
        assert done.status_code == 303, words_of(done)
        return words_of(self.get(done.headers["location"]))


class House:
    """A world whose staff also work in the console."""

    def __init__(self, world: World, loop: BlockingPortal) -> None:
        self.world, self.loop = world, loop
        self.sent: list[Written] = []
        self.console = Console(world.kit, world.cans, self.sent.append, NOUNS)
        self.web = Starlette(routes=self.console.routes())
        elsewhere = Response(status_code=403)
        self.web.add_middleware(SameOrigin, base_url="", refusal=elsewhere)
        self.web.add_middleware(SecurityHeaders, secure=False)

    def browser(self) -> Colleague:
        """Open a browser in which nobody is signed in."""
        return Colleague(self.web, self.loop)

    def link(self, who: str = "社工") -> str:
        """Ask for a link in the chat; return its path."""
        body = self.world.say("工作台", who)[-1]
        return str(body["link"][1]).removeprefix(self.world.kit.config.address)

    def enter(self, who: str = "社工") -> Colleague:
        """Let somebody come in by the link from their chat."""
        browser = self.browser()
        done = browser.client.post(self.link(who))
        assert done.status_code == 303, words_of(done)
        return browser

    def appoint(self, role: str, union: str = "4401", who: str = "") -> Colleague:
        """Appoint somebody and let them in."""
        self.world.appoint(union, who or role, role)
        return self.enter(who or role)


def words_of(shown: Answer) -> str:
    """Return what a page says."""
    text = MARKUP.sub(" ", shown.text.partition("<body")[2])
    return re.sub(r"\s+", " ", unescape(text))


@contextmanager
def house_of(world: World, monkeypatch: Any) -> Iterator[House]:
    """Open the console over a world; its clock is the world's."""
    world.kit.writer = Writer(world.database)
    for module in (site, sign_in):
        monkeypatch.setattr(module, "clock", lambda: world.now)
    try:
        # One loop for all that is asked: a client would start one for each request.
        with start_blocking_portal() as loop:
            yield House(world, loop)
    finally:
        world.kit.writer.close()
