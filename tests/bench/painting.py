"""The first look at the chat page on a slow phone and a slow line, in Chromium."""

from __future__ import annotations

from dataclasses import dataclass
from statistics import median

from playwright.sync_api import Browser, Page

from tests.bench.paging import LIFTED
from tests.browser.chromium import chromium
from tests.programs import program

SLOWER = 4
BYTES_A_SECOND = 400_000
LATENCY_MS = 50
SCREEN = {"width": 390, "height": 844}
FIRST_PAINT = """() => performance.getEntriesByType("paint")
    .find(entry => entry.name === "first-contentful-paint").startTime"""


@dataclass
class Look:
    """One first load: the first paint, the first chat bubble, bytes over the line."""

    paint_ms: float
    bubble_ms: float
    kilobytes: float


def first_look(times: int, database: str = "") -> Look:
    """Open the page so many times, each time as a new phone; give the medians."""
    with program(database, **LIFTED) as made, made.serving(), chromium() as browser:
        looks = [_look(browser, made.url) for _ in range(times)]
    figures = [vars(look).values() for look in looks]
    return Look(*(median(column) for column in zip(*figures, strict=True)))


def _look(browser: Browser, url: str) -> Look:
    context = browser.new_context(viewport=SCREEN)  # type: ignore[arg-type]
    page = context.new_page()
    sizes = _slow_down(page)
    page.goto(url)
    page.wait_for_selector("#log .turn", timeout=30_000)
    bubble = float(page.evaluate("() => performance.now()"))
    paint = float(page.evaluate(FIRST_PAINT))
    context.close()
    return Look(paint, bubble, sum(sizes) / 1000)


def _slow_down(page: Page) -> list[float]:
    """Make processor and line slow; give the list that each answer's size goes to."""
    sizes: list[float] = []
    wire = page.context.new_cdp_session(page)
    wire.on("Network.loadingFinished", lambda e: sizes.append(e["encodedDataLength"]))
    wire.send("Network.enable")
    wire.send(
        "Network.emulateNetworkConditions",
        {
            "offline": False,
            "latency": LATENCY_MS,
            "downloadThroughput": BYTES_A_SECOND,
            "uploadThroughput": BYTES_A_SECOND,
        },
    )
    wire.send("Emulation.setCPUThrottlingRate", {"rate": SLOWER})
    return sizes
