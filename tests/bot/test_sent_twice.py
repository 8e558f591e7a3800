"""Every POST of the product sent twice at once, and again: it has the effect of one.

The forms of the console are walked in console/test_fuzz.py, which makes rows for them;
here is all else that changes anything.
"""

from __future__ import annotations

import asyncio
import hashlib
import io
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any

import pytest
from httpx2 import ASGITransport, AsyncClient
from PIL import Image
from sqlmodel import Session, col, select
from starlette.routing import Route

from bot.app import App
from bot.config import Config
from bot.console.noun import Form
from bot.console.nouns import NOUNS
from bot.database import Database, Writer
from bot.kit import clock
from bot.outbox import Outbox
from bot.sections import Product, Telegram, Web
from models.chat import Chat
from models.credential import set_credential
from models.totp import SECONDS, code_at
from models.worker import Worker
from tests.adapters import LINK, PAGE, SENDER, Adapter
from tests.databases import KINDS, SEEDED, Copy
from tests.papers import pdf
from tests.world import World

from .contents import Contents, contents_of

TOKEN = "t" * 43
ADDRESS = hashlib.sha256(TOKEN.encode()).hexdigest()
"""The cookie of a chat page, and the chat it opens."""

ON_PAGE = {
    "headers": {"x-requested-with": "zhigong", "cookie": f"zhigong={TOKEN}"},
}
WEBHOOK_SECRET = "a-secret-of-the-webhook"
TELEGRAM = Telegram(
    token="123456789:AAabcdefghijklmnopqrstuvwxyz0123456",  # type: ignore[arg-type]
    mode="webhook",
    webhook_secret=WEBHOOK_SECRET,  # type: ignore[arg-type]
    private_answers="link",
)
ON_TELEGRAM = replace(LINK, name="telegram")
PASSWORD, OTP = "春天的木棉花开了满树通红", "A" * 32

Sent = dict[str, Any]


@dataclass(frozen=True)
class Post:
    """A request that changes something: what makes it, and in what it counts again."""

    make: Callable[[World], Sent]
    counted: tuple[str, ...] = ()
    adapter: Adapter = PAGE


def visit(world: World) -> None:
    """Begin a chat on the page."""
    world.do("hello", who=ADDRESS)


def say(world: World) -> Sent:
    visit(world)
    return ON_PAGE | {"json": {"id": "browser-1", "kind": "text", "text": "入会"}}


def send_photo(world: World) -> Sent:
    world.fill("certificate", ADDRESS, group="家政服务员")
    picture = io.BytesIO()
    Image.new("RGB", (8, 8)).save(picture, "JPEG")
    files = {"file": ("a.jpg", picture.getvalue(), "image/jpeg")}
    return ON_PAGE | {"data": {"id": "browser-1"}, "files": files}


def send_document(world: World) -> Sent:
    world.say("求助", ADDRESS)
    world.say("两个月没有发工资，有合同。", ADDRESS)
    assert world.asked(ADDRESS) == "photo"
    files = {"file": ("合同.pdf", pdf(), "application/pdf")}
    return ON_PAGE | {"data": {"id": "browser-1"}, "files": files}


def see(world: World) -> Sent:
    visit(world)
    return ON_PAGE | {"json": {"number": 1}}


def read_large(world: World) -> Sent:
    visit(world)
    return ON_PAGE | {"json": {"large": True}}


def fill_in(world: World) -> Sent:
    world.fill("resident_id")
    return {"token": linked(world, "工人"), "data": {"value": "440106199003070001"}}


def fetch(world: World) -> Sent:
    world.fill("sure")
    world.say("提交")
    world.say("导出资料")
    return {"token": linked(world, "工人")}


def enter(world: World) -> Sent:
    world.appoint("4401")
    world.say("工作台", "社工")
    return {"token": linked(world, "社工")}


def linked(world: World, who: str) -> str:
    """Return the token of the newest link somebody was given."""
    body = next(body for body in reversed(world.screens[who]) if "link" in body)
    return str(body["link"][1]).rsplit("/", 1)[1]


def sign_in(world: World) -> Sent:
    world.appoint("4401")

    def work(session: Session) -> str:
        of_staff = select(Chat.worker_id).where(col(Chat.address) == "社工")
        worker = session.get_one(Worker, session.exec(of_staff).one())
        return set_credential(session, world.kit.keys, worker, PASSWORD, OTP).number

    code = code_at(OTP, int(world.now.timestamp()) // SECONDS)
    number = world.write(work)
    return {"data": {"number": number, "password": PASSWORD, "code": code}}


def update(world: World) -> Sent:
    chat = {"id": SENDER["id"], "type": "private"}
    message = {"message_id": 1, "date": 1, "from": SENDER, "chat": chat, "text": "入会"}
    secret = {"X-Telegram-Bot-Api-Secret-Token": WEBHOOK_SECRET}
    return {"headers": secret, "json": {"update_id": 1, "message": message}}


POSTS = {
    "/chat/send": Post(say),
    "/chat/photo": Post(send_photo),
    "/chat/document": Post(send_document),
    "/chat/shown": Post(see),
    "/chat/type": Post(read_large),
    "/form/{token}": Post(fill_in, adapter=ON_TELEGRAM),
    "/export/{token}": Post(fetch),
    "/console/enter/{token}": Post(enter),
    "/console/sign-in": Post(sign_in, counted=("tries",)),
    "/telegram": Post(update),
}
"""What changes something, but for the console's forms; one more is a line here."""


@pytest.mark.parametrize("path", POSTS)
@pytest.mark.parametrize("kind", KINDS)
def test_what_is_sent_twice_has_one_effect(
    request: pytest.FixtureRequest,
    monkeypatch: pytest.MonkeyPatch,
    kind: str,
    path: str,
) -> None:
    copies: Copy = request.getfixturevalue(f"{kind}_copies")
    monkeypatch.setattr(Outbox, "put", lambda self, written: None)
    post, made = POSTS[path], []
    for at_once in (1, 2):
        with (
            copies(SEEDED) as database,
            site_of(database, post, monkeypatch) as (world, app),
            asyncio.Runner() as loop,
        ):
            sent = post.make(world)
            address = path.replace("{token}", sent.pop("token", ""))
            before = world.write(contents_of)
            loop.run(send(app, address, sent, at_once))
            after = world.write(contents_of)
            assert after != before
            made.append(counted(after, post))
            loop.run(send(app, address, sent, 1))
            again = world.write(contents_of)
            assert without(again, post) == without(after, post)
    assert made[0] == made[1]


def test_every_post_is_sent_twice_somewhere(
    sqlite: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    forms = {
        noun.address(page)
        for noun in NOUNS
        for page in noun.pages
        if isinstance(page, Form)
    }
    with site_of(sqlite, POSTS["/telegram"], monkeypatch) as (_, app):
        routes = [route for route in app.web.routes if isinstance(route, Route)]
    posts = {route.path for route in routes if "POST" in (route.methods or ())}
    assert posts == forms | {*POSTS}


@contextmanager
def site_of(
    database: Database, post: Post, monkeypatch: pytest.MonkeyPatch
) -> Iterator[tuple[World, App]]:
    """Open the whole site over a world; its clock is the world's."""
    world = World(database, post.adapter)
    world.kit.writer = Writer(database)
    world.kit.config = Config.model_construct(
        product=Product(), web=Web(), telegram=TELEGRAM
    )
    for module in [*sys.modules.values()]:
        if (
            getattr(module, "clock", None) is clock
            and module.__name__ != clock.__module__
        ):
            monkeypatch.setattr(module, "clock", lambda: world.now)
    try:
        yield world, App(world.kit)
    finally:
        world.kit.writer.close()


async def send(app: App, address: str, sent: Sent, times: int) -> None:
    """Send the same request so many times at once, to a site that is at work."""
    inbox = asyncio.create_task(app.inbox.run())
    transport = ASGITransport(app=app.web)
    async with AsyncClient(transport=transport, base_url="http://localhost") as client:
        asked = [client.post(address, **sent) for _ in range(times)]
        answers = await asyncio.gather(*asked)
    inbox.cancel()
    assert all(answer.status_code < 500 for answer in answers)
    assert answers[0].status_code != 404


def without(found: Contents, post: Post) -> Contents:
    """Return what a database holds, but for where vain repetitions are counted."""
    return {name: rows for name, rows in found.items() if name not in post.counted}


def counted(found: Contents, post: Post) -> dict[str, int]:
    return {name: len(rows) for name, rows in without(found, post).items()}
