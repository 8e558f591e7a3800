"""The pictures of the documentation, taken anew from the real program and its demo.

`./run screenshots` writes docs/*.png; look at them before you commit them.
"""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from PIL import Image
from playwright.sync_api import Browser, Page, expect

from models.identity import id_check
from tests.browser.chromium import chromium
from tests.browser.phone import PHONE, Phone
from tests.browser.reviewing import CARD, look_at
from tests.console_pictures import pictures
from tests.programs import ROOT, Program, program

DOCS = ROOT / "docs"
COLOURS = 128
DESK = {
    "viewport": {"width": 1280, "height": 800},
    "device_scale_factor": 1,
    "is_mobile": False,
    "has_touch": False,
}
BODY = "44010619900307000"
TYPED = {
    "请问您的姓名": "张三",
    "身份证号（18 位）": BODY + id_check(BODY),
    "您的手机号": "14000000009",
}
"""What nobody can touch; numbers like these are nobody's."""

Visit = Callable[..., Phone]


def join(visit: Visit) -> Phone:
    """A driver in the middle of the form."""
    driver = begin(visit())
    driver.join(start="哪一类工作", until="加入哪个工会")
    driver.wait_for_last("加入哪个工会")
    return driver


def summary(visit: Visit) -> Phone:
    """All that was answered, before it is sent."""
    driver = begin(visit())
    driver.join(start="哪一类工作", until="请核对")
    driver.wait_for_last("请核对")
    return driver


def review(visit: Visit) -> Phone:
    """An application as a social worker sees it."""
    staff = visit(invited=True)
    staff.wait_for_last("您现在是")
    staff.tap("待办")
    staff.tap(staff.wait_for_last("等您处理").choice("商场"))
    staff.wait_for_last(CARD)
    return staff


def dark_large(visit: Visit) -> Phone:
    """A question with many answers, dark and in large type."""
    driver = visit(color_scheme="dark")
    driver.touch("更多")
    driver.touch("大字版")
    return begin(driver)


def desktop(visit: Visit) -> Phone:
    """The same page on a desk, with one of the menus at the bottom open."""
    driver = visit(**DESK)
    driver.answer("您可以：")
    driver.wait_for_last("您同意吗")
    driver.open_menu("我的")
    return driver


def card(visit: Visit) -> Phone:
    """The card of somebody whose application was just approved."""
    worker, staff = begin(visit()), visit(invited=True)
    worker.join(start="哪一类工作")
    staff.wait_for_last("您现在是")
    look_at(staff, worker.number())
    staff.tap("通过，进周转库")
    worker.wait_for_last("恭喜您，入会申请通过了")
    worker.tap("我的会员卡")
    worker.wait_for_last("请把二维码给工作人员扫一下")
    shown = worker.log.locator(".drawn img").last
    expect(shown).to_have_js_property("naturalWidth", 1080)
    return worker


PICTURES = (join, summary, review, dark_large, desktop, card)


def begin(driver: Phone) -> Phone:
    """Answer up to the first question about work."""
    for part in ("您可以：", "您同意吗"):
        driver.answer(part)
    for part, answer in TYPED.items():
        driver.wait_for_last(part)
        driver.type(answer)
    driver.wait_for_last("哪一类工作")
    return driver


@contextmanager
def visiting(browser: Browser, made: Program) -> Iterator[Visit]:
    """Give what opens the demo on a new phone, as a worker or as invited staff."""

    def visit(invited: bool = False, **other: Any) -> Phone:
        context = browser.new_context(**{**PHONE, **other})
        phone = Phone(context.new_page(), made.url)
        return phone.visit(invitation(made) if invited else "/")

    yield visit
    for context in browser.contexts:
        context.close()


def invitation(made: Program, role: str = "social_worker") -> str:
    """Appoint one more of the demo's staff; give the path of their link."""
    beside = Program(
        made.folder, product__data=made.folder / "demo", web__port=made.port
    )
    printed = beside.run("staff", "4401", "--role", role).stdout
    link = re.search(r"/\?start=\S+", printed)
    assert link is not None, printed
    return link[0]


def save(page: Page, name: str) -> None:
    """Write what is on a screen as a small PNG."""
    path = DOCS / f"{name}.png"
    seen = Image.open(io.BytesIO(page.screenshot(animations="disabled")))
    few = seen.convert("RGB").quantize(COLOURS, dither=Image.Dither.NONE)
    few.save(path, optimize=True)
    print(f"{path.relative_to(ROOT)}: {path.stat().st_size / 1000:.0f} kB")


def main() -> None:
    """Take every picture."""
    DOCS.mkdir(exist_ok=True)
    expect.set_options(timeout=30_000)
    with (
        program(review__undo_seconds=1) as made,
        made.serving("demo"),
        chromium() as browser,
    ):
        for picture in PICTURES:
            with visiting(browser, made) as visit:
                phone = picture(visit)
                phone.wait_until_sent()
                save(phone.page, picture.__name__.replace("_", "-"))
        with visiting(browser, made):
            for name, page in pictures(browser, made.url, invitation(made, "officer")):
                save(page, f"console-{name}")


if __name__ == "__main__":
    main()
