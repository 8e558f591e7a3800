"""The console as a staff member uses it in a browser."""

from __future__ import annotations

import re
from typing import Any

from playwright.sync_api import BrowserContext, ConsoleMessage, Page, expect

from tests.browser.phone import Phone

DESK: dict[str, Any] = {
    "viewport": {"width": 1280, "height": 800},
    "locale": "zh-CN",
    "timezone_id": "Asia/Shanghai",
}
"""A computer on a desk."""

STICKS_OUT = """() => {
  const over = document.scrollingElement.scrollWidth - innerWidth;
  const touched = "a, button, input:not([type=hidden]), select, textarea";
  const within = ".row, .tick input, th input, .option input, .seek input, .skip";
  const small = [...document.querySelectorAll(touched)]
    .filter(one => one.checkVisibility() && !one.matches(within))
    .filter(one => one.getBoundingClientRect().height < 44)
    .map(one => one.outerHTML.slice(0, 60));
  return {over, small};
}"""
"""How far a page is wider than its screen, and what is too small to touch."""


class ConsolePage:
    """The console in one browser; what it complains of is kept."""

    def __init__(self, context: BrowserContext, url: str) -> None:
        self.page: Page = context.new_page()
        self.url = url
        self.complaints: list[str] = []
        self.page.on("console", self._hear)
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.on("request", self._asked)

    def _hear(self, message: ConsoleMessage) -> None:
        is_answer = "the server responded with a status of 4" in message.text
        if message.type in ("error", "warning") and not is_answer:
            self.complaints.append(message.text)

    def _asked(self, request: Any) -> None:
        local = (self.url, "data:", "blob:")
        if not request.url.startswith(local):
            self.complaints.append(f"asks elsewhere: {request.url}")

    def enter(self, chat: Phone) -> None:
        """Ask for a link in one's own chat, and come in by it."""
        chat.type("工作台")
        chat.wait_for_last("只能用一次")
        link = chat.page.locator('a[href*="/console/enter/"]').last
        path = str(link.get_attribute("href"))
        self.page.goto(path if path.startswith("http") else self.url + path)
        self.press("登录")
        self.expect("今天")

    def go(self, name: str) -> None:
        """Open a part of the console by the menu; a long menu has more of them."""
        way = self.page.locator(".menu > a").filter(has_text=name)
        if not way.is_visible():
            self.page.locator(".menu summary").click()
            way = self.page.locator(".menu .more a").filter(has_text=name)
        way.click()
        self.expect(name)

    def press(self, name: str) -> None:
        """Touch a button or a link by what it is called."""
        exactly = re.compile(f"^{re.escape(name)}$")
        button = self.page.locator("main button, main a.button")
        button.filter(has_text=exactly).first.click()

    def expect(self, text: str) -> None:
        """Wait until the page says something."""
        expect(self.page.locator("main")).to_contain_text(text)

    def faults(self) -> dict[str, Any]:
        """Measure what is wider than the screen or too small to touch."""
        found: dict[str, Any] = self.page.evaluate(STICKS_OUT)
        return {name: value for name, value in found.items() if value}
