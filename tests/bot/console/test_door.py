"""The door and the counter: one effect however often, and nobody tries numbers out."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlmodel import col, select

from handlers.redeeming import MOST
from models.card import make_code
from models.columns import short
from models.event import Event, EventState
from models.signup import Signup
from models.voucher import Held, Voucher
from models.worker import Worker

from . import rows
from .house import Colleague, House, words_of

SHOP = "yuekang-xiangqiao"
NUMBER = "00000000000001"


@pytest.fixture
def door(house: House) -> House:
    """Let there be a member, and an event that begins soon."""
    rows.counter(house, "")
    rows.two(house, rows.an_event(house, "4401"))
    return house


def at(house: House) -> str:
    row = house.world.write(lambda s: s.exec(select(Event)).one())
    return f"/console/events/{short(row.id)}/door"


def came(house: House) -> int:
    found = select(Signup).where(col(Signup.checked_in_at).is_not(None))
    return len(house.world.write(lambda s: s.exec(found).all()))


def test_a_member_is_checked_in_once_by_number(door: House) -> None:
    browser, path = door.appoint("social_worker"), at(door)
    words = browser.do(path, number="0000 0000 000001")
    assert "张* · 0001 签到成功" in words
    assert "签到成功" not in browser.read(path)
    assert "已经签过到" in browser.do(path, number=NUMBER)
    assert came(door) == 1


def test_who_comes_is_listed_with_masked_names(door: House) -> None:
    browser, path = door.appoint("social_worker"), at(door)
    people = path.replace("door", "people")
    assert "还没有人" in browser.read(people)
    browser.do(path, number=NUMBER)
    words = browser.read(f"{people}?state=attended")
    assert "张* 0001" in words
    assert "张三" not in words
    assert "还没有人" in browser.read(f"{people}?state=waiting")
    assert "查看了名单" in browser.read(path.removesuffix("/door"))


def test_a_member_is_checked_in_by_the_code_on_the_card(door: House) -> None:
    browser, path = door.appoint("social_worker"), at(door)
    worker_id = door.world.write(
        lambda s: s.exec(select(Worker.id).where(Worker.member_no == NUMBER)).one()
    )
    until = door.world.now + timedelta(minutes=5)
    card = f"https://x/card/{make_code(door.world.kit.keys, worker_id, until)}"
    assert "签到成功" in browser.do(path, number=card)
    door.world.now += timedelta(minutes=6)
    assert "已失效" in browser.send(path, number=card).text


def test_unknown_numbers_are_counted(
    door: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.console.door.MOST", 2)
    browser, path = door.appoint("social_worker"), at(door)
    assert "14 位" in browser.send(path, number="123").text
    for _ in range(2):
        assert "没有这个会员证号" in browser.do(path, number="9" * 14)
    assert "输错太多次" in browser.do(path, number=NUMBER)
    assert came(door) == 0
    door.world.now += timedelta(minutes=61)
    browser = door.enter("social_worker")
    assert "签到成功" in browser.do(path, number=NUMBER)


def test_a_door_that_is_shut_says_why(door: House) -> None:
    browser, path = door.appoint("social_worker"), at(door)
    door.world.now += timedelta(hours=4)
    browser = door.enter("social_worker")
    assert "已经结束" in browser.read(path)
    assert "已经结束" in browser.send(path, number=NUMBER).text

    def back_to_draft(session: object) -> None:
        row = session.exec(select(Event)).one()  # type: ignore[attr-defined]
        row.state = EventState.DRAFT
        session.add(row)  # type: ignore[attr-defined]

    door.world.write(back_to_draft)
    assert "没有发布" in browser.read(path)


def test_who_was_checked_in_elsewhere_is_not_shown_here(door: House) -> None:
    browser, path = door.appoint("social_worker"), at(door)
    assert "张*" not in browser.read(f"{path}?done=zzz")
    assert "没有这个会员证号" in browser.read(f"{path}?told=unknown")
    assert "None" not in browser.read(f"{path}?told=nothing&again")


def test_what_is_wrong_now_stands_alone(door: House) -> None:
    browser, path = door.appoint("social_worker"), at(door)
    done = browser.send(path, number=NUMBER).headers["location"]
    assert "签到成功" in browser.read(done)
    wrong = words_of(browser.send(done, number="123"))
    assert "14 位" in wrong
    assert "签到成功" not in wrong
    wrong = words_of(browser.send(f"{path}?told=unknown", number="123"))
    assert "没有这个会员证号" not in wrong


def code_of(house: House, partner: str = SHOP) -> str:
    def look(session: object) -> str:
        found = select(Voucher).where(Voucher.partner_code == partner)
        row = session.exec(found).one()  # type: ignore[attr-defined]
        worker = session.get_one(Worker, row.worker_id)  # type: ignore[attr-defined]
        return str(row.read(house.world.kit.keys, worker))

    return house.world.write(look)


@pytest.fixture
def clerk(house: House) -> Colleague:
    """Let a clerk stand at the counter, and a member have vouchers."""
    rows.counter(house, "")
    house.world.appoint_clerk(SHOP, "收银员")
    return house.enter("收银员")


PATH = "/console/counter"


def test_a_voucher_is_found_shown_and_used_up_once(
    house: House, clerk: Colleague
) -> None:
    code = code_of(house)
    found = clerk.send(PATH, code=f"https://x/?start=r-{code}")
    path = found.headers["location"]
    words = clerk.read(path)
    assert "家庭药箱" in words
    assert "张*" in words
    assert "张三" not in words
    for amount in ("", "0", "much"):
        assert 'id="wrong-saved"' in clerk.send(path, saved=amount).text
    key = clerk.key(path)
    for _ in range(2):
        assert clerk.send(path, key, saved="12.5").headers["location"] == PATH
    assert "今天核销" in clerk.read(PATH)
    assert clerk.send(path, saved="9").status_code == 422
    assert "已经在" in clerk.do(PATH, code=code)

    def look(session: object) -> tuple[Held, int | None]:
        found = select(Voucher).where(Voucher.partner_code == SHOP)
        row = session.exec(found).one()  # type: ignore[attr-defined]
        return row.standing, row.saved

    assert house.world.write(look) == (Held.USED, 1250)


def test_codes_are_not_tried_out(house: House, clerk: Colleague) -> None:
    assert 'id="wrong-code"' in clerk.send(PATH, code="short").text
    elsewhere = code_of(house, "yuekang-chaoan")
    assert "不在您这里用" in clerk.do(PATH, code=elsewhere)
    for _ in range(MOST):
        assert "没有这个券码" in clerk.do(PATH, code="AAAAAAAAAA")
    assert "输错太多次" in clerk.do(PATH, code=code_of(house))
