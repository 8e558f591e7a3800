"""The member card on a phone, and the phone of somebody who checks it."""

from __future__ import annotations

import io
import re
import secrets
from collections.abc import Callable
from datetime import timedelta
from hashlib import sha256
from typing import Any

import pytest
import zxingcpp
from PIL import Image
from playwright.sync_api import Locator, Page, expect
from sqlmodel import Session

from bot.database import Database, in_transaction
from bot.kit import clock
from models.chat import Chat
from models.columns import new_id
from models.review import new_member_no
from models.worker import new_worker
from tests.programs import KEYRING

from .conftest import NewPhone
from .phone import Phone

pytestmark = pytest.mark.browser

Member = Callable[..., Phone]


@pytest.fixture
def member(phone: NewPhone, database: Database) -> Member:
    """Give phones of new members, each with the card open."""

    def new(**other: Any) -> Phone:
        token = secrets.token_urlsafe(32)
        in_transaction(database, lambda session: enrol(session, token))
        worker = phone(**other)
        cookie = {"name": "zhigong", "value": token, "url": worker.url}
        worker.page.context.add_cookies([cookie])  # type: ignore[list-item]
        worker.visit().wait_for_last("您可以：")
        return opened(worker)

    return new


def enrol(session: Session, token: str) -> None:
    """Make the visitor with a cookie a member since yesterday."""
    now, worker = clock(), new_worker(KEYRING, "zh-CN", clock())
    worker.name = worker.seal(KEYRING, "name", "张三")
    worker.member_no, worker.union_code = new_member_no(session, "440111"), "440111"
    worker.member_since = now - timedelta(days=1)
    session.add(worker)
    session.flush()
    chat = Chat(
        id=new_id(),
        channel="page",
        bot="",
        address=sha256(token.encode()).hexdigest(),
        worker_id=worker.id,
        created_at=now,
    )
    session.add(chat)


def opened(phone: Phone) -> Phone:
    phone.tap("我的会员卡")
    phone.wait_for_last("请把二维码给工作人员扫一下")
    image = phone.log.locator(".drawn img").last
    expect(image).to_have_js_property("complete", True)
    expect(image).to_have_js_property("naturalWidth", 1080)
    return phone


def scanned(part: Page | Locator) -> str:
    """Read the one QR code that is on the screen, or on a part of it."""
    seen = Image.open(io.BytesIO(part.screenshot()))
    (code,) = zxingcpp.read_barcodes(seen)
    return code.text


@pytest.mark.parametrize("width", [390, 320])
def test_a_card_is_read_from_the_screen_and_checked(
    phone: NewPhone, member: Member, width: int
) -> None:
    size = {"width": width, "height": 844}
    worker = member(viewport=size)
    assert worker.sticking_out() == {}
    card = worker.last()
    assert card.title == "职工之家会员卡"
    assert dict(card.rows)["姓名"] == "张*"
    address = scanned(worker.page)
    checker = phone(viewport=size)
    checker.page.goto(checker.url + re.sub("^https?://[^/]+", "", address))
    expect(checker.page.get_by_role("status")).to_have_text("有效会员")
    sign = checker.page.locator(".sign")
    expect(sign).to_have_css("background-color", "rgb(7, 193, 96)")
    expect(checker.page.locator("dl")).to_contain_text("张*")
    beyond = checker.page.evaluate("document.scrollingElement.scrollWidth - innerWidth")
    assert beyond <= 0


def test_a_touch_makes_a_new_card_and_enlarges_it(member: Member) -> None:
    worker = member()
    # Two codes made within one second are the same; two pictures never are.
    first = worker.log.locator(".drawn img").last.get_attribute("src")
    worker.tap("刷新")
    expect(worker.log.locator(".drawn img")).to_have_count(2)
    image = worker.log.locator(".drawn img").last
    expect(image).to_have_js_property("naturalWidth", 1080)
    worker.log.locator(".drawn").last.click()
    expect(worker.page.locator(".viewer img")).to_be_visible()
    assert image.get_attribute("src") != first
    assert "/card/" in scanned(worker.page.locator(".viewer img"))


def test_where_the_picture_does_not_come_the_words_stand(member: Member) -> None:
    worker = member()
    facts = worker.log.locator(".card .facts").last
    expect(facts).to_have_class(re.compile("speaker"))
    worker.page.route("**/chat/drawing/*", lambda route: route.abort())
    worker.complaints.clear()
    worker.tap("刷新")
    expect(worker.log.locator(".drawn")).to_have_count(1)
    expect(facts).not_to_have_class(re.compile("speaker"))
    expect(facts).to_contain_text("会员证号")
