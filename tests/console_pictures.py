"""The pictures of the console: what an officer of the demo sees in a day."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from playwright.sync_api import Browser, Page, expect

from tests.browser.console_page import DESK, ConsolePage
from tests.browser.phone import PHONE, Phone
from tests.browser.test_case_talk import ask_for_help


def pictures(browser: Browser, url: str, invited: str) -> Iterator[tuple[str, Page]]:
    """Yield each page that has a picture, under its name, as it is to be seen."""
    settings: dict[str, Any] = PHONE
    worker, chat = (
        Phone(browser.new_context(**settings).new_page(), url).visit(path)
        for path in ("/", invited)
    )
    chat.wait_for_last("您现在是")
    console = ConsolePage(browser.new_context(**DESK), url)
    console.enter(chat)
    number = ask_for_help(worker)
    console.go("今天")
    yield "today", console.page
    console.go("入会审批")
    yield "applications", console.page
    open_first(console, "applications")
    console.press("通过，进周转库")
    console.expect("办好了")
    open_first(console, "members")
    console.expect("个人资料")
    yield "member", console.page
    talk(console, worker, number)
    yield "talk", console.page
    write(console)
    console.press("谁会收到")
    console.expect("如果现在发送")
    yield "audience", console.page
    open_first(console, "posters")
    picture = console.page.locator("main img.picture")
    expect(picture).not_to_have_js_property("naturalWidth", 0)
    yield "poster", console.page
    console.page.goto(f"{url}/console/deeds")
    yield "deeds", console.page


def open_first(console: ConsolePage, noun: str) -> None:
    """Open what stands first in a list."""
    console.page.goto(f"{console.url}/console/{noun}")
    console.page.locator("a.row").first.click()


def talk(console: ConsolePage, worker: Phone, number: str) -> None:
    """Take a case and talk with who asked for help."""
    console.page.goto(f"{console.url}/console/cases")
    console.page.locator("a.row", has_text=number).click()
    console.press("接手")
    console.press("和本人对话")
    console.press("开始对话")
    worker.wait_for_last("工作人员来了")
    console.page.fill("#in-words", "您好，我是工会的。孩子在哪家医院？")
    console.press("发送")
    worker.wait_for_last("孩子在哪家医院")
    worker.say("在市儿童医院，谢谢你们。")
    console.expect("在市儿童医院")


def write(console: ConsolePage) -> None:
    """Write a notice."""
    console.page.goto(f"{console.url}/console/notices/new")
    console.page.fill("#in-title", "周末免费体检")
    console.page.fill("#in-text", "{name}，您好！周六上午在会站家免费体检，您来吗？")
    console.press("保存")
