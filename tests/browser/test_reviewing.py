"""A reviewer in one browser, the worker in another: each sees the other's deeds."""

from __future__ import annotations

from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import expect

from bot.database import Database
from tests.people import RECEIVED, invitation

from .conftest import NewPhone
from .phone import Phone
from .reviewing import look_at, send_back

pytestmark = pytest.mark.browser

MARKUP = "<img src=x onerror=alert(1)>"


def test_the_worker_sees_the_approval_without_doing_anything(
    phone: NewPhone, reviewer: Phone
) -> None:
    worker = phone().visit()
    worker.join()
    look_at(reviewer, worker.number())
    reviewer.tap("通过，进周转库")
    reviewer.wait_for_last("可以撤销")
    notice = worker.wait_for_last("恭喜您，入会申请通过了")
    assert notice.title == "入会审核结果"
    worker.tap("我的申请")
    worker.wait_for_last("您已经是会员了")


def test_only_the_wrong_field_is_asked_again(phone: NewPhone, reviewer: Phone) -> None:
    worker = phone().visit()
    worker.join()
    number = worker.number()
    send_back(reviewer, number, "姓名", "与证件不一致")
    assert worker.wait_for_last("只会问您").rows == (("姓名", "与证件不一致"),)
    worker.tap("修改后再提交")
    question = worker.wait_for_last("请问您的姓名")
    assert question.place == "1/2"
    assert "上次退回的原因：与证件不一致" in question.text
    worker.type("李四")
    summary = worker.wait_for_last("请核对")
    assert {("姓名", "李四"), ("手机号", "13812345678")} <= set(summary.rows)
    worker.tap("提交")
    worker.wait_for_last(RECEIVED)
    assert worker.number() == number
    assert ("姓名", "李四") in look_at(reviewer, number).rows


def test_markup_stays_text_up_to_the_reviewers_card(
    phone: NewPhone, reviewer: Phone
) -> None:
    worker = phone().visit()
    worker.join(until="怎么工作的")
    worker.wait_for_last("怎么工作的")
    worker.tap("在单位上班")
    worker.wait_for_last("您的单位叫什么")
    worker.type(MARKUP)
    worker.tap(worker.wait_for_last("没有找到").choice(MARKUP))
    worker.join(start="哪个城市", until="请核对")
    assert ("单位", MARKUP) in worker.wait_for_last("请核对").rows
    worker.tap("提交")
    worker.wait_for_last(RECEIVED)
    assert ("单位", MARKUP) in look_at(reviewer, worker.number()).rows
    for one in (worker, reviewer):
        expect(one.log.locator("img")).to_have_count(0)


def test_the_whole_number_goes_from_the_page_when_it_is_put_away(
    phone: NewPhone, reviewer: Phone
) -> None:
    worker = phone().visit()
    worker.join()
    look_at(reviewer, worker.number())
    reviewer.tap("查看完整证件号")
    reviewer.wait_for_last("为什么要看")
    reviewer.type("本人在窗口，当面核对")
    number = reviewer.wait_for_last("完整证件号").text[6:24]
    assert number[:17].isdigit()
    expect(reviewer.log).to_contain_text(number)
    reviewer.tap("看好了，收起来")
    reviewer.wait_for_last("号码格式正确")
    expect(reviewer.log).not_to_contain_text(number)
    expect(reviewer.log).not_to_contain_text("本人在窗口")
    reviewer.page.reload()
    reviewer.wait_for_last("号码格式正确")
    expect(reviewer.log).not_to_contain_text(number)


def test_an_invitation_opens_once(phone: NewPhone, database: Database) -> None:
    code = invitation(database)
    phone().visit(f"/?start={code}").wait_for_last("您现在是")
    phone().visit(f"/?start={code}").wait_for_last("已经用过或过期")


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
