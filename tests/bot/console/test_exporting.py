"""Exporting: masked as the list is, whole only for a reason, harmless everywhere."""

from __future__ import annotations

import io
from datetime import timedelta
from typing import Any

import pytest
from python_calamine import CalamineWorkbook
from sqlmodel import Session, col, select

from bot.sheets import writing
from models.audit import AuditEntry
from models.worker import Worker

from .house import Colleague, House, words_of
from .rows import UNION, applied, members

NUMBER = "440106199003070001"
NOUNS = ["members", "applications"]
SHOWN = {"members": "", "applications": "show=all"}


@pytest.fixture
def browser(house: House) -> Colleague:
    """Let two cities have a member each; somebody of the first comes in."""
    members(house, "")
    return house.appoint("officer", UNION, "导出")


def rows_of(data: bytes) -> list[list[Any]]:
    book = CalamineWorkbook.from_filelike(io.BytesIO(data))
    return [list(row) for row in book.get_sheet_by_index(0).iter_rows()]


def given(browser: Colleague, path: str) -> list[list[Any]]:
    answer = browser.get(path)
    assert answer.headers["content-type"] == writing.MIME
    assert "no-store" in answer.headers["cache-control"]
    return rows_of(answer.content)


def asked(browser: Colleague, noun: str, **fields: str) -> str:
    form = f"/console/{noun}/export?{SHOWN[noun]}"
    done = browser.send(form, **fields)
    assert done.status_code == 303, words_of(done)
    return str(done.headers["location"])


def entries(house: House, action: str) -> list[str]:
    found = select(AuditEntry.detail).where(AuditEntry.action == action)
    return house.world.write(lambda s: list(s.exec(found.order_by(col(AuditEntry.id)))))


@pytest.mark.parametrize("noun", NOUNS)
def test_what_is_exported_is_masked_and_one_s_own(
    house: House, browser: Colleague, noun: str
) -> None:
    heads, *rows = given(browser, asked(browser, noun, what="masked"))
    assert "证件号码" in heads
    assert len(rows) == 1
    told = " ".join(map(str, rows[0]))
    assert "张*" in told
    assert "4401**********0001" in told
    assert "138****5678" in told
    assert NUMBER not in told
    assert entries(house, f"{noun}.exported")[0].startswith("masked")


@pytest.mark.parametrize("noun", NOUNS)
def test_whole_values_are_given_for_a_reason(
    house: House, browser: Colleague, noun: str
) -> None:
    path = asked(browser, noun, what="whole", why="registry")
    told = " ".join(map(str, given(browser, path)[1]))
    assert NUMBER in told
    assert "张三" in told
    assert entries(house, f"{noun}.exported")[0].startswith("whole registry")


@pytest.mark.parametrize("fields", [{}, {"why": "curious"}, {"why": "own_words"}])
def test_without_a_reason_nothing_is_whole(
    browser: Colleague, fields: dict[str, str]
) -> None:
    done = browser.send("/console/members/export", what="whole", **fields)
    assert done.status_code == 422


def test_an_address_for_whole_values_is_good_for_nothing_else(
    house: House, browser: Colleague
) -> None:
    path = asked(browser, "members", what="whole", why="registry")
    colleague = house.appoint("officer", UNION, "同事")
    for whose, address in (
        (colleague, path),
        (browser, path.replace("registry", "document")),
        (browser, path.replace("members", "applications")),
        (browser, path.replace("until=20", "until=21")),
        (browser, path + "&group=courier"),
    ):
        assert NUMBER not in str(given(whose, address))
    assert NUMBER in str(given(browser, path))
    house.world.wait(timedelta(minutes=6))
    assert NUMBER not in str(given(browser, path))


def test_filters_choose_what_is_exported(browser: Colleague) -> None:
    assert "group=courier" in browser.get("/console/members?group=courier").text
    rows = given(browser, "/console/members/export.xlsx?group=courier")
    assert len(rows) == 1
    rows = given(browser, "/console/members/export.xlsx?union=4403")
    assert "440306" not in str(rows)


def test_too_many_rows_are_not_exported(
    browser: Colleague, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(writing, "MOST", 0)
    done = browser.send("/console/members/export", what="masked")
    assert done.status_code == 422
    assert "请先缩小范围" in words_of(done)


def test_a_name_that_calculates_does_nothing(house: House, browser: Colleague) -> None:
    def rename(session: Session) -> None:
        for worker in session.exec(
            select(Worker).where(col(Worker.member_no).is_not(None))
        ):
            keys = house.world.kit.keys
            worker.name = worker.seal(keys, "name", '=HYPERLINK("https://x")')
            session.add(worker)

    house.world.write(rename)
    path = asked(browser, "members", what="whole", why="registry")
    assert given(browser, path)[1][1] == '\'=HYPERLINK("https://x")'


def test_who_took_their_consent_back_has_no_facts(house: House) -> None:
    applied(house, "工人")
    browser = house.appoint("officer", UNION, "导出")
    house.world.say("撤回同意", "工人")
    rows = given(browser, "/console/applications/export.xlsx?show=all")
    assert len(rows) == 2
