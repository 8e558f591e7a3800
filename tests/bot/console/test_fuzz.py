"""Every page of the console under what nobody meant to send, and what is sent twice."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from html import unescape
from typing import Any
from urllib.parse import quote

import pytest
from httpx2 import Response
from hypothesis import given
from hypothesis import strategies as st
from starlette.applications import Starlette

from bot.console.desk import Desk, Went
from bot.console.doorkeeper import Doorkeeper
from bot.console.noun import Form, Noun, Page
from bot.console.nouns import NOUNS
from bot.console.site import Console
from bot.pages import HEADERS
from handlers.dossiers import DOSSIERS
from tests.runs import examples
from tests.world import ANSWERS

from ..contents import contents_of
from .house import Colleague
from .stages import Enter, Stage
from .test_rules import FORMS, is_form

NUMBER, MOBILE, FULL_NAME = (
    ANSWERS[name] for name in ("resident_id", "mobile", "full_name")
)
LOOKED_AT = {
    "applications": (FULL_NAME, MOBILE),  # who reviews may have to call
    "members": (FULL_NAME,),
    # who decides has to know, and may have to call
    **{dossier.name: (FULL_NAME, MOBILE) for dossier in DOSSIERS},
}
"""What is shown unasked, where every look at somebody is written down."""

INJECTED = "<script>alert(1)</script>"
NASTY = (
    *(INJECTED, "'; DROP TABLE worker; --", "{{ 7 * 7 }}", "{name}", "%s", "%00"),
    *("\0", "\u202e反", "１２３", "-1", "0", "9" * 40, "1e999", "NaN", "a.b", "." * 9),
    *("2026-02-30", "0001-01-01", "9999-12-31T23:59", "W10", "WzFd", "x" * 3000),
    *("../../etc/passwd", "http://elsewhere.example/", "=1+1", "zzzzzzzzzzzz", "²"),
)
words = st.sampled_from(NASTY) | st.text(
    st.characters(exclude_categories=["Cs"]), max_size=20
)
NAME = re.compile(r'<(?:input|select|textarea|button)[^>]* name="([^"]+)"')
FIELD = re.compile(r'<(input|textarea)([^>]*) name="([^"]+)"([^>]*)>')
SELECT = re.compile(r'<select[^>]* name="([^"]+)"[^>]*>(.*?)</select>', re.S)
OPTION = re.compile(r'<option value="([^"]*)"')
VALUE = re.compile(r' value="([^"]*)"')


@pytest.fixture(autouse=True)
def unlimited(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let a browser ask as often as it likes."""
    monkeypatch.setattr(Doorkeeper, "_take", lambda *asked: 0.0)


def sound(answer: Response, noun: Noun, page: Page[Any] | Form[Any]) -> None:
    """Hold what holds of every answer."""
    assert answer.status_code < 500
    for name, value in HEADERS.items():
        assert answer.headers[name] == value
    if "html" in answer.headers.get("content-type", ""):
        assert INJECTED not in answer.text
        shown = LOOKED_AT.get(noun.name, ()) if page.note else ()
        hidden = {NUMBER, MOBILE, FULL_NAME} - {*shown}
        assert not any(canary in answer.text for canary in hidden)


@pytest.mark.parametrize("noun", NOUNS, ids=lambda noun: noun.name)
def test_no_page_breaks_or_tells_more_whatever_is_sent(
    enter: Enter, noun: Noun
) -> None:
    stage = enter(noun, noun.pages[0].rule.roles[0])
    house, ways = stage.house, list(ways_of(stage, noun))

    @examples(60)
    @given(data=st.data())
    def ask(data: st.DataObject) -> None:
        browser, page, path, names = data.draw(st.sampled_from(ways))
        named = st.sampled_from(names) | words
        given_ = data.draw(st.dictionaries(named, words, max_size=6))
        key = data.draw(st.sampled_from((path, f"{path}/x")) | words)
        sound(
            browser.client.get(
                quote(key) if key.startswith("/") else path, params=given_
            ),
            noun,
            page,
        )
        if is_form(page):
            sound(browser.client.post(path, data={**given_, "once": key}), noun, page)
            again = house.enter(page.rule.roles[0]) if is_out(browser) else browser
            sent = again.client.post(path, data={**given_, "once": again.key()})
            sound(sent, noun, page)

    ask()


def ways_of(
    stage: Stage, noun: Noun
) -> Iterator[tuple[Colleague, Page[Any] | Form[Any], str, list[str]]]:
    """Yield somebody for each page of a noun, the page, its address and fields."""
    for page in noun.pages:
        path = noun.address(page).replace("{key}", stage.rows.own)
        fields = dict.fromkeys(NAME.findall(stage.browser.get(path).text))
        yield stage.browser, page, path, ["after", "show", "among", *fields]


def is_out(browser: Colleague) -> bool:
    return browser.get("/console/today").status_code != 200


def filled(html: str) -> dict[str, Any]:
    """Fill in a form as somebody would who takes what is offered."""
    main = html.partition("<main")[2]
    fields: dict[str, Any] = {}
    for tag, before, name, after in FIELD.findall(main):
        marks, value = before + after, VALUE.search(before + after)
        if 'type="file"' in marks or tag == "textarea" or value is None:
            fields[name] = "测试"
        else:
            fields.setdefault(name, unescape(value[1]) or usual(marks))
    for name, options in SELECT.findall(main):
        offered = [key for key in OPTION.findall(options) if key]
        fields[name] = offered[-1] if offered else ""
    return fields


def usual(marks: str) -> str:
    kinds = {"number": "3", "date": "2026-12-01", "datetime-local": "2026-12-01T10:00"}
    return next((v for kind, v in kinds.items() if f'type="{kind}"' in marks), "测试")


@pytest.mark.parametrize(("noun", "form"), FORMS)
def test_a_form_that_comes_again_acts_once(
    enter: Enter, noun: Noun, form: Form[Any]
) -> None:
    stage = enter(noun, form.rule.roles[0])
    house, browser = stage.house, stage.browser
    path = noun.address(form).replace("{key}", stage.rows.own)
    fields = {**filled(browser.get(path).text), "once": browser.key()}
    first = browser.client.post(path, data=fields)
    done, sent = house.world.write(contents_of), len(house.sent)
    for _ in range(2):  # a double click, and a resend after a lost answer
        again = browser.client.post(path, data=fields)
        assert again.status_code in (200, 303, 404, 422)
        if first.status_code == 303 and not is_out(browser):
            assert again.headers.get("location") in (first.headers["location"], None)
    now = house.world.write(contents_of)
    if first.status_code == 422:  # it is shown again, and each look is written down
        now["audit_entry"] = done["audit_entry"]
    assert now == done
    assert len(house.sent) == sent or first.status_code == 422


@pytest.mark.parametrize(
    "noun", [n for n in NOUNS if any(map(is_form, n.pages))], ids=lambda noun: noun.name
)
def test_a_form_is_carried_out_once_for_its_key(enter: Enter, noun: Noun) -> None:
    pages = [page for page in noun.pages if isinstance(page, Form)]
    stage, done = enter(noun, pages[0].rule.roles[0]), Counter[str]()
    house, browser = stage.house, stage.browser

    def counting(form: Form[Any]) -> Form[Any]:
        def do(desk: Desk, row: Any) -> Went:
            done[form.path] += 1
            return Went("/console/today", form.path)

        return replace(form, do=do, prepare=None)

    forms = tuple(map(counting, pages))
    console = (house.world.kit, house.world.cans, house.sent.append)
    site = Console(*console, (replace(noun, pages=forms),))
    again = Colleague(Starlette(routes=site.routes()), house.loop)
    again.client.cookies = browser.client.cookies
    for form in forms:
        path, key = noun.address(form).replace("{key}", stage.rows.own), browser.key()
        went = {again.send(path, key).headers.get("location") for _ in range(3)}
        assert went == {"/console/today"}, path
    assert done == Counter(form.path for form in forms)
