"""The rules: every page, asked by every role for a row of theirs and one of others."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from httpx2 import Response

from bot.console.noun import Form, Noun, Page
from bot.console.nouns import NOUNS
from bot.pages import HEADERS
from models.staff import CONSOLE, PARTNER_CLERK

from .house import Colleague, House
from .matter_rows import MATTERS
from .rows import ROWS, UNION, Rows

PAGES = [
    pytest.param(noun, page, id=f"{noun.name}-{page.path or 'first'}")
    for noun in NOUNS
    for page in noun.pages
]
Ask = Callable[[str], Response]
NOBODY, PARTNER = "zzzz", "yuekang-xiangqiao"


def came(house: House, role: str) -> Colleague:
    """Let somebody of a role in."""
    if role == PARTNER_CLERK:
        house.world.appoint_clerk(PARTNER, role)
        return house.enter(role)
    return house.appoint(role, UNION, role)


def rows_for(house: House, noun: Noun, page: Page[Any] | Form[Any], role: str) -> Rows:
    if "{key}" not in page.path:
        return Rows("", NOBODY)
    made = {**ROWS, **MATTERS}
    assert noun.name in made, f"say in rows.py which rows of {noun.name} there are"
    return made[noun.name](house, role)


def test_every_address_is_of_one_page() -> None:
    addresses = [noun.address(page) for noun in NOUNS for page in noun.pages]
    assert len(addresses) == len(set(addresses))


def test_every_first_page_is_about_no_row() -> None:
    assert all("{key}" not in noun.pages[0].path for noun in NOUNS)


@pytest.mark.parametrize("role", CONSOLE)
@pytest.mark.parametrize(("noun", "page"), PAGES)
def test_a_page_keeps_its_rule(
    sqlite_house: House, noun: Noun, page: Page[Any] | Form[Any], role: str
) -> None:
    house = sqlite_house
    browser = came(house, role)
    rows = rows_for(house, noun, page, role)
    address = noun.address(page)
    own, foreign, none = (
        address.replace("{key}", key) for key in (rows.own, rows.foreign, NOBODY)
    )
    may, about_row = role in page.rule.roles, "{key}" in address
    asks: list[Ask] = [browser.get, *([browser.send] if is_form(page) else [])]
    for number, ask in enumerate(asks):
        answer = ask(own)
        assert answer.status_code in (
            ({200}, {200, 303, 422})[number] if may else {403}
        )
        if about_row and browser.get("/console/today").status_code == 200:
            turned = ask(foreign)
            assert turned.status_code == (404 if may else 403)
            assert turned.text == ask(none).text
    outside = house.browser()
    assert outside.get(own).headers["location"].startswith("/console/sign-in")
    if is_form(page):
        done = outside.client.post(own, data={"once": "x.y"})
        assert done.headers["location"].startswith("/console/sign-in")


@pytest.mark.parametrize(("noun", "page"), PAGES)
def test_a_form_is_sent_by_our_own_page_alone(
    sqlite_house: House, noun: Noun, page: Page[Any] | Form[Any]
) -> None:
    if not is_form(page):
        return
    role = page.rule.roles[0]
    browser = came(sqlite_house, role)
    rows = rows_for(sqlite_house, noun, page, role)
    path = noun.address(page).replace("{key}", rows.own)
    other = sqlite_house.appoint(role, UNION, "另一位").key()
    for key in ("", "x", "x.y", other):
        assert browser.send(path, key).status_code == 422
    elsewhere = {"origin": "https://elsewhere.example"}
    done = browser.client.post(path, data={"once": browser.key()}, headers=elsewhere)
    assert done.status_code == 403


@pytest.mark.parametrize(
    "path", ["/console", "/console/sign-in", "/console/nothing", "/console/enter/x"]
)
def test_every_answer_carries_the_headers(sqlite_house: House, path: str) -> None:
    shown = sqlite_house.browser().get(path)
    for name, value in HEADERS.items():
        assert shown.headers[name] == value


def test_what_is_not_there_says_so_kindly(sqlite_house: House) -> None:
    shown = sqlite_house.browser().get("/console/nothing/at/all")
    assert shown.status_code == 404
    assert "去工作台" in shown.text


def is_form(page: Page[Any] | Form[Any]) -> bool:
    return isinstance(page, Form)
