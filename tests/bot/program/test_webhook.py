"""Webhook mode: an update is answered with 200 only once its effect is committed."""

from __future__ import annotations

import asyncio
import io
import itertools
from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import orjson
import pytest
import pytest_asyncio
from sqlalchemy import text
from sqlmodel import Session, func, select

from models.arrival import Arrival
from tests.databases import Copy
from tests.telegram_server import TelegramServer

from .running import Running, running, until

pytestmark = pytest.mark.asyncio(loop_scope="module")

SECRET = "a-secret-of-the-webhook"
WEBHOOK = {
    "telegram__mode": "webhook",
    "telegram__webhook_secret": SECRET,
    # Nobody listens there; see `reroute`.
    "web__base_url": "https://localhost:9",
}
numbers = itertools.count(1)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def life(
    copies: Copy, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Running]:
    async with running(copies, tmp_path_factory.mktemp("webhook"), **WEBHOOK) as made:
        await reroute(made.telegram, made)
        yield made
        assert made.telegram.refused == []


async def reroute(telegram: TelegramServer, life: Running) -> None:
    """Let Telegram post to this machine once it has been told the public address."""
    await until(lambda: telegram.intake.webhook is not None)
    hook = telegram.intake.webhook
    assert hook is not None
    assert hook.url == "https://localhost:9/telegram"
    hook.url = f"{life.program.url}/telegram"


def update(life: Running, said: str, chat: int = 0) -> dict[str, Any]:
    """Make an update as Telegram does, of a person that may be told something."""
    person = life.person() if not chat else life.telegram.person(chat)
    sender = {"id": person.chat.id, "is_bot": False, "first_name": "工人"}
    return {
        "update_id": next(numbers),
        "message": {
            "message_id": 1,
            "date": 1,
            "from": sender,
            "chat": {"id": person.chat.id, "type": "private"},
            "text": said,
        },
    }


async def post(life: Running, body: Any, secret: str | None = SECRET) -> int:
    headers = {"X-Telegram-Bot-Api-Secret-Token": secret} if secret else {}
    data = io.BytesIO(body if isinstance(body, bytes) else orjson.dumps(body))
    url = f"{life.program.url}/telegram"
    async with (
        aiohttp.ClientSession() as client,
        client.post(url, headers=headers, data=data) as answer,
    ):
        return answer.status


def arrivals(life: Running) -> int:
    return life.look(lambda s: s.exec(select(func.count()).select_from(Arrival)).one())


async def test_a_worker_joins_by_webhook(life: Running) -> None:
    worker = life.person()
    await life.join(worker)
    assert len(life.applications(worker)) == 1
    assert life.telegram.calls["getUpdates"] == 0


@pytest.mark.parametrize("secret", [None, "wrong", SECRET[:-1], "é" * 20])
async def test_a_call_without_the_secret_is_turned_away(
    life: Running, secret: str | None
) -> None:
    before = arrivals(life)
    assert await post(life, update(life, "你好"), secret) == 403
    assert arrivals(life) == before


async def test_what_is_no_update_is_refused_and_never_fails(life: Running) -> None:
    assert await post(life, b"{") == 400
    assert await post(life, b"[]") == 200
    assert await post(life, {"update_id": 7}) == 200
    assert await post(life, {"update_id": 8, "message": {"text": 1}}) == 200
    assert await post(life, b" " * (1 << 20) + b"{}") == 413


async def test_the_answer_waits_for_the_commit(life: Running) -> None:
    sent = update(life, "你好")
    with life.database.writing.begin() as connection:
        if not life.database.is_sqlite:
            connection.execute(text("LOCK TABLE arrival IN EXCLUSIVE MODE"))
        posting = asyncio.create_task(post(life, sent))
        done, _ = await asyncio.wait([posting], timeout=0.5)
        assert not done
    assert await posting == 200

    def is_there(session: Session) -> bool:
        key = ("telegram", "123456789", str(sent["update_id"]))
        return session.get(Arrival, key) is not None

    assert life.look(is_there)


async def test_an_update_posted_five_times_at_once_has_one_effect(
    life: Running,
) -> None:
    sent = update(life, "你好")
    statuses = await asyncio.gather(*(post(life, sent) for _ in range(5)))
    assert set(statuses) == {200}
    worker = life.telegram.person(sent["message"]["chat"]["id"])
    assert len(await life.settled(worker)) == 1


async def test_what_was_posted_while_the_program_was_down_is_answered(
    life: Running,
) -> None:
    worker = life.person(timeout=30)
    await life.kill()
    await worker.say("你好")
    await life.start()
    await reroute(life.telegram, life)
    assert "这里是职工之家" in (await worker.hear()).text
