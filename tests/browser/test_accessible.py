"""Every page passes axe, an accessibility check, on a phone and on a desk."""

from __future__ import annotations

from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

from bot.console.nouns import NOUNS
from bot.database import Database
from models.staff import ADMINISTRATOR, CONSOLE, OFFICER, PARTNER_CLERK
from tests.people import invitation

from .conftest import NewConsole, NewPhone
from .console_page import DESK
from .phone import PHONE

pytestmark = pytest.mark.browser

RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "best-practice"]}
SCREENS = pytest.mark.parametrize("screen", [PHONE, DESK], ids=["phone", "desk"])


def faults(page: Page) -> list[str]:
    """Return what axe finds wrong with a page: the rule, and where."""
    found = Axe().run(page, options=RULES).response["violations"]
    return [
        f"{one['id']}: {node['html'][:120]}" for one in found for node in one["nodes"]
    ]


def pages_of(role: str) -> list[str]:
    """Return the addresses a role can open that are about no row, and no file."""
    return [
        noun.address(page)
        for noun in NOUNS
        for page in noun.pages
        if role in page.rule.roles and not {"{", "."} & {*page.path}
    ]


@SCREENS
@pytest.mark.parametrize("role", [OFFICER, ADMINISTRATOR])
def test_every_page_of_the_console_is_accessible(
    phone: NewPhone,
    console: NewConsole,
    database: Database,
    screen: dict[str, Any],
    role: str,
) -> None:
    staff = phone().visit(f"/?start={invitation(database, role=role)}")
    staff.wait_for_last("您现在是")
    page = console(**screen)
    page.enter(staff)
    found: dict[str, list[str]] = {}
    for path in pages_of(role):
        page.page.goto(page.url + path)
        wrong = faults(page.page)
        found |= {path: wrong} if wrong else {}
    assert found == {}


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


def test_both_roles_cover_what_staff_see() -> None:
    covered = {*pages_of(OFFICER), *pages_of(ADMINISTRATOR)}
    others = {
        path for role in CONSOLE if role != PARTNER_CLERK for path in pages_of(role)
    }
    assert others <= covered
