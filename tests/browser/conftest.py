"""A phone's browser and the real program, for the tests of the pages.

Playwright's event loop must not outlive this package: the asynchronous tests of others
run their own.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, expect, sync_playwright

from bot.database import Database
from tests.databases import SEEDED, Copy, url_of
from tests.programs import Program

from .phone import PHONE, Phone
from .reviewing import invitation

QUICK = {"page__new_per_minute": 10_000, "page__per_minute": 10_000, "page__burst": 999}
"""One machine plays many visitors here; the test of the limits sets its own."""

NewPhone = Callable[..., Phone]


@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    """Start Chromium."""
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(
            executable_path=shutil.which("chromium"), args=["--no-sandbox"]
        )
        expect.set_options(timeout=20_000)
        yield chromium
        chromium.close()


@pytest.fixture(scope="package")
def database(sqlite_copies: Copy) -> Iterator[Database]:
    """Give the database the program works on."""
    with sqlite_copies(SEEDED) as made:
        yield made


@pytest.fixture(scope="package")
def program(
    database: Database, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Program]:
    """Run the program, on the page alone."""
    url = url_of(database)
    folder = tmp_path_factory.mktemp("program")
    made = Program(folder, url, review__undo_seconds=1, **QUICK)
    made.start()
    made.wait_until_healthy()
    yield made
    made.kill()


@pytest.fixture
def phone(browser: Browser, program: Program) -> Iterator[NewPhone]:
    """Give new phones; in the end none may have complained in its console."""
    with ExitStack() as stack:
        phones: list[Phone] = []

        def new(**other: Any) -> Phone:
            context: BrowserContext = browser.new_context(**{**PHONE, **other})
            stack.callback(context.close)
            phones.append(Phone(context.new_page(), f"http://localhost:{program.port}"))
            return phones[-1]

        yield new
        complaints = [line for one in phones for line in one.complaints]
        assert complaints == []


@pytest.fixture
def reviewer(phone: NewPhone, database: Database) -> Phone:
    """Give the phone of somebody who has opened a social worker's invitation."""
    staff = phone().visit(f"/?start={invitation(database)}")
    staff.wait_for_last("您现在是“广州市总工会”的工作人员")
    return staff
