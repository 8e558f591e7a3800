"""Take the pictures of the documentation from the real program with its demo people.

Run: ./run screenshots
"""

from __future__ import annotations

import re
import shutil
import sys
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from playwright.sync_api import Browser, sync_playwright

from tests.browser.phone import PHONE, Phone
from tests.programs import ROOT, Program

DOCS = ROOT / "docs"
EVENING = {"color_scheme": "dark"}


def join(worker: Phone) -> None:
    """Show a join on its way."""
    worker.visit()
    worker.join(until="哪个城市")
    worker.wait_for("哪个城市")


def review(staff: Phone) -> None:
    """Show an application that waits for a decision."""
    staff.tap("待审申请")
    staff.wait_for("等待审核")
    staff.log.locator(".choice .label").filter(has_text="货车司机").last.click()
    staff.wait_for("号码格式正确")


def large(worker: Phone) -> None:
    """Show large type in the dark."""
    worker.visit()
    worker.wait_for("您可以：")
    worker.page.click("#more")
    worker.page.get_by_role("button", name="大字").click()
    worker.join(until="您的手机号")
    worker.wait_for("您的手机号")


def take(
    browser: Browser, name: str, url: str, show: Callable[[Phone], None], **other: Any
) -> None:
    """Take one picture of a phone once what it shows has come to rest."""
    context = browser.new_context(**{**PHONE, **other})
    phone = Phone(context.new_page(), url)
    show(phone)
    phone.wait_until_sent()
    phone.page.evaluate("document.fonts.ready")
    phone.page.screenshot(path=DOCS / f"{name}.png", animations="disabled")
    context.close()


def invitation(program: Program) -> str:
    """Read the social worker's address from what the demo prints."""
    found = re.search(r"http://127\.0\.0\.1\S+start=\S+", program.output)
    assert found is not None, program.output
    return found[0]


def main() -> None:
    """Take every picture."""
    chromium = shutil.which("chromium") or shutil.which("chromium-browser")
    DOCS.mkdir(exist_ok=True)
    with TemporaryDirectory() as folder, sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=chromium, args=["--no-sandbox"]
        )
        program = Program(Path(folder))
        try:
            program.start("demo")
            program.wait_until_healthy()
            url, staff = f"http://localhost:{program.port}", invitation(program)

            def as_staff(phone: Phone) -> None:
                phone.open(staff)
                phone.wait_for("您现在是")
                review(phone)

            take(browser, "join", url, join)
            take(browser, "review", url, as_staff)
            take(browser, "dark-large", url, large, **EVENING)
        finally:
            program.kill()
            browser.close()
    for path in sorted(DOCS.glob("*.png")):
        sys.stdout.write(f"{path.relative_to(ROOT)}\n")


if __name__ == "__main__":
    main()
