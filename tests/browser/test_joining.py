"""Joining on a phone: by tapping, by typing, with the server dying in the middle."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import expect
from sqlmodel import Session, SQLModel, func, select

from bot.database import Database
from models.application import Application
from models.attachment import Attachment
from tests.databases import KINDS, SEEDED, Copy, url_of
from tests.people import RECEIVED, RESIDENT_ID
from tests.programs import Program

from .conftest import QUICK, NewPhone
from .phone import Phone

pytestmark = pytest.mark.browser

TAPS, KEYSTROKES = 17, 31
"""What a driver's whole application costs; fewer is better, more is a regression."""


def count(database: Database, table: type[SQLModel]) -> int:
    with Session(database.reading) as session:
        return session.exec(select(func.count()).select_from(table)).one()


def numbers(phone: Phone) -> list[int | None]:
    """Return the numbers of all messages, each of which must stand there once."""
    found = [bubble.number for bubble in phone.messages()]
    assert None not in found
    assert len(set(found)) == len(found)
    return found


def test_a_driver_joins_with_few_taps(phone: NewPhone, database: Database) -> None:
    before = count(database, Application)
    driver = phone().visit()
    receipt = driver.join()
    print(f"taps {driver.taps}, keystrokes {driver.keystrokes}")
    assert (driver.taps, driver.keystrokes) == (TAPS, KEYSTROKES)
    assert receipt.title == "入会申请已收到"
    assert count(database, Application) == before + 1
    assert numbers(driver) == list(range(1, len(driver.messages()) + 1))


def test_a_driver_joins_by_typing_alone(phone: NewPhone) -> None:
    driver = phone().visit()
    driver.wait_for("您可以：")
    typed = {
        "您同意吗": "入会",
        "请问您的姓名": "1",
        "身份证号（18 位）": "张三",
        "您的手机号": RESIDENT_ID,
        "哪一类工作": "138 1234 5678",
        "怎么工作的": "货车",
        "哪个城市": "4",
        "哪个区县": "guangzhou",
        "街道或镇": "白云",
        "您是进城务工": "人和",
        "哪里入会": "2",
        "加入哪个工会": "1",
        "车牌号": "请工会安排",
        "开什么车": "粤a12345",
        "请核对": "①",
        RECEIVED: "提交",
    }
    for question, answer in typed.items():
        driver.type(answer)
        driver.wait_for(question)
    assert driver.number()


@pytest.mark.parametrize("kind", KINDS)
def test_a_killed_server_loses_and_doubles_nothing(
    phone: NewPhone, kind: str, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    copies: Copy = request.getfixturevalue(f"{kind}_copies")
    with (
        copies(SEEDED) as database,
        Program(tmp_path, url_of(database), **QUICK).serving() as program,
    ):
        driver = phone(program).visit()
        driver.join(until="哪一类工作")
        program.kill()
        driver.tap("货车司机")
        assert driver.last().waiting
        program.start()
        program.wait_until_healthy()
        driver.wait_for("怎么工作的")
        driver.expect_online()
        driver.join(start="怎么工作的", until="请核对")
        driver.wait_for_last("请核对")
        driver.tap("提交")
        program.kill()  # with the submission on its way, or just taken
        program.start()
        driver.wait_for_last(RECEIVED)
        driver.wait_until_sent()
        assert count(database, Application) == 1
        assert numbers(driver) == list(range(1, len(driver.messages()) + 1))
        before_reload = [bubble.text for bubble in driver.messages()]
        assert before_reload.count("货车司机") == 1
        driver.page.reload()
        driver.wait_for_last(RECEIVED)
        assert [bubble.text for bubble in driver.messages()] == before_reload


def test_a_certificate_is_sent_as_a_photo(
    phone: NewPhone, tmp_path: Path, database: Database
) -> None:
    before = count(database, Attachment)
    worker = phone().visit()
    worker.join_until_certificate()
    picture = tmp_path / "certificate.png"
    Image.new("RGB", (2400, 1200), "orange").save(picture)
    worker.send_photo(picture)
    worker.wait_for("请核对")
    worker.wait_until_sent()
    assert any(b.pictured and b.side == "worker" for b in worker.messages())
    image = worker.log.locator(".picture img").last
    expect(image).to_have_js_property("complete", True)
    worker.page.reload()
    worker.wait_for("请核对")
    source = worker.log.locator(".picture img").last.get_attribute("src")
    assert source is not None
    shown = worker.page.request.get(worker.url + source)
    assert max(Image.open(io.BytesIO(shown.body())).size) <= 1600
    assert count(database, Attachment) == before + 1
    stranger = phone().visit()
    assert stranger.page.request.get(worker.url + source).status == 404


def test_a_location_is_taken_where_the_worker_allows_it(phone: NewPhone) -> None:
    worker = phone(
        permissions=["geolocation"],
        geolocation={"latitude": 23.1585, "longitude": 113.2732},
    ).visit()
    worker.join(until="哪个城市")
    worker.wait_for("哪个城市")
    worker.tap("发送位置")
    assert "您在：" in worker.wait_for("街道或镇").text


def test_a_location_that_is_refused_leaves_the_field_to_type_in(
    phone: NewPhone,
) -> None:
    worker = phone().visit()
    worker.join(until="哪个城市")
    worker.wait_for("哪个城市")
    worker.tap("发送位置")
    expect(worker.page.locator("#state")).to_contain_text("请直接输入地点")
    expect(worker.page.locator("#text")).to_be_visible()
    worker.type("广州")
    worker.wait_for("哪个区县")


def test_two_browsers_are_two_workers(phone: NewPhone) -> None:
    names = {phone().visit(): "张三", phone().visit(): "李四"}
    for worker in names:
        worker.join(until="请问您的姓名")
        worker.wait_for_last("请问您的姓名")
    for worker, name in names.items():
        worker.type(name)
        worker.wait_for_last("身份证号（18 位）")
    for worker, name in names.items():
        said = [b.text for b in worker.messages() if b.side == "worker"]
        assert said == ["我要入会", "同意，开始填写", name]
