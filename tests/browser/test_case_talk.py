"""A talk between the console and a phone: each sees the other's words come up."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from playwright.sync_api import expect

from tests.papers import pdf

from .conftest import NewConsole, NewPhone
from .console_page import DESK, ConsolePage
from .phone import PHONE, Phone

pytestmark = pytest.mark.browser

SHOTS = os.environ.get("ZHIGONG_SHOTS", "")
"""A folder for pictures of what is seen, for who wants to look."""

SCREENS: dict[str, dict[str, Any]] = {"phone": PHONE, "desk": DESK}
REPLY = "我们会在三个工作日内给您答复。"


def ask_for_help(worker: Phone) -> str:
    """Let a worker ask for help; give the number of the case."""
    for part, typed in (
        ("您可以", "求助"),
        ("请说说是怎么回事", "家里着急用钱，孩子住院了。"),
        ("可以发一张照片或 PDF", "跳过"),
        ("打哪个手机", "13812345678"),
        ("哪个城市", "广州"),
        ("哪个区县", "白云"),
        ("写得对不对", "提交"),
    ):
        worker.wait_for_last(part)
        worker.say(typed)
    return dict(worker.wait_for_last("有人接手").rows)["编号"]


def begin_to_join(worker: Phone) -> None:
    """Let a worker begin a form that a talk interrupts."""
    worker.say("入会")
    worker.wait_for_last("您同意吗")
    worker.tap("同意，开始填写")
    worker.wait_for_last("请问您的姓名")


def look(page: ConsolePage, name: str) -> None:
    """Measure a page, and take its picture where somebody wants to see it."""
    page.page.wait_for_load_state()
    assert page.faults() == {}, name
    if SHOTS:
        page.page.screenshot(path=Path(SHOTS) / f"{name}.png", full_page=True)


def green(folder: Path) -> Path:
    """Make a picture to send."""
    path = folder / "green.png"
    Image.new("RGB", (300, 200), "green").save(path)
    return path


def save_a_reply(page: ConsolePage, screen: str) -> None:
    """Let staff write down a reply they often give."""
    page.page.goto(f"{page.url}/console/replies/new")
    page.page.fill("#in-number", str(len(screen)))
    page.page.fill("#in-text", REPLY)
    look(page, f"{screen}-reply")
    page.press("保存")
    page.page.goto(f"{page.url}/console/replies")
    look(page, f"{screen}-replies")


def take(page: ConsolePage, number: str, screen: str) -> None:
    """Let staff find a case among what waits today, and take it."""
    page.page.goto(f"{page.url}/console/today")
    page.page.locator(".today a", has_text="等待接手的求助").click()
    look(page, f"{screen}-list")
    page.page.locator("a.row", has_text=number).click()
    page.expect("孩子住院了")
    look(page, f"{screen}-case")
    page.press("接手")
    page.expect("由您负责")


def begin_to_talk(page: ConsolePage, worker: Phone, screen: str) -> None:
    """Let staff begin the talk, which the worker is told."""
    page.press("和本人对话")
    look(page, f"{screen}-before")
    page.press("开始对话")
    worker.wait_for_last("工作人员来了")


def exchange_words(page: ConsolePage, worker: Phone) -> None:
    """Let each say something to the other."""
    page.page.fill("#in-words", "您好，我是工会的。")
    page.press("发送")
    assert worker.wait_for_last("您好，我是工会的。").side == "person"
    expect(page.page.locator("#in-words")).to_have_value("")
    worker.say("孩子住院了，谢谢你们")
    page.expect("孩子住院了，谢谢你们")


def exchange_pictures(
    page: ConsolePage, worker: Phone, picture: Path, screen: str
) -> None:
    """Let each send a picture, staff with the reply that was saved."""
    worker.send_photo(picture)
    image = page.page.locator(".entry.worker img")
    expect(image).to_have_js_property("naturalWidth", 300)
    page.page.select_option("#in-reply", index=1)
    expect(page.page.locator("#in-words")).to_have_value(REPLY)
    look(page, f"{screen}-talk")
    page.page.set_input_files("#in-file", picture)
    page.press("发送")
    assert worker.wait_for_last("三个工作日内").pictured
    expect(page.page.locator("#in-words")).to_have_value("")


def exchange_documents(
    page: ConsolePage, worker: Phone, paper: Path, screen: str
) -> None:
    """Let each send a document, which the other saves."""
    page.page.set_input_files("#in-file", paper)
    page.press("发送")
    with worker.page.expect_download() as saved:
        worker.log.locator(".turn.person a.document").last.click()
    assert saved.value.suggested_filename == paper.name
    worker.page.set_input_files("#document", paper)
    with page.page.expect_download() as saved:
        page.page.locator(".entry.worker a.document").last.click()
    assert Path(saved.value.path()).read_bytes() == paper.read_bytes()
    look(page, f"{screen}-documents")
    worker.say("好的")
    page.expect("好的")
    if SHOTS:
        worker.page.screenshot(path=Path(SHOTS) / f"{screen}-worker.png")


def end_the_talk(page: ConsolePage, worker: Phone, screen: str) -> None:
    """Let staff end the talk, and the worker go on with the form."""
    page.press("结束对话")
    page.expect("这件事还由您负责")
    look(page, f"{screen}-after")
    worker.tap(worker.wait_for_last("工作人员结束了对话").choice("入会"))
    worker.wait_for_last("请问您的姓名")


def let_go(page: ConsolePage, screen: str) -> None:
    """Let staff look at all they may do with a case, and put it back."""
    for way in ("写内部备注", "转给同事", "办结", "查看完整手机号"):
        page.press(way)
        look(page, f"{screen}-{way}")
        page.page.locator("main a.button", has_text="取消").click()
    page.press("放回待办")
    page.expect("放回待办了")


@pytest.mark.parametrize("screen", ["phone", "desk"])
def test_a_case_is_taken_talked_about_and_let_go(
    phone: NewPhone,
    reviewer: Phone,
    console: NewConsole,
    tmp_path: Path,
    screen: str,
) -> None:
    worker = phone().visit()
    number = ask_for_help(worker)
    begin_to_join(worker)
    page = console(**SCREENS[screen])
    page.enter(reviewer)
    save_a_reply(page, screen)
    take(page, number, screen)
    begin_to_talk(page, worker, screen)
    exchange_words(page, worker)
    exchange_pictures(page, worker, green(tmp_path), screen)
    paper = tmp_path / "调解协议.pdf"
    paper.write_bytes(pdf())
    exchange_documents(page, worker, paper, screen)
    end_the_talk(page, worker, screen)
    let_go(page, screen)


def test_what_is_said_comes_up_where_streams_are_held_back(
    phone: NewPhone, reviewer: Phone, console: NewConsole
) -> None:
    worker = phone().visit()
    number = ask_for_help(worker)
    page = console()
    page.enter(reviewer)
    streams = {"accept": "text/event-stream"}

    def hold_back(route: Any) -> None:
        held = route.request.headers.get("accept") == streams["accept"]
        route.abort() if held else route.continue_()

    page.page.route("**/news?*", hold_back)
    page.page.goto(f"{page.url}/console/cases")
    page.page.locator("a.row", has_text=number).click()
    page.press("接手")
    page.press("和本人对话")
    page.press("开始对话")
    worker.wait_for_last("工作人员来了")
    worker.say("在吗")
    page.expect("在吗")
    worker.say("结束")
    page.expect("没有在对话")
    page.complaints.clear()  # of what was held back
