"""The console in a real browser: signed in, approved; on a phone and on a desk."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import expect

from .conftest import NewConsole, NewPhone
from .console_page import DESK
from .phone import PHONE, Phone

pytestmark = pytest.mark.browser

PAGES = (
    "today",
    "applications",
    "cases",
    "cases?course=closed&press=near",
    "replies",
    "replies/new",
    "members",
    "members/find",
    "notices",
    "notices/new",
    "matters",
    *("corrections", "claims", "faults", "transfers", "requests"),
    *("requests?show=all", "nominees", "slots", "slots/new"),
    "account",
    "account/password",
    "nothing",
)


def test_who_was_invited_signs_in_and_approves(
    phone: NewPhone, reviewer: Phone, console: NewConsole
) -> None:
    worker = phone().visit()
    worker.join()
    number = worker.number()
    page = console(**PHONE)
    page.enter(reviewer)
    reviewer.wait_for_last("有人用您的身份登录了工作台")
    page.go("入会审批")
    page.page.locator("a.row", has_text=number).click()
    page.expect("号码格式正确")
    assert page.faults() == {}
    page.press("退回修改")
    assert page.faults() == {}
    page.page.go_back()
    page.press("通过，进周转库")
    page.expect("办好了")
    worker.wait_for_last("恭喜您，入会申请通过了")
    page.go("我的账号")
    page.press("退出")
    page.expect("登录工作台")
    assert page.faults() == {}


@pytest.mark.parametrize("screen", [PHONE, DESK], ids=["phone", "desk"])
@pytest.mark.parametrize("language", ["zh-CN", "en"])
def test_every_page_fits_its_screen(
    reviewer: Phone, console: NewConsole, screen: dict[str, Any], language: str
) -> None:
    page = console(**screen)
    page.enter(reviewer)
    if language == "en":
        page.page.locator(".top button").click()
        page.expect("My account")
    found: dict[str, Any] = {}
    for path in PAGES:
        page.page.goto(f"{page.url}/console/{path}")
        found |= {path: faults} if (faults := page.faults()) else {}
    assert found == {}


def test_the_keys_lead_through_a_list(
    phone: NewPhone, reviewer: Phone, console: NewConsole
) -> None:
    for _ in range(2):
        phone().visit().join()
    page = console()
    page.enter(reviewer)
    page.go("入会审批")
    rows = page.page.locator("a.row")
    page.page.keyboard.press("j")
    expect(rows.nth(0)).to_be_focused()
    page.page.keyboard.press("j")
    expect(rows.nth(1)).to_be_focused()
    page.page.keyboard.press("k")
    page.page.keyboard.press("/")
    expect(page.page.locator("[data-search]")).to_be_focused()
    page.page.keyboard.type("某某某")
    page.page.keyboard.press("Enter")
    page.expect("找人")
    page.expect("没有找到")
    expect(page.page.locator("main input:focus")).to_have_value("某某某")


def test_a_page_can_be_entered_past_its_menu(
    reviewer: Phone, console: NewConsole
) -> None:
    page = console()
    page.enter(reviewer)
    page.page.goto(page.url + "/console/today")
    page.page.keyboard.press("Tab")
    expect(page.page.locator(".skip")).to_be_focused()
    page.page.keyboard.press("Enter")
    expect(page.page.locator("#main")).to_be_focused()


def test_all_rows_are_ticked_by_one_touch_and_rejected_for_a_reason(
    phone: NewPhone, reviewer: Phone, console: NewConsole
) -> None:
    phone().visit().join()
    page = console()
    page.enter(reviewer)
    page.go("入会审批")
    page.page.locator("[data-all]").click()
    ticked = page.page.locator('input[name="key"]:checked')
    expect(ticked).to_have_count(page.page.locator('input[name="key"]').count())
    page.press("不通过选中的")
    page.expect("份申请")
    assert page.faults() == {}
    page.page.locator("main label.option").first.click()
    page.press("不通过")
    page.expect("办理结果")
    assert page.faults() == {}
    page.page.locator("a.row").first.click()
    page.expect("没有通过")
