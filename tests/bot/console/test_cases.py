"""Cases in the console: in the order in which they press, acted on, never by two."""

from __future__ import annotations

import re
from datetime import date, timedelta
from typing import Any

import pytest
from sqlmodel import select

from models.audit import AuditEntry
from models.case import Course, Outcome
from models.case_kind import CaseKind
from models.dispute import Matter, Relation, Stage
from models.saved_reply import SavedReply
from models.service_record import ServiceRecord
from tests.world import MONDAY

from .helping import PICTURE, again, ask_for_help, at
from .house import Colleague, House

PATH = "/console/cases"
TODAY = MONDAY.date()
DISPUTE: dict[str, Any] = {
    "kind": CaseKind.RIGHTS,
    "matter": Matter.WAGES,
    "relation": Relation.EMPLOYED,
    "employer": "示例公司",
}


def listed(browser: Colleague, query: str = "") -> list[str]:
    page = browser.get(PATH + query).text
    return re.findall(r'class="row" href="([^"]+)"', page)


def acts(house: House, action: str) -> list[AuditEntry]:
    found = select(AuditEntry).where(AuditEntry.action == action)
    return house.world.write(lambda s: list(s.exec(found)))


def near(days: int) -> dict[str, Any]:
    """Make a dispute whose last safe day is about so many days away."""
    return {**DISPUTE, "since": TODAY - timedelta(days=365 - days)}


def test_what_presses_comes_first_and_nobody_is_named_in_full(house: House) -> None:
    old = ask_for_help(house, "甲")
    house.world.now += timedelta(minutes=1)
    late, soon = (ask_for_help(house, w, **near(d)) for w, d in (("乙", 90), ("丙", 9)))
    urgent = ask_for_help(house, "丁", urgent=True)
    browser = house.appoint("social_worker")
    assert listed(browser) == [at(row) for row in (urgent, soon, late, old)]
    assert "紧急" in browser.read(PATH)


def test_one_page_follows_another(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.console.listing.SIZE", 1)
    rows = [
        ask_for_help(house, "甲", urgent=True),
        ask_for_help(house, "乙", **near(20)),
        ask_for_help(house, "丙"),
    ]
    browser = house.appoint("social_worker")
    seen, query = list[str](), "?course=open"
    while query:
        page = browser.get(PATH + query).text
        seen += re.findall(r'class="row" href="([^"]+)"', page)
        following = re.search(r'rel="next" href="([^"]+)"', page)
        query = following[1].replace("&amp;", "&") if following else ""
    assert seen == [at(row) for row in rows]


def test_filters_stand_in_the_address(house: House) -> None:
    help_, right = ask_for_help(house, "甲"), ask_for_help(house, "乙", **near(5))
    browser = house.appoint("social_worker")
    browser.do(f"{at(help_)}/take")
    for query, rows in (
        ("?kind=rights", [right]),
        ("?course=taken", [help_]),
        ("?whose=mine", [help_]),
        ("?press=near", [right]),
        ("?press=urgent", []),
        ("?course=closed", []),
        ("?course=all&kind=nothing&press=x", [right, help_]),
    ):
        assert listed(browser, query) == [at(row) for row in rows]


def test_what_is_over_is_listed_the_newest_first(house: House) -> None:
    first = ask_for_help(house, "甲")
    house.world.now += timedelta(minutes=1)
    rows = [first, ask_for_help(house, "乙")]
    browser = house.appoint("social_worker")
    for row in rows:
        browser.do(f"{at(row)}/take")
        browser.do(f"{at(row)}/close", outcome="answered", answer="好了", people="1")
    assert listed(browser) == []
    assert listed(browser, "?course=closed") == [at(row) for row in rows[::-1]]


def test_today_counts_what_waits_the_late_ones_first(house: House) -> None:
    ask_for_help(house, "甲", urgent=True)
    ask_for_help(house, "乙", **near(5))
    browser = house.appoint("social_worker")
    words = browser.read("/console/today")
    order = ["等待接手的紧急求助", "快到最后稳妥日期", "等待接手的求助"]
    assert sorted(order, key=words.index) == order
    assert "超过时限" not in words
    house.world.now += timedelta(days=20)
    browser = house.enter("social_worker")
    page = browser.get("/console/today").text
    assert "超过时限的求助" in page
    (path,) = re.findall(r'href="([^"]+press=late)"', page)
    assert len(listed(browser, path.removeprefix(PATH).replace("&amp;", "&"))) == 2


def test_a_case_is_shown_masked_and_the_look_is_written_down(house: House) -> None:
    number = "440106199003070001"
    row = ask_for_help(house, pictured=True, story=f"我是{number}，家里着急")
    browser = house.appoint("social_worker")
    words = browser.read(at(row))
    assert "家里着急" in words
    assert number not in words
    assert "139****5678" in words
    assert len(acts(house, "case.read")) == 1
    shown = browser.get(f"{at(row)}/file?n=1")
    assert shown.content == PICTURE
    assert shown.headers["cache-control"] == "no-store"
    assert browser.get(f"{at(row)}/file?n=2").status_code == 404


def test_of_two_who_take_a_case_one_has_it(house: House) -> None:
    row = ask_for_help(house)
    first, second = (house.appoint("social_worker", who=who) for who in ("甲", "乙"))
    assert "由您负责" in first.do(f"{at(row)}/take")
    late = second.send(f"{at(row)}/take")
    assert late.status_code == 422
    assert "已有同事接手" in late.text
    heard = house.world.wait(timedelta(minutes=1))["工人"]
    assert "已经接手" in str(heard)


def test_a_case_is_let_go_and_waits_again(house: House) -> None:
    row = ask_for_help(house)
    browser = house.appoint("social_worker")
    browser.do(f"{at(row)}/take")
    assert "放回待办" in browser.do(f"{at(row)}/let-go")
    assert again(house, row).course is Course.WAITING
    assert browser.send(f"{at(row)}/let-go").status_code == 422


def test_a_case_is_passed_on_with_a_word(house: House) -> None:
    row = ask_for_help(house)
    browser, other = (house.appoint("social_worker", who=who) for who in ("甲", "乙"))
    browser.do(f"{at(row)}/take")
    asked = browser.get(f"{at(row)}/pass").text
    (key,) = re.findall(r'<option value="([^"]+)"', asked)
    assert browser.send(f"{at(row)}/pass", to="zzz").status_code == 422
    browser.do(f"{at(row)}/pass", to=key, words="请先打电话")
    words = other.read(at(row))
    assert "请先打电话" in words
    assert "由您负责" in words


def test_a_note_is_for_staff_and_for_what_is_open(house: House) -> None:
    row = ask_for_help(house)
    browser = house.appoint("social_worker")
    words = browser.do(f"{at(row)}/note", words="家访过了")
    assert "内部备注" in words
    assert "家访过了" in words
    assert browser.send(f"{at(row)}/note").status_code == 422
    browser.do(f"{at(row)}/take")
    browser.do(f"{at(row)}/close", outcome="answered", answer="好", people="1")
    assert browser.send(f"{at(row)}/note", words="再记一笔").status_code == 422


def test_the_stage_of_a_dispute_moves_its_clocks(house: House) -> None:
    row = ask_for_help(house, **near(100))
    browser = house.appoint("social_worker")
    words = browser.read(at(row))
    assert "协商" in words
    assert str(again(house, row).safe_day) in browser.read(PATH)
    for on in ("2026-12-31", "1889-01-01", "soon"):
        given = {"stage": "awarded", "on": on}
        assert browser.send(f"{at(row)}/stage", **given).status_code == 422
    browser.do(f"{at(row)}/stage", stage="awarded", on="2026-11-20")
    moved = again(house, row)
    assert moved.stage is Stage.AWARDED
    assert moved.safe_day == date(2026, 12, 4)
    assert "12月4日" in browser.read(at(row))


def test_a_case_is_closed_with_an_answer_and_counts_as_a_service(
    house: House,
) -> None:
    row = ask_for_help(house)
    browser = house.appoint("social_worker")
    browser.do(f"{at(row)}/take")
    for wrong in (
        {"people": "0"},
        {"people": "x"},
        {"outcome": "none"},
        {"answer": ""},
    ):
        given = {"outcome": "settled", "answer": "借到钱了", "people": "2", **wrong}
        assert browser.send(f"{at(row)}/close", **given).status_code == 422
    words = browser.do(
        f"{at(row)}/close", outcome="settled", answer="借到钱了", people="2"
    )
    assert "借到钱了" in words
    assert "已解决" in words
    house.world.wait(timedelta(minutes=1))
    house.world.tap("5 分，很满意")
    assert "很满意" in browser.read(at(row))
    counted = house.world.write(lambda s: s.exec(select(ServiceRecord)).one())
    assert (counted.outcome, counted.people) == (Outcome.SETTLED, 2)


def test_a_phone_number_is_shown_once_to_who_says_why(house: House) -> None:
    row = ask_for_help(house)
    browser = house.appoint("social_worker")
    assert browser.send(f"{at(row)}/reveal").status_code == 422
    once = browser.key()
    shown = browser.send(f"{at(row)}/reveal", once, why="call")
    assert "13912345678" in shown.text
    assert "13912345678" not in browser.send(f"{at(row)}/reveal", once).text
    (entry,) = acts(house, "case.revealed")
    assert entry.detail == "call"


def test_who_left_no_number_has_none_to_show(house: House) -> None:
    row = ask_for_help(house, mobile="")
    browser = house.appoint("social_worker")
    assert "查看完整手机号" not in browser.read(at(row))
    assert browser.get(f"{at(row)}/reveal").status_code == 404


def test_officers_are_warned_when_many_name_one_employer(house: House) -> None:
    rows = [
        ask_for_help(house, f"工人{n}", **near(100 + n), union="4401") for n in range(3)
    ]
    hidden = ask_for_help(house, "深圳工人", **near(100), union="4403")
    officer = house.appoint("officer")
    assert "多件求助说的是同一家单位" in officer.read("/console/today")
    assert listed(officer, "?press=alike") == [at(rows[-1])]
    page = officer.get(at(rows[0])).text
    assert "4 件同类求助说的是同一家单位" in page
    assert at(rows[1]) in page
    assert at(hidden) not in page
    worker = house.appoint("social_worker")
    assert "多件求助" not in worker.read("/console/today")


def test_nobody_sees_to_their_own(house: House) -> None:
    house.world.appoint("4401", "工人")
    row = ask_for_help(house, "工人")
    browser = house.enter("工人")
    assert listed(browser) == []
    assert browser.get(at(row)).status_code == 404


def test_replies_are_saved_changed_and_dropped(house: House) -> None:
    def make(session: Any) -> None:
        session.add(SavedReply(id=5, union_code="4401", number=1, text="市里的"))

    house.world.write(make)
    browser = house.appoint("social_worker", "440106")
    at_ = "/console/replies"
    assert "上级工会的" in browser.read(at_)
    assert browser.send(f"{at_}/5/change", text="x").status_code == 404
    given = {"union_code": "440106", "number": "7", "text": "您好，请讲。"}
    browser.do(f"{at_}/new", **given)
    assert "编号已经有了" in browser.send(f"{at_}/new", **given).text
    assert browser.send(f"{at_}/new", **{**given, "number": "100"}).status_code == 422
    _, path = re.findall(r'class="row" href="([^"]+)"', browser.get(at_).text)
    assert "慢慢讲" in browser.do(f"{path}/change", text="您慢慢讲。")
    assert "慢慢讲" not in browser.do(f"{path}/drop")
    assert browser.get(path).status_code == 404
