"""People in a real browser: a list with bad rows is put right and imported."""

from __future__ import annotations

import os
import secrets
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import expect
from python_calamine import CalamineWorkbook

from bot.sheets.writing import workbook
from models.identity import id_check
from tests.models.listing import HEADS

from .conftest import NewConsole
from .console_page import DESK, ConsolePage
from .phone import PHONE, Phone

pytestmark = pytest.mark.browser

PAGES = ("imports", "imports/new", "members", "members/export", "merges")
SHOTS = os.environ.get("SHOTS", "")


def shot(page: ConsolePage, name: str) -> None:
    """Take a picture for who looks, where one is asked for."""
    if SHOTS:
        width = page.page.viewport_size or {"width": 0}
        path = Path(SHOTS) / f"people-{name}-{width['width']}.png"
        page.page.screenshot(path=str(path), full_page=True)


def person(name: str, mobile: str) -> list[str]:
    """Give somebody whose ID number nobody had before."""
    body = f"44010619{60 + secrets.randbelow(40)}0307{secrets.randbelow(1000):03}"
    return [name, body + id_check(body), mobile, "快递员"]


def send(page: ConsolePage, path: Path) -> None:
    page.page.set_input_files("#in-file", path)
    page.page.locator("label.option", has_text="纸质").click()
    page.press("检查")
    page.expect("名单")


@pytest.mark.parametrize("screen", [PHONE, DESK], ids=["phone", "desk"])
def test_a_list_is_put_right_and_imported(
    reviewer: Phone,
    console: NewConsole,
    screen: dict[str, Any],
    tmp_path: Path,
) -> None:
    page = console(**screen)
    page.enter(reviewer)
    page.page.goto(f"{page.url}/console/members")
    shot(page, "members")
    page.press("导入")
    page.press("导入会员")
    assert page.faults() == {}
    shot(page, "new")
    given = [person("王师傅", "13800000001"), person("李师傅", "1380000")]
    given.append([*person("赵师傅", "13800000003")[:3], "飞行员"])
    path = tmp_path / "list.xlsx"
    path.write_bytes(workbook(HEADS, given))
    send(page, path)
    page.expect("不是 11 位手机号")
    page.expect("没有这个职业群体")
    assert page.faults() == {}
    shot(page, "checked")
    with page.page.expect_download() as bad:
        page.page.locator("a", has_text="下载有误的行").click()
    book: Any = CalamineWorkbook.from_path(str(bad.value.path()))
    heads, *rows = book.get_sheet_by_index(0).iter_rows()
    rows[0][heads.index("手机号")] = "13800000002"
    rows[1][heads.index("职业群体")] = "货车司机"
    page.press("导入 1 人")
    page.expect("不能整批撤回")
    shot(page, "confirm")
    page.press("导入")
    page.expect("已写入 1 人")
    right = tmp_path / "right.xlsx"
    right.write_bytes(workbook(heads, rows))
    page.press("再发一份名单")
    send(page, right)
    page.press("导入 2 人")
    page.press("导入")
    page.expect("已写入 2 人")
    shot(page, "done")
    page.page.goto(f"{page.url}/console/members")
    expect(page.page.locator("a.row").nth(2)).to_be_visible()
    assert page.faults() == {}
    found: dict[str, Any] = {}
    for one in PAGES:
        page.page.goto(f"{page.url}/console/{one}")
        found |= {one: faults} if (faults := page.faults()) else {}
        shot(page, one.replace("/", "-"))
    assert found == {}


def test_two_records_are_compared_side_by_side(
    reviewer: Phone, console: NewConsole, tmp_path: Path
) -> None:
    page = console(**DESK)
    page.enter(reviewer)
    both = [person("周师傅", "13800000009"), person("周师傅", "13800000009")]
    path = tmp_path / "list.xlsx"
    path.write_bytes(workbook(HEADS, both))
    page.page.goto(f"{page.url}/console/imports/new")
    send(page, path)
    page.press("导入 2 人")
    page.press("导入")
    page.expect("已写入 2 人")
    page.page.goto(f"{page.url}/console/members")
    page.page.locator("a.row").first.click()
    page.press("和另一条记录是同一人")
    shot(page, "merge-ask")
    known = page.page.locator("dd").first.inner_text()
    page.page.goto(f"{page.url}/console/members")
    rows = page.page.locator("a.row")
    first, second = rows.nth(0).inner_text(), rows.nth(1).inner_text()
    rows.filter(has_text=known).click()
    page.press("和另一条记录是同一人")
    page.page.fill("#in-q", second if known == first else first)
    page.press("对比")
    page.expect("姓名、手机号")
    page.expect("要由另一位工作人员确认")
    left, right = (page.page.locator(".half").nth(n).bounding_box() for n in (0, 1))
    assert left is not None
    assert right is not None
    assert left["y"] == right["y"]
    assert page.faults() == {}
    shot(page, "merge")
    page.page.set_viewport_size({"width": 390, "height": 844})
    assert page.faults() == {}
    shot(page, "merge")
