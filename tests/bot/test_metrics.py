"""What Prometheus reads: with the token alone, and nothing of anybody."""

from __future__ import annotations

import asyncio
import logging
from datetime import timedelta
from typing import Any

import pytest
from prometheus_client.parser import text_string_to_metric_families
from pydantic import SecretStr
from starlette.applications import Starlette
from starlette.testclient import TestClient

from bot.inbox import Inbox
from bot.kit import Kit, clock
from bot.metrics import CountErrors, Metrics
from bot.outbox import Outbox
from bot.scraping import Scraping
from handlers.turn import Incoming
from models.fact import LAST_BACKUP, remember
from models.lease import LEADER, take
from models.message import Kind
from models.presence import announce

from .mail import Post, until
from .test_step import CANS

TOKEN = "t" * 32


@pytest.fixture
def guarded(kit: Kit) -> Kit:
    web = kit.config.web.model_copy(update={"metrics_token": SecretStr(TOKEN)})
    kit.config = kit.config.model_copy(update={"web": web})
    return kit


def client(kit: Kit) -> TestClient:
    return TestClient(Starlette(routes=Scraping(kit).routes()))


def read(kit: Kit) -> dict[str, float]:
    """Read the page as Prometheus does; labels follow the name."""
    shown = client(kit).get("/metrics", headers={"authorization": f"Bearer {TOKEN}"})
    assert shown.status_code == 200
    assert shown.headers["cache-control"] == "no-store"
    return {
        " ".join([one.name, *one.labels.values()]): one.value
        for family in text_string_to_metric_families(shown.text)
        for one in family.samples
    }


def test_without_a_token_there_is_no_page(kit: Kit) -> None:
    for headers in ({}, {"authorization": "Bearer "}, {"authorization": "Bearer x"}):
        assert client(kit).get("/metrics", headers=headers).status_code == 404


@pytest.mark.parametrize(
    "given", ["", "Bearer", "Bearer x", f"Basic {TOKEN}", TOKEN, f"Bearer {TOKEN}x"]
)
def test_another_token_reads_nothing(guarded: Kit, given: str) -> None:
    shown = client(guarded).get("/metrics", headers={"authorization": given})
    assert (shown.status_code, shown.content) == (401, b"")
    assert shown.headers["www-authenticate"] == "Bearer"


def test_it_says_how_the_product_is(guarded: Kit) -> None:
    found = read(guarded)
    assert found["zhigong_database_bytes"] > 0
    assert found["zhigong_disk_free_bytes"] > 0
    assert found["zhigong_leader"] == found["zhigong_processes"] == 0
    assert found["zhigong_queue messages"] == 0
    assert found["zhigong_queue_oldest_seconds messages"] == 0
    assert "zhigong_backup_age_seconds" not in found


async def test_it_says_who_leads_and_how_old_the_backup_is(guarded: Kit) -> None:
    now = clock()

    def work(session: Any) -> None:
        announce(session, guarded.process, guarded.keys, now)
        take(session, LEADER, guarded.process, now, 60)
        made = now - timedelta(hours=1)
        remember(session, LAST_BACKUP, made.isoformat())

    await guarded.writer.write(work)
    found = read(guarded)
    assert found["zhigong_leader"] == found["zhigong_processes"] == 1
    assert 3600 <= found["zhigong_backup_age_seconds"] < 3700


async def test_it_counts_updates_and_what_became_of_messages(guarded: Kit) -> None:
    outbox = Outbox(guarded, {"post": Post()}, {}, 8)
    inbox = Inbox(guarded, CANS, outbox)
    secret = "张三-13812345678"
    incoming = Incoming("post", "", secret, "1", kind="text", text=secret)

    running = asyncio.create_task(inbox.run())
    await inbox.take([incoming])
    sent = "zhigong_messages_total post sent reply"
    await until(lambda: read(guarded).get(sent, 0) >= 1)
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
    await outbox.stop(1)
    found = read(guarded)
    assert found["zhigong_updates_total post"] == 1
    assert found["zhigong_update_seconds_count"] == 1
    assert found["zhigong_send_seconds_count post"] >= 1
    assert not any("张三" in name or "138" in name for name in found)


def test_errors_are_counted_by_who_logged_them() -> None:
    metrics = Metrics()
    log = logging.getLogger("bot.test_metrics")
    log.propagate = False
    log.addHandler(CountErrors(metrics))
    log.error("of 张三")
    log.warning("no error")
    log.critical("worse")
    assert metrics.all_errors == 2


def test_kinds_and_fates_are_written_as_words() -> None:
    metrics = Metrics()
    metrics.messages.labels("post", Kind.REPLY, "sent").inc()
    (family,) = metrics.messages.collect()
    assert family.samples[0].labels["kind"] == "reply"
