"""Merging in the console: side by side, by two people, told to who it is about."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlmodel import Session, select

from models.columns import long, short
from models.worker import Worker

from .house import Colleague, House, words_of
from .rows import UNION, applied

MEMBERS, PATH = "/console/members", "/console/merges"
OTHER = "440306197506150005"


def people(house: House) -> dict[str, str]:
    """Return the keys of the workers by name."""

    def look(session: Session) -> dict[str, str]:
        keys = house.world.kit.keys
        found = session.exec(select(Worker).where(Worker.name != None))  # noqa: E711
        return {one.unseal(keys, "id_number") or "": short(one.id) for one in found}

    return house.world.write(look)


@pytest.fixture
def both(house: House) -> tuple[str, str]:
    """Let one person be two members; return their keys."""
    applied(house, "工人")
    applied(house, "旧手机", resident_id=OTHER, full_name="张三")
    browser = house.appoint("officer", UNION, "审核")
    shown = browser.get("/console/applications").text
    for part in shown.split('href="/console/applications/')[1:]:
        key = part.partition('"')[0]
        if key.isalnum():
            browser.do(f"/console/applications/{key}/pool")
    found = people(house)
    return found["440106199003070001"], found[OTHER]


@pytest.fixture
def one(house: House) -> Colleague:
    return house.appoint("officer", UNION, "甲")


@pytest.fixture
def two(house: House) -> Colleague:
    return house.appoint("social_worker", UNION, "乙")


def propose(browser: Colleague, both: tuple[str, str]) -> str:
    done = browser.send(f"{MEMBERS}/{both[0]}/merge", q=OTHER)
    assert done.status_code == 303, words_of(done)
    return str(done.headers["location"])


def test_two_records_become_one(
    house: House, one: Colleague, two: Colleague, both: tuple[str, str]
) -> None:
    path = propose(one, both)
    words = two.read(path)
    assert "张*" in words
    assert OTHER not in words
    assert "姓名、手机号" in words
    assert "合并不能撤销" in words
    assert "待合并的记录" in two.read("/console/today")
    assert "已经合并为一条记录" in two.do(f"{path}/confirm")
    gone = house.world.write(lambda s: s.get(Worker, long(both[1])))
    assert gone is None
    assert two.get(path).status_code == 404
    assert two.get(f"{MEMBERS}/{both[1]}").status_code == 404
    assert "没有待合并的记录" in two.read(PATH)


def test_who_proposed_does_not_confirm(one: Colleague, both: tuple[str, str]) -> None:
    path = propose(one, both)
    assert f"{path}/confirm" not in one.get(path).text
    done = one.send(f"{path}/confirm")
    assert done.status_code == 422
    assert "另一位工作人员确认" in words_of(done)


def test_two_people_stay_two(
    house: House, one: Colleague, two: Colleague, both: tuple[str, str]
) -> None:
    path = propose(one, both)
    assert both[0] not in two.read(PATH)
    assert "保持不变" in two.do(f"{path}/refuse")
    assert set(both) == set(people(house).values())


@pytest.mark.parametrize("asked", ["", "nobody", "440106199003070001"])
def test_the_other_record_is_named_exactly(
    one: Colleague, both: tuple[str, str], asked: str
) -> None:
    done = one.send(f"{MEMBERS}/{both[0]}/merge", q=asked)
    assert done.status_code == 422
    assert "没有找到唯一对应" in words_of(done)


def test_what_cannot_be_merged_says_why(one: Colleague, both: tuple[str, str]) -> None:
    propose(one, both)
    done = one.send(f"{MEMBERS}/{both[0]}/merge", q=OTHER)
    assert "已经在等待合并" in words_of(done)


def test_the_person_is_told_in_their_other_chats(
    house: House, one: Colleague, two: Colleague, both: tuple[str, str]
) -> None:
    two.do(f"{propose(one, both)}/confirm")
    told = house.world.wait(timedelta(minutes=1))
    assert any("不是我" in str(body) for body in told["工人"])
