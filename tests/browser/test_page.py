"""The page itself: what is typed stays text, every size fits, history is complete."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.databases import SEEDED, Copy, url_of
from tests.programs import Program

from .conftest import NewPhone

pytestmark = pytest.mark.browser

SCRIPT = "<img src=x onerror=alert(1)><script>alert(2)</script>"
QUESTIONS = (
    "您可以：",
    "您同意吗",
    "请问您的姓名",
    "身份证号（18 位）",
    "您的手机号",
    "哪一类工作",
    "怎么工作的",
)


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


@pytest.mark.parametrize(
    ("width", "scheme", "back"),
    [(320, "light", "rgb(237, 237, 237)"), (360, "dark", "rgb(17, 17, 17)")],
)
def test_a_join_in_large_type_fits(
    phone: NewPhone, width: int, scheme: str, back: str
) -> None:
    worker = phone(viewport={"width": width, "height": 568}, color_scheme=scheme)
    worker.visit()
    worker.touch("更多")
    worker.touch("大字版")
    words = worker.log.locator(".text").first
    expect(words).to_have_css("font-size", "21px")
    expect(worker.page.locator("#page")).to_have_css("background-color", back)
    for question in QUESTIONS:
        worker.wait_for_last(question)
        assert worker.sticking_out() == {}, question
        worker.answer(question)
    worker.join(start="哪个城市", until="请核对")
    worker.wait_for_last("请核对")
    assert worker.sticking_out() == {}
    for menu in ("我要入会", "服务", "我的"):
        worker.open_menu(menu)
        assert worker.sticking_out() == {}, menu


def test_large_type_chosen_in_the_chat_is_shown_and_stays(phone: NewPhone) -> None:
    worker = phone().visit()
    worker.type("提醒设置")
    words = worker.log.locator(".text").first
    for switch, size in (("打开大字", "21px"), ("撤销，改回去", "17px")):
        worker.wait_for_last(switch)
        worker.tap(switch)
        expect(words).to_have_css("font-size", size)
        assert worker.sticking_out() == {}
    worker.tap("撤销，改回去")
    expect(words).to_have_css("font-size", "21px")
    worker.page.reload()
    expect(words).to_have_css("font-size", "21px")


def test_english_is_behind_the_three_dots_and_fits_too(phone: NewPhone) -> None:
    worker = phone(viewport={"width": 320, "height": 568}).visit()
    worker.touch("更多")
    worker.touch("English")
    worker.wait_for_last("English from now on.")
    worker.touch("More")
    worker.touch("Larger text")
    for menu in ("Join", "Services", "Mine"):
        worker.open_menu(menu)
        assert worker.sticking_out() == {}, menu
    worker.open_menu("Join")
    worker.press("Join the union")
    assert worker.wait_for_last("Joining is free").choices[0] == "I agree, start"
    assert worker.sticking_out() == {}


def test_who_is_too_quick_is_told_and_loses_nothing(
    phone: NewPhone, sqlite_copies: Copy, tmp_path: Path
) -> None:
    limits = {"page__burst": 4, "page__per_minute": 60}
    with (
        sqlite_copies(SEEDED) as database,
        Program(tmp_path, url_of(database), **limits).serving() as strict,
    ):
        worker = phone(strict).visit()
        for number in range(6):
            worker.type(f"第 {number} 句")
        expect(worker.page.locator("#state")).to_contain_text("发得有点快")
        worker.wait_for("第 5 句")
        worker.wait_until_sent()
        said = [b.text for b in worker.messages() if b.side == "worker"]
        assert said == [f"第 {number} 句" for number in range(6)]


def test_what_is_erased_goes_from_the_screen_at_once(phone: NewPhone) -> None:
    worker = phone().visit()
    worker.join(until="身份证号（18 位）")
    worker.wait_for("身份证号（18 位）")
    worker.type("440111201405010002")
    worker.wait_for_last("您还不满 14 周岁")
    expect(worker.page.locator("#log .gone").first).to_have_text("（已删除）")
    for _ in range(2):
        log = worker.page.locator("#log")
        expect(log).not_to_contain_text("张")
        expect(log).not_to_contain_text("4401")
        worker.page.reload()
        worker.wait_for_last("您还不满 14 周岁")


def test_english_changes_the_pages_own_words_at_once(phone: NewPhone) -> None:
    worker = phone().visit()
    worker.type("English")
    expect(worker.page.locator("html")).to_have_attribute("lang", "en")
    worker.wait_for_last("English from now on.")
    expect(worker.page).to_have_title("Workers' Home")


def test_times_are_said_in_the_products_zone(
    phone: NewPhone, sqlite_copies: Copy, tmp_path: Path
) -> None:
    with (
        sqlite_copies(SEEDED) as database,
        Program(
            tmp_path, url_of(database), product__zone="Asia/Urumqi"
        ).serving() as at,
    ):
        worker = phone(at).visit()
        worker.type("你好")
        worker.wait_until_sent()
        said = "time => new Date(time).toLocaleTimeString('en-GB', {timeZone:"
        clock = worker.page.evaluate(
            said + " 'Asia/Urumqi', hour: '2-digit', minute: '2-digit'}).slice(0, 2)",
            worker.page.evaluate("Date.now()"),
        )
        expect(worker.page.locator(".time").first).to_contain_text(f"{clock}:")
