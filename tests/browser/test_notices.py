"""A notice in a real browser: written, tried, agreed to, sent, paused; it adds up."""

from __future__ import annotations

import io
from datetime import time, timedelta
from typing import Any

import pytest
from PIL import Image
from playwright.sync_api import expect
from sqlmodel import Session, select, update

from bot.database import Database, in_transaction
from bot.kit import clock
from models.preference import Preference
from models.recipient import Recipient
from models.worker import Worker
from tests.people import invitation

from .conftest import NewConsole, NewPhone
from .console_page import DESK, ConsolePage
from .phone import PHONE, Phone
from .test_records import member

pytestmark = pytest.mark.browser


def reader(phone: NewPhone, database: Database, union: str, is_quiet: bool) -> Phone:
    """Give the phone of a member who may be told now, or in some hours."""
    worker, number = member(phone, database)

    def place(session: Session) -> None:
        row = session.exec(select(Worker).where(Worker.member_no == number)).one()
        row.union_code = union
        here = (clock() + timedelta(hours=8)).hour
        start = here if is_quiet else (here + 12) % 24
        hours = time(start), time((start + 2) % 24)
        session.add(
            Preference(
                worker_id=row.id, quiet_start=hours[0], quiet_end=hours[1], meals=False
            )
        )

    in_transaction(database, place)
    return worker.visit()


def a_picture() -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (400, 200), "#07a").save(out, "PNG")
    return out.getvalue()


def write(page: ConsolePage, union: str) -> None:
    """Write a notice, wrong at first, and say whom it is for."""
    page.page.goto(f"{page.url}/console/notices")
    page.press("新建通知")
    page.page.fill("#in-title", "周日停水")
    page.page.fill("#in-text", "{nmae}，您好！周日停水，您来领水吗？")
    page.press("保存")
    page.expect("“{nmae}”不能自动填写")
    page.page.fill("#in-text", "，您好！周日停水，您来领水吗？")
    page.page.locator("#in-text").press("Control+Home")
    page.page.locator('[data-inserts="in-text"] button', has_text="姓名").click()
    expect(page.page.locator("#in-text")).to_have_value(
        "{name}，您好！周日停水，您来领水吗？"
    )
    page.page.fill("#in-answers", "来 | Yes\n不来 | No")
    page.page.locator("label", has_text="找工会帮忙").click()
    assert page.faults() == {}
    page.press("保存")
    page.press("选择发给谁")
    page.page.select_option("#in-union_code", union)
    assert page.faults() == {}
    page.press("保存")
    page.expect("2 人")
    assert page.faults() == {}
    page.page.locator("a.back").click()
    page.press("附件")
    picture = {"name": "p.png", "mimeType": "image/png", "buffer": a_picture()}
    page.page.set_input_files("#in-file", picture)  # type: ignore[arg-type]
    assert page.faults() == {}
    page.press("保存")
    shown = page.page.locator("img.picture")
    expect(shown).to_have_js_property("naturalWidth", 400)


def let_all_open(database: Database) -> None:
    """Let nobody's hours be quiet any more."""

    def work(session: Session) -> None:
        session.exec(update(Preference).values(quiet_start=time(3), quiet_end=time(3)))
        session.exec(update(Recipient).values(at=clock()))

    in_transaction(database, work)


@pytest.mark.parametrize(
    ("screen", "union"), [(DESK, "440106"), (PHONE, "440105")], ids=["desk", "phone"]
)
def test_a_notice_is_agreed_to_sent_paused_and_adds_up(
    phone: NewPhone,
    reviewer: Phone,
    console: NewConsole,
    database: Database,
    screen: dict[str, Any],
    union: str,
) -> None:
    told = reader(phone, database, union, is_quiet=False)
    asleep = reader(phone, database, union, is_quiet=True)
    page = console(**screen)
    page.enter(reviewer)
    write(page, union)
    page.press("预览")
    page.expect("王师傅，您好！")
    assert page.faults() == {}
    page.page.locator("a.back").click()
    page.press("试发给自己")
    page.expect("请到您自己的聊天里看")
    reviewer.wait_for("您来领水吗")
    page.press("发送…")
    page.expect("要另一位同事同意")
    assert page.faults() == {}
    page.press("发送")
    page.expect("还要另一位同事同意")
    expect(page.page.locator("a.button", has_text="同意发送")).to_have_count(0)

    second_chat = phone().visit(f"/?start={invitation(database)}")
    second_chat.wait_for_last("您现在是")
    second = console(**screen)
    second.enter(second_chat)
    second.page.locator(".today a", has_text="等您同意的通知").click()
    second.page.locator("a.row", has_text="周日停水").first.click()
    second.press("同意发送")
    second.expect("同意发送这条通知吗")
    second.press("同意发送")
    second.expect("已同意")

    told.wait_for("您来领水吗")
    picture = told.log.locator(".picture img").last
    expect(picture).to_have_js_property("naturalWidth", 400)
    told.tap("来")
    told.wait_for_last("记下了")
    page.expect("发送中")  # the first one's page has moved by itself
    page.expect("还没发1")
    page.press("暂停")
    page.expect("已暂停")
    page.press("继续发送")
    page.expect("已继续发送")
    assert page.faults() == {}
    let_all_open(database)
    asleep.wait_for("您来领水吗")
    page.expect("已发送2")
    page.expect("合计2")
    page.expect("来1")
    assert page.faults() == {}
    page.press("谁收到了")
    expect(page.page.locator("tbody tr")).to_have_count(2)
    page.expect("张*")
    assert page.faults() == {}
