"""The page itself: what is typed stays text, every size fits, history is complete."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from tests.databases import SEEDED, Copy
from tests.programs import Program

from .conftest import NewPhone
from .phone import PHONE, Phone

pytestmark = pytest.mark.browser

SCRIPT = "<img src=x onerror=alert(1)><script>alert(2)</script>"


def test_markup_somebody_types_is_shown_as_text(phone: NewPhone) -> None:
    worker = phone().visit()
    alerts: list[str] = []
    worker.page.on("dialog", lambda dialog: alerts.append(dialog.message))
    worker.join(until="请问您的姓名")
    worker.wait_for("请问您的姓名")
    worker.type(SCRIPT)
    worker.wait_for("不带数字和符号")
    assert SCRIPT in [bubble.text for bubble in worker.messages()]
    worker.page.reload()
    worker.wait_for("不带数字和符号")
    assert SCRIPT in [bubble.text for bubble in worker.messages()]
    worker.join(start="请问您的姓名", until="怎么工作的")
    worker.wait_for("怎么工作的")
    worker.tap("在单位上班")
    worker.wait_for("您的单位叫什么")
    worker.type("<b>甲</b>公司")
    expect(
        worker.log.locator(".choice .label").filter(has_text="<b>甲</b>公司")
    ).to_be_visible()
    assert alerts == []


def test_dark_and_large_on_the_smallest_phone_nothing_scrolls_sideways(
    phone: NewPhone,
) -> None:
    worker = phone(viewport={"width": 320, "height": 568}, color_scheme="dark").visit()
    worker.wait_for("您可以：")
    worker.page.click("#more")
    worker.page.get_by_role("button", name="大字版").click()
    words = worker.log.locator(".text").first
    assert words.evaluate("word => parseFloat(getComputedStyle(word).fontSize)") >= 20
    for part in ("您可以：", "您同意吗", "请问您的姓名"):
        worker.wait_for(part)
        assert worker.has_no_sideways_scroll()
        worker.answer(part)
    worker.join(start="身份证号（18 位）", until="请核对")
    assert worker.has_no_sideways_scroll()
    body = worker.page.evaluate("getComputedStyle(document.body).backgroundColor")
    assert all(int(part) < 32 for part in re.findall(r"\d+", body))


def test_all_that_was_said_is_there_after_a_reload(phone: NewPhone) -> None:
    worker = phone().visit()
    worker.wait_for("您可以：")
    for number in range(30):
        worker.type(f"菜单 {number}")
    worker.wait_until_sent()
    worker.wait_for("菜单 29")
    expect(worker.log.locator(".turn")).to_have_count(61)
    before = worker.messages()
    worker.page.reload()
    worker.wait_for("菜单 29")
    for _ in range(4):
        worker.page.locator("#scroll").evaluate("log => { log.scrollTop = 0; }")
    expect(worker.log.locator(".turn")).to_have_count(61)
    assert [b.text for b in worker.messages()] == [b.text for b in before]


def test_the_language_changes_the_whole_page(phone: NewPhone) -> None:
    worker = phone().visit()
    worker.wait_for("您可以：")
    worker.tap("English")
    worker.wait_until_sent()
    worker.page.reload()
    expect(worker.page.locator("html")).to_have_attribute("lang", "en")
    worker.type("join")
    worker.wait_for("agree")


def test_who_is_too_quick_is_told_and_loses_nothing(
    browser: Browser, sqlite_copies: Copy, tmp_path: Path
) -> None:
    with sqlite_copies(SEEDED) as database:
        url = database.writing.url.render_as_string()
        program = Program(tmp_path, url, page__burst=4, page__per_minute=60)
        context = browser.new_context(**PHONE)  # type: ignore[arg-type]
        try:
            program.start()
            program.wait_until_healthy()
            worker = Phone(context.new_page(), program.url).visit()
            for number in range(6):
                worker.type(f"第 {number} 句")
            expect(worker.page.locator("#state")).to_contain_text("发得有点快")
            worker.wait_for("第 5 句")
            worker.wait_until_sent()
            said = [b.text for b in worker.messages() if b.side == "worker"]
            assert said == [f"第 {number} 句" for number in range(6)]
        finally:
            context.close()
            program.kill()
