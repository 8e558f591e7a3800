"""A worker's phone with the chat page on it: taps and keystrokes are counted."""

from __future__ import annotations

import itertools
import re

from playwright.sync_api import ConsoleMessage, Page, expect

from tests.models.cast import resident_id
from tests.people import ANSWERS, RECEIVED

from .chat_page import Bubble, ChatPage

PHONE = {
    "viewport": {"width": 390, "height": 844},
    "locale": "zh-CN",
    "timezone_id": "Asia/Shanghai",
    "has_touch": True,
    "is_mobile": True,
    "device_scale_factor": 2,
}

HOME = "您可以："
CHECK = "请核对"
QUESTIONS = [HOME, *(part for part in ANSWERS if part != CHECK), CHECK]
"""What a driver is asked, in order."""

ID = "身份证号（18 位）"
TYPED = ("请问您的姓名", ID, "您的手机号")
"""What nobody can tap."""

PEOPLE = itertools.count(1)
"""Everybody is somebody else: one program is there for all these tests."""

WHILE_DOWN = "Failed to load resource: net::ERR_"
TURNED_AWAY = "the server responded with a status of 429"
HARMLESS = re.compile(f"{WHILE_DOWN}|{TURNED_AWAY}")
"""What Chromium itself logs while the server is down, or asks to wait."""


class Phone(ChatPage):
    """One person's phone."""

    def __init__(self, page: Page, url: str) -> None:
        super().__init__(page)
        self.url = url
        self.taps = 0
        self.keystrokes = 0
        self.complaints: list[str] = []
        page.on("console", self._hear)
        page.on("pageerror", lambda error: self.complaints.append(str(error)))

    def _hear(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning") and not HARMLESS.search(message.text):
            self.complaints.append(message.text)

    def visit(self, path: str = "/") -> Phone:
        """Open the chat."""
        self.open(self.url + path)
        return self

    def tap(self, label: str) -> None:
        """Touch a choice."""
        self.taps += 1
        self.press(label)

    def type(self, text: str) -> None:
        """Type a message and send it: a touch, and one more to call the keyboard."""
        self.taps += 1 if self.is_writing() else 2
        self.keystrokes += len(text)
        self.say(text)

    def answer(self, part: str) -> None:
        """Wait for a question and answer it by a tap, or by typing what must be."""
        self.wait_for(part)
        if part == ID:
            self.type(resident_id(next(PEOPLE)))
        elif part in TYPED:
            self.type(ANSWERS[part])
        else:
            self.tap("我要入会" if part == HOME else ANSWERS[part])

    def join(self, start: str = HOME, until: str = RECEIVED) -> Bubble:
        """Answer one question after another, as they come."""
        for part in QUESTIONS[QUESTIONS.index(start) :]:
            if part == until:
                break
            self.answer(part)
        return self.wait_for(until)

    def join_until_certificate(self) -> None:
        """Join as a domestic worker, up to the photo of a certificate."""
        self.join(until="哪一类工作")
        self.tap("家政服务员")
        self.join(start="怎么工作的", until="加入哪个工会")
        self.answer("加入哪个工会")
        self.wait_for("会做哪些")
        self.tap("跳过")
        self.wait_for("技能证书")

    def number(self) -> str:
        """Read the number of the application just received."""
        return dict(self.wait_for(RECEIVED).rows)["受理编号"]

    def expect_online(self) -> None:
        """Wait until the page says nothing of a lost connection."""
        expect(self.page.locator("#state")).to_have_text("", timeout=30_000)
