"""A worker's phone with the chat page on it: taps and keystrokes are counted."""

from __future__ import annotations

import re

from playwright.sync_api import ConsoleMessage, Page, expect

from .chat_page import Bubble, ChatPage

PHONE = {
    "viewport": {"width": 390, "height": 844},
    "locale": "zh-CN",
    "timezone_id": "Asia/Shanghai",
    "has_touch": True,
    "is_mobile": True,
    "device_scale_factor": 2,
}

ANSWERS = {
    "请问您的姓名": "张三",
    "身份证号（18 位）": "440106199003070001",
    "您的手机号": "13812345678",
}
"""What nobody can tap."""

TAPS = {
    "您可以：": "我要入会",
    "您同意吗": "同意，开始填写",
    "哪一类工作": "货车司机",
    "怎么工作的": "打零工",
    "哪个城市": "广州市",
    "哪个区县": "白云区",
    "街道或镇": "跳过",
    "您是进城务工": "不是",
    "哪里入会": "工作的地方",
    "加入哪个工会": "请工会安排",
    "车牌号": "跳过",
    "开什么车": "跳过",
    "请核对": "提交",
}
"""What is tapped at each question, by a part of its words."""

RECEIVED = "结果会在这里告诉您"
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

    def answer(self, part: str, **other: str) -> None:
        """Wait for a question and answer it by a tap, or by typing what must be."""
        self.wait_for(part)
        if part in TAPS:
            self.tap(other.get(part, TAPS[part]))
        else:
            self.type(ANSWERS[part])

    def join(self, start: str = "您可以：", until: str = RECEIVED) -> Bubble:
        """Answer one question after another, as they come."""
        questions = [
            "您可以：",
            "您同意吗",
            *ANSWERS,
            *(part for part in TAPS if part not in ("您可以：", "您同意吗")),
        ]
        for part in questions[questions.index(start) :]:
            if part == until:
                break
            self.answer(part)
        return self.wait_for(until)

    def join_until_certificate(self) -> None:
        """Join as a domestic worker, up to the photo of a certificate."""
        self.join(until="哪一类工作")
        self.wait_for("哪一类工作")
        self.tap("家政服务员")
        for part in list(TAPS)[list(TAPS).index("怎么工作的") :]:
            if part not in ("车牌号", "开什么车", "请核对"):
                self.answer(part)
        self.wait_for("会做哪些")
        self.tap("跳过")
        self.wait_for("技能证书")

    def number(self) -> str:
        """Read the number of the application just received."""
        return dict(self.wait_for(RECEIVED).rows)["受理编号"]

    def expect_online(self) -> None:
        """Wait until the page says nothing of a lost connection."""
        expect(self.page.locator("#state")).to_have_text("", timeout=30_000)
