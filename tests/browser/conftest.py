"""A phone's browser and the real program, for the tests of the pages.

Playwright's event loop must not outlive this package: the asynchronous tests of others
run their own.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, expect

from bot.database import Database
from tests.databases import SEEDED, Copy, url_of
from tests.people import invitation
from tests.programs import Program

from .chromium import chromium
from .console_page import DESK, ConsolePage
from .phone import PHONE, Phone

QUICK = {"page__new_per_minute": 10_000, "page__per_minute": 10_000, "page__burst": 999}
"""One machine plays many visitors here; the test of the limits sets its own."""

NewPhone = Callable[..., Phone]
NewConsole = Callable[..., ConsolePage]


@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    """Start Chromium."""
    expect.set_options(timeout=20_000)
    with chromium() as started:
        yield started


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
    folder = tmp_path_factory.mktemp("program")
    own = {"review__undo_seconds": 1, "notices__second_above": 0, **QUICK}
    made = Program(folder, url_of(database), **own)
    with made.serving():
        yield made


@pytest.fixture
def phone(browser: Browser, program: Program) -> Iterator[NewPhone]:
    """Give new phones, at this program or another; none may complain in its console."""
    with ExitStack() as stack:
        phones: list[Phone] = []

        def new(at: Program = program, **other: Any) -> Phone:
            context: BrowserContext = browser.new_context(**{**PHONE, **other})
            stack.callback(context.close)
            phones.append(Phone(context.new_page(), f"http://localhost:{at.port}"))
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


@pytest.fixture
def console(browser: Browser, program: Program) -> Iterator[NewConsole]:
    """Give new browsers for the console; none may complain or ask elsewhere."""
    with ExitStack() as stack:
        opened: list[ConsolePage] = []

        def new(**screen: Any) -> ConsolePage:
            context = browser.new_context(**(screen or DESK))
            stack.callback(context.close)
            opened.append(ConsolePage(context, f"http://localhost:{program.port}"))
            return opened[-1]

        yield new
        assert [line for one in opened for line in one.complaints] == []
