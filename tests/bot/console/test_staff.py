"""Staff in the console: appointed by a link that is shown once, ended at once."""

from __future__ import annotations

import re

import pytest
from sqlmodel import col, select

from bot.console.staff import PATH
from models.columns import short
from models.one_time import hash_of
from models.staff import Invitation, Staff

from .house import Colleague, House

LINK = re.compile(r"\?start=(s-[\w-]+)")


@pytest.fixture
def browser(house: House) -> Colleague:
    return house.appoint("administrator")


def test_who_opens_the_link_has_the_position(house: House, browser: Colleague) -> None:
    shown = browser.send(f"{PATH}/appoint", role="officer", union="440111")
    assert shown.status_code == 200
    found = LINK.search(shown.text)
    assert found is not None
    heard = house.world.do("start", found[1], "新干部")
    assert "白云区总工会" in heard[0]["text"]
    assert "今天" in house.enter("新干部").read("/console/today")
    kept = house.world.write(lambda s: s.get(Invitation, hash_of(found[1])))
    assert kept is not None


def test_the_link_is_kept_nowhere_and_not_shown_again(
    house: House, browser: Colleague
) -> None:
    once = browser.key()
    given = {"role": "jury", "union": "4401"}
    first = browser.send(f"{PATH}/appoint", once, **given)
    assert LINK.search(first.text)
    again = browser.send(f"{PATH}/appoint", once, **given)
    assert again.status_code == 303
    assert not LINK.search(browser.get(again.headers["location"]).text)
    jury = select(Staff).where(Staff.role == "jury")
    assert len(house.world.write(lambda s: s.exec(jury).all())) == 1


def test_a_clerk_is_appointed_at_a_partner(house: House, browser: Colleague) -> None:
    assert browser.send(f"{PATH}/clerk", partner="nobody").status_code == 422
    shown = browser.send(f"{PATH}/clerk", partner="drug-baiyun")
    found = LINK.search(shown.text)
    assert found is not None
    house.world.do("start", found[1], "店员")
    assert house.enter("店员").get("/console/today").status_code == 200


@pytest.mark.parametrize(
    "given",
    [
        {"role": "officer", "union": "4403"},
        {"role": "partner_clerk", "union": "4401"},
        {"role": "", "union": "4401"},
        {"role": "officer", "union": ""},
    ],
)
def test_nobody_is_appointed_beyond_one_s_own_union(
    browser: Colleague, given: dict[str, str]
) -> None:
    assert browser.send(f"{PATH}/appoint", **given).status_code == 422


def test_a_new_link_ends_the_older_one(house: House, browser: Colleague) -> None:
    shown = browser.send(f"{PATH}/appoint", role="officer", union="4401")
    path = f"{PATH}/{short(newest_open(house).id)}"
    newer = browser.send(f"{path}/invite")
    old, new = LINK.search(shown.text), LINK.search(newer.text)
    assert old is not None
    assert new is not None
    assert "过期" in house.world.do("start", old[1], "甲")[0]["text"]
    assert "工作人员" in house.world.do("start", new[1], "甲")[0]["text"]
    assert browser.send(f"{path}/invite").status_code == 422


def newest_open(house: House) -> Staff:
    unheld = select(Staff).where(col(Staff.worker_id).is_(None))
    return house.world.write(lambda s: s.exec(unheld).one())


def test_who_is_revoked_is_out_at_once(house: House, browser: Colleague) -> None:
    officer = house.appoint("officer", "440111", "干部")
    held = select(Staff).where(Staff.role == "officer")
    path = f"{PATH}/{short(house.world.write(lambda s: s.exec(held).one()).id)}"
    assert "在岗" in browser.read(PATH)
    assert "这个岗位已经结束" in browser.do(f"{path}/revoke")
    assert officer.get("/console/today").status_code == 303
    assert browser.get(path).status_code == 404
    assert "link" not in house.world.say("工作台", "干部")[-1]


def test_an_administrator_sees_no_worker(browser: Colleague) -> None:
    assert browser.get("/console/applications").status_code == 403
    assert browser.get("/console/members").status_code == 403
    words = browser.read("/console/today")
    assert "会员" not in words
