"""Every page passes axe, an accessibility check, on a phone and on a desk.

Of the console, each is looked at with a row that is there: in Chinese on a phone, what
is no form also in English on a desk.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser
from playwright.sync_api import Page as Tab

from bot.console.noun import Form, Noun, Page
from bot.console.nouns import NOUNS
from tests.databases import Copy

from .conftest import NewConsole, NewPhone
from .console_page import DESK, STICKS_OUT
from .phone import PHONE
from .walk import Walk, sign_in, walking

pytestmark = pytest.mark.browser

RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "best-practice"]}
SCREENS = pytest.mark.parametrize("screen", [PHONE, DESK], ids=["phone", "desk"])


def faults(page: Tab) -> list[str]:
    """Return what axe finds wrong with a page: the rule, and where."""
    found = Axe().run(page, options=RULES).response["violations"]
    return [
        f"{one['id']}: {node['html'][:120]}" for one in found for node in one["nodes"]
    ]


@pytest.fixture(scope="module")
def walk(sqlite_copies: Copy) -> Iterator[Walk]:
    with walking(sqlite_copies) as made:
        yield made


@pytest.fixture(scope="module")
def tab(browser: Browser) -> Iterator[Tab]:
    context = browser.new_context(**DESK)
    yield context.new_page()
    context.close()


@pytest.mark.parametrize("noun", NOUNS, ids=lambda noun: noun.name)
@pytest.mark.parametrize(
    ("language", "screen", "kinds"),
    [("zh-CN", PHONE, (Page, Form)), ("en", DESK, (Page,))],
    ids=["phone", "desk"],
)
def test_every_page_of_the_console_is_accessible(
    walk: Walk,
    tab: Tab,
    noun: Noun,
    language: str,
    screen: dict[str, Any],
    kinds: tuple[type, ...],
) -> None:
    found: dict[str, Any] = {}
    with walk.among(noun, language, kinds) as addresses:
        for token, paths in addresses.items():
            sign_in(tab.context, walk, token)
            for path in paths:
                tab.goto(walk.url + path)
                tab.set_viewport_size(screen["viewport"])
                wrong = [*faults(tab), *sticking_out(tab)]
                found |= {path: wrong} if wrong else {}
    assert found == {}


def sticking_out(tab: Tab) -> list[Any]:
    """Return what is wider than a phone or a desk, or too small to touch there."""
    found: list[Any] = []
    for screen in (PHONE, DESK):
        tab.set_viewport_size(screen["viewport"])  # type: ignore[arg-type]
        found += filter(None, tab.evaluate(STICKS_OUT).values())
    return found


@SCREENS
def test_the_door_of_the_console_is_accessible(
    console: NewConsole, screen: dict[str, Any]
) -> None:
    page = console(**screen)
    for path in ("sign-in", "nothing", "enter/x"):
        page.page.goto(f"{page.url}/console/{path}")
        assert faults(page.page) == [], path


@SCREENS
def test_the_chat_is_accessible(phone: NewPhone, screen: dict[str, Any]) -> None:
    worker = phone(**screen).visit()
    assert faults(worker.page) == []
    worker.join(until="请核对")
    assert faults(worker.page) == []
