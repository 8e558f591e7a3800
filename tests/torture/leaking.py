"""Leaking: canaries at the real program, on Telegram and on the page, logging all.

Their words also go where they do not belong: into addresses, forms and bad requests.
"""

from __future__ import annotations

import asyncio
import importlib.util
import secrets
from dataclasses import replace
from pathlib import Path

import httpx

from tests.databases import opened
from tests.programs import Program, ours_at_work
from tests.torture.canaries import Canary, Found, folders_of, search
from tests.torture.joining import FIRST_CHAT, Lived, Question, driver, join

OWN_PAGE = {"X-Requested-With": "zhigong"}


async def serve(people: int, database: str = "") -> Found:
    """Let some canaries use the program, kill it, and search all it has written."""
    found = Found(people)
    async with ours_at_work(database, product__log_level="DEBUG") as (server, ours):
        ours.start()
        await asyncio.to_thread(ours.wait_until_healthy)
        lives = [Lived(number) for number in range(people)]
        await asyncio.gather(
            *(
                join(server.person(FIRST_CHAT + life.number), _answers(life), life)
                for life in lives
            )
        )
        for number in range(people, 2 * people):
            await asyncio.to_thread(_visit, found, ours, Canary(number))
        await asyncio.to_thread(_print, ours)
        ours.kill()
        joined = sum(life.finished for life in lives)
        found.must_be("joined through Telegram", joined, people)
        with opened(ours.database) as made:
            search(found, folders_of(made, ours.folder), "")
    return found


def _answers(life: Lived) -> list[Question]:
    """Answer as a driver with a canary's name."""
    name = Canary(life.number).facts["name"]
    return [
        replace(q, answer=name, kept=name) if q.name == "full_name" else q
        for q in driver(life.number)
    ]


def _visit(found: Found, ours: Program, canary: Canary) -> None:
    """Talk on the page, ask for what is not there, and be erased."""
    facts, words = canary.facts, canary.facts["own words"]
    with httpx.Client(base_url=ours.url, headers=OWN_PAGE, timeout=30) as browser:
        browser.get("/", params={"start": words})
        for said in (words, "入会", "1", facts["name"], facts["ID number"]):
            _say(browser, said)
        for said in (f"{words}不是手机号", facts["mobile"], facts["plate"]):
            _say(browser, said)
        _get_wrong(found, browser, words)
        before = browser.get("/chat/messages").json()
        for said in ("删除我的资料", "删除"):
            _say(browser, said)
        after = browser.get("/chat/messages").json()
    if before["chat"] == after["chat"] or len(after["messages"]) != 1:
        found.faults.append(f"the page still shows {len(after['messages'])} messages")


def _say(browser: httpx.Client, text: str) -> None:
    sent = {"id": secrets.token_hex(8), "kind": "text", "text": text}
    browser.post("/chat/send", json=sent).raise_for_status()


def _get_wrong(found: Found, browser: httpx.Client, words: str) -> None:
    """Send a canary where nobody expects it; no answer may repeat it."""
    answers = [
        browser.get(f"/{words}"),
        browser.get(f"/form/{words}"),
        browser.get(f"/chat/photo/{words}"),
        browser.get("/chat/messages", params={"after": words, "before": 0}),
        browser.post(f"/form/{words}", data={"value": words}),
        browser.post("/chat/send", json={"id": words, "kind": words}),
        browser.post("/chat/photo", data={"id": words}),
        browser.post("/chat/shown", content=words.encode()),
    ]
    echoed = [a.url.path for a in answers if words in a.text]
    found.faults += [f"{path} repeats what it was asked" for path in echoed]


def _print(ours: Program) -> None:
    """Keep what the commands print beside the rest, to be searched."""
    commands: list[tuple[str, ...]] = [("report", "applications", "--csv")]
    if importlib.util.find_spec("bot.backup"):
        commands.append(("backup",))
    for number, command in enumerate(commands):
        done = ours.run(*command)
        assert done.returncode == 0, done.stderr
        path = Path(ours.folder) / f"printed-{number}.txt"
        path.write_text(done.stdout + done.stderr, encoding="utf-8")
