"""The chat page as a worker uses it: say, press, read, wait.

Tests speak in these words, so only this module knows how the page is built.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from playwright.sync_api import Locator, Page, expect

READ = """turns => turns.map(turn => {
  const text = (name) => (turn.querySelector(name) || {textContent: ""}).textContent;
  const all = (name) => [...turn.querySelectorAll(name)].map(one => one.textContent);
  const labels = all(".facts dt"), values = all(".facts dd");
  return {
    number: Number(turn.dataset.number) || null,
    side: ["worker", "person", "bot"].find(side => turn.classList.contains(side)),
    title: text(".title"),
    rows: labels.map((label, index) => [label, values[index]]),
    text: text(".text"),
    choices: all(".choice .label"),
    link: text(".detail .label"),
    place: text(".place"),
    pictured: turn.querySelector(".picture") !== null,
    past: turn.classList.contains("past"),
    waiting: turn.querySelector(".sending") !== null,
    refusal: text(".refusal > span"),
  };
})"""

STICKS_OUT = """() => {
  const over = (box) => box.scrollWidth - box.clientWidth;
  const seen = (name) => [...document.querySelectorAll(name)]
    .filter(one => !one.closest(".speaker"));
  const most = (name) => Math.max(0, ...seen(name).map(over));
  const box = (name) => document.querySelector(name).getBoundingClientRect();
  const popup = document.querySelector(".popup");
  const open = popup ? popup.getBoundingClientRect() : box("#page");
  return {
    "the page": document.scrollingElement.scrollWidth - innerWidth,
    "the log": over(document.getElementById("scroll")),
    "words": most(".label, .text, .title, dd, h1"),
    "the bar over a message": box("#log > :last-child").bottom - box("#bar").top,
    "the bar below the screen": box("#bar").bottom - innerHeight,
    "the pop-up": Math.max(-open.left, -open.top, open.right - innerWidth),
  };
}"""
"""How many pixels stick out of where they belong."""


@dataclass(frozen=True)
class Bubble:
    """One message as it stands on the screen."""

    number: int | None
    side: str
    title: str
    rows: tuple[tuple[str, str], ...]
    text: str
    choices: tuple[str, ...]
    link: str
    place: str
    pictured: bool
    past: bool
    waiting: bool
    refusal: str

    @classmethod
    def read(cls, seen: dict[str, Any]) -> Bubble:
        """Make a value of what the browser found in one turn."""
        rows = tuple((label, value) for label, value in seen["rows"])
        return cls(**{**seen, "rows": rows, "choices": tuple(seen["choices"])})

    def choice(self, part: str) -> str:
        """Give the whole label of the one choice that holds this part."""
        (found,) = [label for label in self.choices if part in label]
        return found


class ChatPage:
    """The chat page in a browser."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.log = page.locator("#log")

    def open(self, url: str) -> None:
        """Open the chat and wait until its menus can be touched."""
        self.page.goto(url)
        expect(self.page.locator("#menus .menu").first).to_be_attached()

    def say(self, text: str) -> None:
        """Type a message and send it, calling the phone's keyboard first."""
        if not self.is_writing():
            self.page.click("#text" if self._field_is_shown() else "#to-text")
        self.page.fill("#text", text)
        self.page.click("#send")

    def is_writing(self) -> bool:
        """Tell whether the field has the keyboard."""
        field = self.page.locator("#text")
        return bool(field.evaluate("field => field === document.activeElement"))

    def press(self, label: str) -> None:
        """Touch the newest choice, or the row of the open menu, with this label."""
        exactly = re.compile(f"^{re.escape(label)}$")
        row = self.page.locator(".popup button").filter(has_text=exactly)
        named = self.page.locator(".label").filter(has_text=exactly)
        choice = self.log.locator(".choice").filter(has=named)
        row.or_(choice).last.click()

    def open_menu(self, label: str) -> None:
        """Touch one of the menus at the bottom; one with a single row acts at once."""
        if self.page.locator("#menus").is_hidden():
            self.page.click("#to-menu")
        menus = self.page.locator("#menus .menu > button")
        menus.filter(has_text=label).click()

    def touch(self, name: str) -> None:
        """Touch a button of the page by what it is called."""
        self.page.get_by_role("button", name=name, exact=True).click()

    def send_photo(self, path: Path) -> None:
        """Choose a picture to send."""
        self.page.set_input_files("#file", path)

    def messages(self) -> list[Bubble]:
        """Read everything on the screen, oldest first."""
        seen = self.log.locator(".turn").evaluate_all(READ)
        return [Bubble.read(one) for one in seen]

    def last(self) -> Bubble:
        """Read the newest message."""
        return self.messages()[-1]

    def wait_for(self, text: str) -> Bubble:
        """Wait until a message holding this text is shown; answer the newest one."""
        turn = self._turn(text).last
        expect(turn).to_be_visible()
        return Bubble.read(turn.evaluate(f"turn => ({READ})([turn])[0]"))

    def wait_for_last(self, text: str) -> Bubble:
        """Wait until the newest message holds this text; answer it."""
        expect(self.log.locator(".turn").last).to_contain_text(text)
        return self.last()

    def sticking_out(self) -> dict[str, float]:
        """Measure what is wider than the screen, or hidden by the bottom bar."""
        found = self.page.evaluate(STICKS_OUT)
        return {part: pixels for part, pixels in found.items() if pixels > 0.5}

    def wait_until_sent(self) -> None:
        """Wait until the server has taken everything the worker said."""
        expect(self.log.locator(".sending")).to_have_count(0)

    def notice(self) -> str:
        """Read the line under the title, such as a lost connection."""
        return self.page.locator("#state").inner_text()

    def unread(self) -> str:
        """Read the browser tab's title, where unread messages are counted."""
        return self.page.title()

    def _field_is_shown(self) -> bool:
        return self.page.locator("#say").is_visible()

    def _turn(self, text: str) -> Locator:
        return self.log.locator(".turn").filter(has_text=text)
