"""Chromium, if this machine has one."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from playwright.sync_api import Browser, sync_playwright

from tests.conftest import CHROMIUM


@contextmanager
def chromium() -> Iterator[Browser]:
    """Start Chromium; neither it nor an event loop is left behind."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=CHROMIUM, args=["--no-sandbox"]
        )
        yield browser
        browser.close()
