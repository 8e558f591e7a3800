"""A reviewer in one browser, a worker in another: each sees the other's deeds live."""

from __future__ import annotations

from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import expect

from bot.database import Database, in_transaction
from bot.kit import clock
from models.staff import appoint, invite

from .conftest import NewPhone
from .phone import Phone

pytestmark = pytest.mark.browser


@pytest.fixture
def reviewer(phone: NewPhone, database: Database) -> Phone:
    code = in_transaction(
        database,
        lambda s: invite(s, appoint(s, "social_worker", "4401", clock()), clock()),
    )
    staff = phone().visit(f"/?start={code}")
    staff.wait_for("您现在是“广州市总工会”的工作人员")
    return staff


def look_at(reviewer: Phone, number: str) -> None:
    reviewer.tap("待审申请")
    reviewer.wait_for("等待审核")
    reviewer.log.locator(".choice .label").filter(has_text="今天").last.click()
    reviewer.wait_for("号码格式正确")
    assert reviewer.last().title == f"申请 {number}"


def test_the_worker_sees_the_approval_without_doing_anything(
    phone: NewPhone, reviewer: Phone
) -> None:
    worker = phone().visit()
    worker.join()
    look_at(reviewer, worker.number())
    reviewer.tap("通过，进周转库")
    reviewer.wait_for("可以撤销")
    notice = worker.wait_for("恭喜您，入会申请通过了")
    assert notice.title == "入会审核结果"
    worker.tap("我的申请")
    worker.wait_for("您已经是会员了")


def test_an_invitation_opens_once(phone: NewPhone, reviewer: Phone) -> None:
    other = phone().visit("/?start=s-" + "x" * 32)
    other.wait_for("已经用过或过期")


def test_the_reviewer_sees_the_certificate(
    phone: NewPhone, reviewer: Phone, tmp_path: Path
) -> None:
    worker = phone().visit()
    worker.join_until_certificate()
    picture = tmp_path / "certificate.png"
    Image.new("RGB", (300, 200), "green").save(picture)
    worker.send_photo(picture)
    worker.answer("请核对")
    look_at(reviewer, worker.number())
    image = reviewer.log.locator(".turn.bot .picture img").last
    expect(image).to_have_js_property("naturalWidth", 300)
