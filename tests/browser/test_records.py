"""Records in a real browser: an event from its plan to the door, a voucher used up."""

from __future__ import annotations

import io
import re
import secrets
from datetime import timedelta
from hashlib import sha256
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import zxingcpp
from PIL import Image
from playwright.sync_api import expect
from sqlmodel import Session, col, select

from bot.database import Database, in_transaction
from bot.kit import clock
from models.benefit import Benefit, person_of
from models.chat import Chat
from models.clerk import appoint_clerk
from models.partner import Partner, open_partner
from models.place import read_atlas
from models.rules import Rules
from models.staff import invite
from models.voucher import issue
from models.worker import Worker
from tests.programs import KEYRING

from .conftest import NewConsole, NewPhone
from .console_page import DESK, ConsolePage
from .phone import PHONE, Phone
from .test_card import enrol

pytestmark = pytest.mark.browser

SHOP = "yuekang-xiangqiao"
PAGES = (
    *("events", "events/new", "suggestions", "benefits", "partners", "sites"),
    *("sites/gz-by-dh", "awards", "posters", "posters/new", "posters/baiyun-drivers"),
)


def wall(ahead: timedelta) -> str:
    """Write an instant as the field of a form wants it."""
    return f"{(clock() + ahead).astimezone(ZoneInfo('Asia/Shanghai')):%Y-%m-%dT%H:%M}"


def member(phone: NewPhone, database: Database) -> tuple[Phone, str]:
    """Give the phone of a member, and the member number."""
    token = secrets.token_urlsafe(32)

    def make(session: Session) -> str:
        enrol(session, token)
        session.flush()
        address = sha256(token.encode()).hexdigest()
        found = select(Worker.member_no).join(Chat, col(Chat.worker_id) == Worker.id)
        return session.exec(found.where(Chat.address == address)).one() or ""

    number = in_transaction(database, make)
    worker = phone()
    cookie = {"name": "zhigong", "value": token, "url": worker.url}
    worker.page.context.add_cookies([cookie])  # type: ignore[list-item]
    return worker, number


def fill_event(page: ConsolePage) -> None:
    """Plan a class that begins in half an hour."""
    times = {
        "starts_at": timedelta(minutes=30),
        "ends_at": timedelta(hours=2),
        "opens_at": -timedelta(days=1),
        "closes_at": timedelta(hours=1),
    }
    for name, ahead in times.items():
        page.page.fill(f"#in-{name}", wall(ahead))
    page.page.fill("#in-name", "家政服务技能培训班")
    page.page.select_option("#in-kind", "training")
    page.page.fill("#in-capacity", "30")
    page.page.fill("#in-place", "广州市越秀区东园横路 5 号")


@pytest.mark.parametrize("screen", [PHONE, DESK], ids=["phone", "desk"])
def test_an_event_goes_from_its_plan_to_the_door(
    phone: NewPhone,
    reviewer: Phone,
    console: NewConsole,
    database: Database,
    screen: dict[str, Any],
) -> None:
    page = console(**screen)
    page.enter(reviewer)
    page.page.goto(f"{page.url}/console/events")
    page.press("新建活动")
    fill_event(page)
    page.page.fill("#in-closes_at", wall(timedelta(hours=9)))
    page.press("保存")
    page.expect("报名截止要晚于报名开始")
    page.page.fill("#in-closes_at", wall(timedelta(hours=1)))
    page.press("保存")
    page.expect("已保存")
    page.press("发布")
    page.expect("发布这个活动吗")
    page.press("发布")
    page.expect("已发布")
    assert page.faults() == {}
    sign = page.page.locator("a", has_text="PNG").get_attribute("href")
    picture = page.page.request.get(f"{page.url}{sign}").body()
    (code,) = zxingcpp.read_barcodes(Image.open(io.BytesIO(picture)))
    by_code, _ = member(phone, database)
    by_code.visit(re.sub("^https?://[^/]+", "", code.text))
    by_code.wait_for("签到成功")
    _, number = member(phone, database)
    page.press("现场签到")
    for said in ("签到成功", "已经签过到"):
        page.page.fill("#in-number", number)
        page.press("签到")
        page.expect(said)
    expect(page.page.locator(".counts b").first).to_have_text("2")
    page.page.fill("#in-number", "99999999999999")
    page.press("签到")
    page.expect("没有这个会员证号")
    assert page.faults() == {}


def test_a_voucher_is_used_up_at_the_counter(
    phone: NewPhone, console: NewConsole, database: Database
) -> None:
    _, number = member(phone, database)

    def make(session: Session) -> tuple[str, str]:
        now = clock()
        worker = session.exec(select(Worker).where(Worker.member_no == number)).one()
        worker.union_code = "4451"
        at, given = session.get_one(Partner, SHOP), session.get_one(Benefit, "medicine")
        who = person_of(session, read_atlas(session), Rules(), worker, now)
        row = issue(session, KEYRING, worker, who, given, at, now, Rules().zone)
        staff = appoint_clerk(session, open_partner(session, SHOP), now)
        return row.read(KEYRING, worker), invite(session, staff, now)

    code, invitation = in_transaction(database, make)
    clerk = phone().visit(f"/?start={invitation}")
    clerk.wait_for("您现在是")
    page = console(**PHONE)
    page.enter(clerk)
    page.go("核销")
    page.page.fill("#in-code", "AAAAAAAAAA")
    page.press("查券")
    page.expect("没有这个券码")
    page.page.fill("#in-code", code.lower())
    page.press("查券")
    page.expect("张*")
    assert page.faults() == {}
    page.page.fill("#in-saved", "12.5")
    page.press("核销这张券")
    page.expect("省了 12.50 元")
    page.page.fill("#in-code", code)
    page.press("查券")
    page.expect("已经在")
    assert page.faults() == {}


@pytest.mark.parametrize("screen", [PHONE, DESK], ids=["phone", "desk"])
def test_every_page_of_a_record_fits_its_screen(
    reviewer: Phone, console: NewConsole, screen: dict[str, Any]
) -> None:
    page = console(**screen)
    page.enter(reviewer)
    found: dict[str, Any] = {}
    for path in PAGES:
        page.page.goto(f"{page.url}/console/{path}")
        found |= {path: faults} if (faults := page.faults()) else {}
    assert found == {}


def test_a_poster_is_printed_on_one_page(reviewer: Phone, console: NewConsole) -> None:
    page = console()
    page.enter(reviewer)
    page.page.goto(f"{page.url}/console/sites/gz-by-dh")
    page.press("做海报")
    page.page.fill("#in-campaign", "货车司机入会")
    page.page.fill("#in-code", "try-baiyun")
    page.press("保存")
    page.expect("白云司机之家")
    picture = page.page.locator("img.picture")
    expect(picture).to_have_js_property("naturalWidth", 1654)
    printed = page.page.locator("a", has_text="PDF").get_attribute("href")
    assert page.page.request.get(f"{page.url}{printed}").body().startswith(b"%PDF")
