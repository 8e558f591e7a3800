"""Times to book in the console: opened, explained, closed, called off; who booked."""

from __future__ import annotations

from typing import Any

import pytest
from sqlmodel import Session, col, select

from models.audit import AuditEntry
from models.benefit import Benefit, person_of
from models.booking import MOST_AT_ONCE, MOST_PLACES, SLOT_OFF
from models.columns import long, short
from models.partner import Giving
from models.place import read_atlas
from models.reminder import exists
from models.rules import Rules
from models.service import ServiceRequest, ask_for
from models.slot import Slot, SlotState
from tests.models.cast import KEYS

from . import rows
from .house import House, words_of
from .matter_rows import a_member
from .test_records import wrong

AT = "/console/slots"
GIVEN: dict[str, Any] = {
    "benefit_code": rows.CHECK,
    "partner_code": "clinic-4401",
    "on": "2026-12-01",
    "since": "08:30",
    "until": "10:00",
    "every": "30",
    "capacity": "4",
}


def clinic(house: House) -> None:
    """Let there be a partner of the city where health is checked."""
    rows.two(house, rows.a_partner("clinic-4401", "4401"))
    rows.two(house, Giving(benefit_code=rows.CHECK, partner_code="clinic-4401"))


def book(house: House, key: str, number: int, union: str) -> ServiceRequest:
    """Let a member book a slot."""

    def work(session: Session) -> ServiceRequest:
        worker, now = a_member(session, house, number, union), house.world.now
        given, rules = session.get_one(Benefit, rows.CHECK), Rules()
        who = person_of(session, read_atlas(session), rules, worker, now)
        told = (who, given, long(key), "", now, rules.zone)
        return ask_for(session, KEYS, worker, *told)

    return house.world.write(work)


def test_times_of_a_morning_are_opened_at_once(house: House) -> None:
    clinic(house)
    browser = house.appoint("social_worker")
    form = browser.get(f"{AT}/new").text
    assert 'value="clinic-4401"' in form
    assert "health-first" not in form
    assert "已保存" in browser.do(f"{AT}/new", **GIVEN)
    found = select(Slot).order_by(col(Slot.starts_at))
    made = house.world.write(lambda s: list(s.exec(found)))
    assert [f"{row.starts_at:%H:%M}" for row in made] == [
        "00:30",
        "01:00",
        "01:30",
        "02:00",
    ]
    assert {row.capacity for row in made} == {4}
    words = browser.read(AT)
    assert words.count("0/4") == 4
    assert "2026-12-01 08:30" in words
    words = browser.read(f"{AT}/{short(made[0].id)}")
    assert "还没有人" in words
    assert "最后一场" not in words


@pytest.mark.parametrize(
    ("given", "fields"),
    [
        ({"since": "25:00"}, "since"),
        ({"until": "07:00"}, "until"),
        ({"every": "1"}, "until"),
        ({"every": "0"}, "until"),
        ({"on": "2026-11-20"}, "on"),
        ({"on": "2028-01-01"}, "on"),
        ({"on": "0001-01-01", "since": "07:00"}, "on"),
        ({"on": "9999-12-31", "until": "23:59"}, "on"),
        ({"capacity": "0"}, "capacity"),
        ({"capacity": "many", "on": ""}, "capacity on"),
        ({"partner_code": "health-first"}, "partner_code"),
        ({"benefit_code": "career"}, "benefit_code"),
    ],
    ids=str,
)
def test_what_will_not_do_is_explained_beside_its_field(
    sqlite_house: House, given: dict[str, str], fields: str
) -> None:
    clinic(sqlite_house)
    browser = sqlite_house.appoint("social_worker")
    answer = browser.send(f"{AT}/new", **{**GIVEN, **given})
    assert wrong(answer) == {*fields.split()}
    assert "{" not in words_of(answer)


def test_the_most_at_once_is_said(sqlite_house: House) -> None:
    clinic(sqlite_house)
    browser = sqlite_house.appoint("social_worker")
    words = words_of(browser.send(f"{AT}/new", **{**GIVEN, "every": "1"}))
    assert f"一次超过 {MOST_AT_ONCE} 场" in words
    words = words_of(browser.send(f"{AT}/new", **{**GIVEN, "capacity": "0"}))
    assert f"1 到 {MOST_PLACES}。" in words


def test_a_time_is_closed_opened_again_and_called_off(house: House) -> None:
    key = rows.slots(house, "").own
    mine, others = book(house, key, 1, "440106"), book(house, key, 2, "440306")
    browser, at = house.appoint("social_worker"), f"{AT}/{key}"
    words = browser.read(at)
    assert "张*" in words
    assert f"/console/requests/{short(mine.id)}" in browser.get(at).text
    assert others.number in words
    assert "宝安区总工会" in words
    assert short(others.id) not in browser.get(at).text
    read = select(AuditEntry).where(AuditEntry.action == "slot.read")
    assert len(house.world.write(lambda s: s.exec(read).all())) == 3
    happened = house.appoint("officer").get("/console/deeds").text
    assert f'class="row" href="{at}"' in happened
    assert "照常来" in browser.do(f"{at}/close")
    assert browser.send(f"{at}/close").status_code == 422
    assert "已停止预约" in browser.read(AT)
    assert "可以再约" in browser.do(f"{at}/reopen")
    assert "会通知 2 人" in browser.do(f"{at}/cancel")
    assert browser.send(f"{at}/cancel").status_code == 422
    row = house.world.write(lambda s: s.get_one(Slot, long(key)))
    assert row.state is SlotState.OFF
    for one in (mine, others):
        told = f"{one.id}.{row.id}"
        assert house.world.write(lambda s, t=told: exists(s, SLOT_OFF, t))  # type: ignore[misc]
    assert key not in browser.get(AT).text
    assert key in browser.get(f"{AT}?show=off").text
    assert f"{at}/reopen" not in browser.get(at).text


def test_a_time_that_is_past_is_only_looked_at(sqlite_house: House) -> None:
    house = sqlite_house
    key = rows.slots(house, "").own

    def pass_by(session: Session) -> None:
        session.get_one(Slot, long(key)).starts_at = house.world.now

    house.world.write(pass_by)
    browser = house.appoint("social_worker")
    assert key not in browser.get(AT).text
    assert key in browser.get(f"{AT}?show=past&benefit_code={rows.CHECK}").text
    assert "cancel" not in browser.get(f"{AT}/{key}").text
    words = browser.read(f"{AT}/{key}")
    assert "已结束" in words
    assert "往期" not in words
    assert browser.send(f"{AT}/{key}/cancel").status_code == 422
