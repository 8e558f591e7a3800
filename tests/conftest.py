"""What every test shares: databases, patient property tests, a browser if any."""

from __future__ import annotations

import itertools
import secrets
import shutil

import pytest
from hypothesis import settings

# A busy machine is slow, not wrong.
settings.register_profile("zhigong", deadline=None, print_blob=True)
settings.load_profile("zhigong")

pytest_plugins = ["tests.databases"]

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")


@pytest.fixture
def numbered(monkeypatch: pytest.MonkeyPatch) -> None:
    """Draw numbers and codes in order, the same each time."""
    numbers, letters = itertools.count(1), itertools.count()
    monkeypatch.setattr(secrets, "randbelow", lambda below: next(numbers))
    monkeypatch.setattr(secrets, "choice", lambda s: s[next(letters) % len(s)])


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--rewrite-stories",
        action="store_true",
        help="write what the bot says now into tests/stories; review it as a diff",
    )


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    if CHROMIUM:
        return
    reason = "no Chromium here: apt-get install chromium fonts-wqy-microhei"
    for item in items:
        if item.get_closest_marker("browser"):
            item.add_marker(pytest.mark.skip(reason=reason))
