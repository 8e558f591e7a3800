"""Members in the console: found by what is exactly known, placed, revealed."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from sqlmodel import Session, select

from bot.console.member_list import PATH
from models.application import Application, Standing
from models.audit import AuditEntry
from models.columns import short
from models.worker import Worker

from .house import Colleague, House, words_of
from .rows import UNION, applied

NUMBER = "440106199003070001"


def person(house: House) -> Worker:
    return house.world.write(
        lambda s: s.exec(select(Worker).where(Worker.name_tag != None)).one()  # noqa: E711
    )


@pytest.fixture
def pooled(house: House) -> House:
    """Let somebody be a member in the pool."""
    applied(house, "工人")

    def key(session: Session) -> str:
        return short(session.exec(select(Application.id)).one())

    browser = house.appoint("officer", UNION, "干部")
    browser.do(f"/console/applications/{house.world.write(key)}/pool")
    house.world.wait(timedelta(minutes=1))
    return house


@pytest.fixture
def browser(pooled: House) -> Colleague:
    """Let a social worker in."""
    return pooled.appoint("social_worker")


def found(browser: Colleague, asked: str) -> str:
    done = browser.send(f"{PATH}/find", q=asked)
    return done.headers.get("location", words_of(done))


def test_members_are_listed_masked(browser: Colleague) -> None:
    words = browser.read(PATH)
    assert "张*" in words
    assert "在周转库" in words
    assert "张三" not in words


@pytest.mark.parametrize(
    "known", ["张三", NUMBER, "138 1234 5678", "+86 13812345678", "member number"]
)
def test_a_member_is_found_by_what_is_exactly_known(
    pooled: House, browser: Colleague, known: str
) -> None:
    member = person(pooled)
    asked = member.member_no if known == "member number" else known
    assert found(browser, asked or "") == f"{PATH}/{short(member.id)}"
    kept = select(AuditEntry).where(AuditEntry.action == "person.searched")
    assert len(pooled.world.write(lambda s: s.exec(kept).all())) == 1


@pytest.mark.parametrize("asked", ["张", "1381234567", "李四", "", "%", "'; --"])
def test_nobody_is_found_by_a_part(browser: Colleague, asked: str) -> None:
    assert "没有找到" in found(browser, asked)


def test_nobody_of_another_city_is_found(pooled: House) -> None:
    elsewhere = pooled.appoint("officer", "4403", "外市干部")
    unknown = found(elsewhere, "王五")
    assert "没有找到" in unknown
    assert found(elsewhere, "张三") == unknown.replace("王五", "张三")


def test_who_only_applied_is_found_by_number_mobile_or_id(house: House) -> None:
    applied(house, "工人")
    browser = house.appoint("social_worker")
    row = house.world.write(lambda s: s.exec(select(Application)).one())
    for asked in (row.number, NUMBER, "13812345678", "张三"):
        assert found(browser, asked) == f"/console/applications/{short(row.id)}"


def test_applicants_of_one_name_are_listed(house: House) -> None:
    applied(house, "工人")
    applied(house, "又一位", resident_id="440306197506150005", mobile="13911112222")
    browser = house.appoint("social_worker")
    way = found(browser, "张三")
    assert way.startswith("/console/applications?show=all&among=")
    assert browser.get(way).text.count('class="row"') == 2
    one = way.partition("among=")[2].partition(".")[0]
    alone = browser.get(f"/console/applications?among={one}").text
    assert alone.count('class="row"') == 1


def test_members_and_applicants_of_one_name_are_shown_side_by_side(
    pooled: House, browser: Colleague
) -> None:
    applied(pooled, "又一位", resident_id="440306197506150005", mobile="13911112222")
    done = browser.send(f"{PATH}/find", q="张三")
    assert done.status_code == 200
    assert f'href="{PATH}/{short(person(pooled).id)}"' in done.text
    assert done.text.count('href="/console/applications/') == 1
    assert "张三" not in words_of(done)


def test_members_are_filtered_by_where_they_work(
    pooled: House, browser: Colleague
) -> None:
    for district, count in (("440111", 1), ("440106", 0), ("440306", 1), ("", 1)):
        listed = browser.get(f"{PATH}?district={district}").text
        assert listed.count('class="row"') == count, district


def test_several_of_one_name_are_listed(pooled: House, browser: Colleague) -> None:
    applied(pooled, "又一位", resident_id="440306197506150005", mobile="13911112222")
    listed = browser.get("/console/applications").text
    (path,) = re.findall(r'class="row" href="([^"]+)"', listed)
    browser.do(f"{path}/pool")
    way = found(browser, "张三")
    assert way.startswith(f"{PATH}?among=")
    assert browser.get(way).text.count('class="row"') == 2


def test_a_member_is_shown_masked_and_the_look_is_written_down(
    pooled: House, browser: Colleague
) -> None:
    words = browser.read(f"{PATH}/{short(person(pooled).id)}")
    assert "138****5678" in words
    assert "4401**********0001" in words
    assert NUMBER not in words
    read = select(AuditEntry).where(AuditEntry.action == "member.read")
    assert len(pooled.world.write(lambda s: s.exec(read).all())) == 1


@pytest.mark.parametrize("of", ["member", "application"])
def test_a_whole_number_is_shown_once_to_who_says_why(
    pooled: House, browser: Colleague, of: str
) -> None:
    if of == "member":
        path = f"{PATH}/{short(person(pooled).id)}/reveal"
    else:
        row = pooled.world.write(lambda s: s.exec(select(Application)).one())
        path = f"/console/applications/{short(row.id)}/reveal"
    assert 'id="wrong-why"' in browser.send(path).text
    assert 'id="wrong-words"' in browser.send(path, why="=").text
    once = browser.key()
    shown = browser.send(path, once, why="=", words="核对")
    assert shown.status_code == 200
    assert NUMBER in shown.text
    assert shown.headers["cache-control"] == "no-store"
    again = browser.send(path, once, why="=", words="核对")
    assert again.status_code == 303
    assert NUMBER not in browser.read(again.headers["location"])
    seen = select(AuditEntry).where(AuditEntry.action == f"{of}.revealed")
    (entry,) = pooled.world.write(lambda s: s.exec(seen).all())
    assert entry.detail == "own_words"


def test_a_member_of_the_pool_is_placed_and_told(
    pooled: House, browser: Colleague
) -> None:
    path = f"{PATH}/{short(person(pooled).id)}"
    assert "待安排工会的会员" in browser.read("/console/today")
    assert 'id="wrong-union"' in browser.send(f"{path}/place", union="4403").text
    assert "已安排" in browser.do(f"{path}/place", union="440111")
    assert person(pooled).union_code == "440111"
    assert not person(pooled).in_pool
    heard = pooled.world.wait(timedelta(minutes=1))["工人"][0]
    assert "白云区总工会" in heard["text"]
    assert browser.send(f"{path}/place", union="440111").status_code == 422
    assert "待安排" not in browser.read("/console/today")


def test_a_placing_can_be_taken_back_to_the_pool(
    pooled: House, browser: Colleague
) -> None:
    browser.do(f"{PATH}/{short(person(pooled).id)}/place", union="440111")
    row = pooled.world.write(lambda s: s.exec(select(Application)).one())
    assert "已撤销" in browser.do(
        browser.undo(f"/console/applications/{short(row.id)}")
    )
    member = person(pooled)
    assert member.in_pool
    assert member.member_no
    row = pooled.world.write(lambda s: s.exec(select(Application)).one())
    assert row.standing is Standing.POOL
    assert pooled.world.wait(timedelta(minutes=1)) == {}
