"""Matters in a real browser: what a member asked for is seen to; times are opened."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlmodel import Session, col, delete, select

from bot.database import Database, in_transaction
from bot.kit import clock
from models.benefit import Benefit, Use, person_of
from models.partner import Giving, Partner
from models.place import read_atlas
from models.rules import Rules
from models.service import ask_for
from models.worker import Worker
from tests.programs import KEYRING

from .conftest import NewConsole, NewPhone
from .console_page import DESK, ConsolePage
from .phone import PHONE, Phone
from .test_records import member

pytestmark = pytest.mark.browser


def ask_for_advice(database: Database, number: str) -> str:
    """Let a member ask for career advice; return the request's number."""

    def make(session: Session) -> str:
        now, rules = clock(), Rules()
        worker = session.exec(select(Worker).where(Worker.member_no == number)).one()
        session.exec(delete(Use).where(col(Use.worker_id) == worker.id))
        given = session.get_one(Benefit, "career")
        who = person_of(session, read_atlas(session), rules, worker, now)
        told = (who, given, None, "想学开叉车", now, rules.zone)
        return ask_for(session, KEYRING, worker, *told).number

    return in_transaction(database, make)


@pytest.mark.parametrize("screen", [PHONE, DESK], ids=["phone", "desk"])
def test_a_request_is_accepted_done_and_another_declined(
    phone: NewPhone,
    reviewer: Phone,
    console: NewConsole,
    database: Database,
    screen: dict[str, Any],
) -> None:
    worker, number = member(phone, database)
    worker.visit()
    first = ask_for_advice(database, number)
    page = console(**screen)
    page.enter(reviewer)
    page.page.locator(".today a", has_text="服务申请").click()
    page.expect("想学开叉车")
    assert page.faults() == {}
    page.press("受理")
    page.expect("已受理")
    worker.wait_for("有进展")
    page.press("办好了")
    page.expect("会请本人评价")
    assert page.faults() == {}
    second = ask_for_advice(database, number)
    page.page.goto(f"{page.url}/console/requests")
    assert page.page.locator("a.row", has_text=first).count() == 0
    page.page.locator("a.row", has_text=second).click()
    decline(page)
    page.page.goto(f"{page.url}/console/requests?show=declined")
    page.page.locator("a.row", has_text=second).click()
    page.expect("请到区里办")


def decline(page: ConsolePage) -> None:
    """Decline the request that is shown: first without a reason."""
    page.press("不受理")
    page.expect("为什么不受理")
    page.page.locator("input[value='=']").check()
    page.press("确定不受理")
    page.expect("请写上原因")
    assert page.faults() == {}
    page.page.fill("#in-reason_words", "请到区里办")
    page.press("确定不受理")
    page.expect("没有受理")


def test_times_are_opened_and_one_is_called_off(
    reviewer: Phone, console: NewConsole, database: Database
) -> None:
    def give(session: Session) -> None:
        place = session.get_one(Partner, "drug-baiyun")
        session.add(Giving(benefit_code="health-check", partner_code=place.code))

    in_transaction(database, give)
    page = console(**PHONE)
    page.enter(reviewer)
    page.page.goto(f"{page.url}/console/slots")
    page.press("新增预约时间")
    day = (clock() + timedelta(days=3)).astimezone(ZoneInfo("Asia/Shanghai"))
    page.page.select_option("#in-benefit_code", "health-check")
    page.page.select_option("#in-partner_code", "drug-baiyun")
    page.page.fill("#in-on", f"{day:%Y-%m-%d}")
    page.page.fill("#in-since", "08:30")
    page.page.fill("#in-until", "08:00")
    page.press("保存")
    page.expect("时间不对")
    page.page.fill("#in-until", "09:30")
    page.press("保存")
    page.expect("还没有人")
    assert page.faults() == {}
    page.press("取消这个时间")
    page.expect("可以另选时间")
    page.press("取消这个时间")
    page.expect("已取消，会通知 0 人")
    page.page.goto(f"{page.url}/console/slots")
    assert page.page.locator("a.row", has_text=f"{day:%Y-%m-%d}").count() == 2
