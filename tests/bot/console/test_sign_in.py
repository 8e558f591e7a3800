"""Signing in: by a link from one's own chat, or by number, password and code."""

from __future__ import annotations

import re
from datetime import timedelta
from types import SimpleNamespace

import pytest
from httpx2 import Response

from models.staff import Staff, revoke
from models.totp import SECONDS, code_at

from .house import COOKIE, House, words_of

PASSWORD = "春天的木棉花开了满树通红"
SECRET = re.compile(r'name="secret" value="([A-Z2-7]{32})"')


def code(house: House, secret: str, later: int = 0) -> str:
    return code_at(secret, int(house.world.now.timestamp()) // SECONDS + later)


def set_up(house: House, who: str = "社工") -> tuple[str, str]:
    """Set a password right after coming in by a link; return number and secret."""
    browser = house.enter(who)
    asked = browser.get("/console/account/password")
    found = SECRET.search(asked.text)
    assert found is not None
    said = browser.do(
        "/console/account/password",
        secret=found[1],
        password=PASSWORD,
        again=PASSWORD,
        code=code(house, found[1]),
    )
    number = re.search(r"(\d{6})", said)
    assert number is not None
    house.world.now += timedelta(minutes=1)
    return number[1], found[1]


def sign_in(house: House, number: str, password: str, digits: str) -> Response:
    return house.browser().client.post(
        "/console/sign-in",
        data={"number": number, "password": password, "code": digits},
    )


@pytest.fixture
def social_worker(house: House) -> House:
    house.world.appoint("4401")
    return house


def test_a_link_from_the_chat_opens_the_console(social_worker: House) -> None:
    house = social_worker
    browser, link = house.browser(), house.link()
    assert "广州市总工会" in browser.read(link)
    assert "社工" in browser.read(link)
    done = browser.client.post(link)
    assert done.status_code == 303
    assert "今天" in browser.read("/console/today")
    assert "登录工作台" in str(house.world.history("社工", "bot")[-1])
    assert house.sent


def test_a_link_works_once(social_worker: House) -> None:
    link = social_worker.link()
    assert social_worker.browser().client.post(link).status_code == 303
    again = social_worker.browser().client.post(link)
    assert again.status_code == 410
    assert COOKIE not in again.headers.get("set-cookie", "")


def test_a_link_ends_with_its_minutes(social_worker: House) -> None:
    link = social_worker.link()
    social_worker.world.now += timedelta(minutes=11)
    assert social_worker.browser().get(link).status_code == 410
    assert social_worker.browser().client.post(link).status_code == 410


def test_a_newer_link_ends_the_older_one(social_worker: House) -> None:
    older, newer = social_worker.link(), social_worker.link()
    assert social_worker.browser().client.post(older).status_code == 410
    assert social_worker.browser().client.post(newer).status_code == 303


def test_who_is_no_staff_gets_no_link(house: House) -> None:
    assert "link" not in house.world.say("工作台")[-1]


def test_a_jury_gets_no_link(house: House) -> None:
    house.world.appoint("4401", "评委", "jury")
    assert "link" not in house.world.say("工作台", "评委")[-1]


def test_a_revoked_position_opens_nothing_any_more(social_worker: House) -> None:
    house, browser = social_worker, social_worker.enter()
    link = house.link()
    house.world.write(lambda s: revoke(s, position(s), house.world.now))
    assert browser.get("/console/today").status_code == 303
    assert house.browser().client.post(link).status_code == 410


def position(session: object) -> Staff:
    from sqlmodel import select

    return session.exec(select(Staff)).first()  # type: ignore[attr-defined, no-any-return]


def test_who_is_not_signed_in_comes_back_to_where_they_were_going(
    social_worker: House,
) -> None:
    house, browser = social_worker, social_worker.browser()
    asked = browser.get("/console/applications?show=all")
    assert asked.status_code == 303
    way = asked.headers["location"]
    assert way.startswith("/console/sign-in?then=")
    number, secret = set_up(house)
    form = {"number": number, "password": PASSWORD, "code": code(house, secret)}
    done = browser.client.post(way, data=form)
    assert done.headers["location"] == "/console/applications?show=all"


@pytest.mark.parametrize(
    "then", ["//elsewhere.example", "/console/../x", "https://x", "/console/\\x", "/"]
)
def test_nobody_is_sent_to_another_site(social_worker: House, then: str) -> None:
    done = social_worker.browser().client.post(
        social_worker.link(), params={"then": then}
    )
    assert done.headers["location"] == "/console"


def test_a_session_ends_when_nothing_is_done(social_worker: House) -> None:
    browser = social_worker.enter()
    social_worker.world.now += timedelta(minutes=29)
    assert browser.get("/console/today").status_code == 200
    social_worker.world.now += timedelta(minutes=29)
    assert browser.get("/console/today").status_code == 200
    social_worker.world.now += timedelta(minutes=31)
    assert browser.get("/console/today").status_code == 303


def test_a_session_ends_after_its_longest_time(social_worker: House) -> None:
    browser = social_worker.enter()
    for _ in range(35):
        social_worker.world.now += timedelta(minutes=20)
        assert browser.get("/console/today").status_code == 200
    social_worker.world.now += timedelta(minutes=21)
    assert browser.get("/console/today").status_code == 303


def test_signing_out_ends_this_browser_alone(social_worker: House) -> None:
    one, other = social_worker.enter(), social_worker.enter()
    assert one.send("/console/account/leave").status_code == 303
    assert one.get("/console/today").status_code == 303
    assert other.get("/console/today").status_code == 200


def test_another_browser_can_be_signed_out(social_worker: House) -> None:
    one, other = social_worker.enter(), social_worker.enter()
    page = other.get("/console/account").text
    ends = re.findall(r"/console/account/[0-9a-z]+/end", page)
    assert len(ends) == 2
    for path in ends:
        if "本浏览器" not in page.partition(path)[2].partition("</li>")[0]:
            other.do(path)
    assert one.get("/console/today").status_code == 303
    assert other.get("/console/today").status_code == 200


def test_the_chat_signs_out_everywhere(social_worker: House) -> None:
    one, other = social_worker.enter(), social_worker.enter()
    social_worker.world.do("press", "a:console_out:", "社工")
    assert one.get("/console/today").status_code == 303
    assert other.get("/console/today").status_code == 303


def test_a_new_session_in_a_browser_ends_the_one_before(social_worker: House) -> None:
    browser = social_worker.enter()
    before = browser.client.cookies[COOKIE]
    browser.client.post(social_worker.link())
    other = social_worker.browser()
    other.client.cookies.set(COOKIE, before)
    assert other.get("/console/today").status_code == 303


def test_number_password_and_code_open_the_console(social_worker: House) -> None:
    number, secret = set_up(social_worker)
    digits = code(social_worker, secret)
    done = sign_in(social_worker, number, PASSWORD, digits)
    assert done.status_code == 303


@pytest.mark.parametrize("wrong", ["number", "password", "code"])
def test_whatever_is_wrong_the_answer_is_the_same(
    social_worker: House, wrong: str
) -> None:
    number, secret = set_up(social_worker)
    right = {
        "number": number,
        "password": PASSWORD,
        "code": code(social_worker, secret),
    }
    given = {**right, wrong: "000000"}
    browser = social_worker.browser()
    done = browser.client.post("/console/sign-in", data=given)
    assert done.status_code == 422
    assert "不对" in words_of(done)
    assert COOKIE not in done.headers.get("set-cookie", "")


def test_a_code_works_once(social_worker: House) -> None:
    number, secret = set_up(social_worker)
    digits = code(social_worker, secret)
    assert sign_in(social_worker, number, PASSWORD, digits).status_code == 303
    assert sign_in(social_worker, number, PASSWORD, digits).status_code == 422


def test_five_vain_tries_close_the_way_but_not_the_link(social_worker: House) -> None:
    house = social_worker
    number, secret = set_up(house)
    for _ in range(5):
        assert sign_in(house, number, "wrong", "000000").status_code == 422
    right = sign_in(house, number, PASSWORD, code(house, secret))
    assert right.status_code == 422
    assert house.enter().get("/console/today").status_code == 200
    house.world.now += timedelta(minutes=16)
    opened = sign_in(house, number, PASSWORD, code(house, secret))
    assert opened.status_code == 303


def test_vain_tries_elsewhere_lock_nobody_out(
    social_worker: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    house = social_worker
    number, secret = set_up(house)
    monkeypatch.setattr("bot.console.sign_in.network_of", lambda r: "192.0.2.1")
    for _ in range(6):
        assert sign_in(house, number, "wrong", "000000").status_code == 422
    monkeypatch.setattr("bot.console.sign_in.network_of", lambda r: "192.0.2.2")
    opened = sign_in(house, number, PASSWORD, code(house, secret))
    assert opened.status_code == 303


def test_a_network_that_tries_too_fast_is_not_listened_to(
    social_worker: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    house = social_worker
    still = SimpleNamespace(monotonic=lambda: 1000.0)
    monkeypatch.setattr("bot.console.doorkeeper.time", still)
    number, secret = set_up(house)
    for guess in range(20):
        sign_in(house, f"{guess:06d}", "wrong", "000000")
    answer = sign_in(house, number, PASSWORD, code(house, secret))
    assert answer.status_code == 422


def test_a_password_is_set_only_right_after_the_link(social_worker: House) -> None:
    browser = social_worker.enter()
    social_worker.world.now += timedelta(minutes=16)
    assert "工作台" in browser.read("/console/account/password")
    done = browser.send("/console/account/password", secret="A" * 32)
    assert done.status_code == 422


def test_a_password_is_not_set_by_who_came_in_with_one(social_worker: House) -> None:
    house = social_worker
    number, secret = set_up(house)
    browser = house.browser()
    form = {"number": number, "password": PASSWORD, "code": code(house, secret)}
    browser.client.post("/console/sign-in", data=form)
    done = browser.send("/console/account/password", secret="A" * 32)
    assert done.status_code == 422


def test_each_fault_of_a_new_password_stands_beside_its_field(
    social_worker: House,
) -> None:
    browser = social_worker.enter()
    given = {"secret": "A" * 32, "password": "short", "again": "short", "code": "1"}
    done = browser.send("/console/account/password", **given)
    assert done.status_code == 422
    assert 'id="wrong-password"' in done.text
    assert 'id="wrong-code"' in done.text
    assert 'value="short"' not in done.text
    assert 'value="' + "A" * 32 in done.text
    given |= {"password": PASSWORD * 2, "again": PASSWORD}
    done = browser.send("/console/account/password", **given)
    assert 'id="wrong-again"' in done.text
