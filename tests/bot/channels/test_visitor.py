"""Visitors: a cookie is a chat, only our own page may write, and not too often."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.requests import Request
from starlette.responses import Response

from bot.channels.page.visitor import Gate
from bot.config import Config
from bot.network import network_of
from bot.sections import Page, Web

TOKEN = "a" * 43


def gate(base_url: str = "", **limits: int) -> Gate:
    page = Page.model_validate(limits)
    return Gate(Config.model_construct(web=Web(base_url=base_url), page=page))


def request(client: str = "192.0.2.1", **headers: str) -> Request:
    raw = [(n.replace("_", "-").encode(), v.encode()) for n, v in headers.items()]
    scope = {"type": "http", "headers": raw, "client": (client, 1)}
    return Request(scope)


def test_a_visitor_is_known_by_the_hash_of_the_cookie_alone() -> None:
    address = gate().address(request(cookie=f"zhigong={TOKEN}"))
    assert address is not None
    assert len(address) == 64
    assert TOKEN not in address


@pytest.mark.parametrize(
    "cookie", ["", "zhigong=", "zhigong=short", f"zhigong={TOKEN}!", f"other={TOKEN}"]
)
def test_a_cookie_we_never_gave_is_nobody(cookie: str) -> None:
    assert gate().address(request(cookie=cookie)) is None


def test_a_new_visitor_gets_a_cookie_scripts_cannot_read() -> None:
    cookies = []
    for _ in range(2):
        response = Response()
        gate().let_in(response)
        cookies.append(response.headers["set-cookie"])
    assert cookies[0] != cookies[1]
    assert "HttpOnly" in cookies[0]
    assert "SameSite=lax" in cookies[0]
    assert "Secure" not in cookies[0]


def test_over_https_the_cookie_belongs_to_this_host_alone() -> None:
    response = Response()
    gate("https://home.example.org").let_in(response)
    cookie = response.headers["set-cookie"]
    assert cookie.startswith("__Host-zhigong=")
    assert "Secure" in cookie
    assert "Path=/" in cookie
    assert "Domain" not in cookie


@pytest.mark.parametrize(
    ("headers", "ours"),
    [
        ({"x_requested_with": "zhigong"}, True),
        ({}, False),
        ({"x_requested_with": "XMLHttpRequest"}, False),
    ],
)
def test_only_our_own_page_may_write(headers: dict[str, str], ours: bool) -> None:
    assert gate().is_ours(request(**headers)) is ours


def test_a_chat_may_say_a_burst_and_then_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    now = [1000.0]
    monkeypatch.setattr("bot.channels.page.visitor.time.monotonic", lambda: now[0])
    door = gate(burst=3, per_minute=60)
    assert [door.wait_to_say("a") for _ in range(4)] == [0, 0, 0, pytest.approx(1)]
    assert door.wait_to_say("b") == 0
    now[0] += 1.01
    assert door.wait_to_say("a") == 0
    assert door.wait_to_say("a") > 0


def test_one_address_begins_only_so_many_chats(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.channels.page.visitor.time.monotonic", lambda: 1000.0)
    door = gate(new_per_minute=2)
    waits = [door.wait_to_begin(request()) for _ in range(3)]
    assert waits[:2] == [0, 0]
    assert waits[2] > 0
    assert door.wait_to_begin(request(client="192.0.2.2")) == 0


def test_one_home_is_one_address_however_many_it_has(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("bot.channels.page.visitor.time.monotonic", lambda: 1000.0)
    door = gate(new_per_minute=1)
    assert door.wait_to_begin(request(client="2001:db8:0:1::1")) == 0
    assert door.wait_to_begin(request(client="2001:db8:0:1::2")) > 0
    assert door.wait_to_begin(request(client="2001:db8:0:2::1")) == 0


@pytest.mark.parametrize(
    ("client", "network"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("::ffff:192.0.2.7", "192.0.2.7"),
        ("2001:db8::5", "2001:db8::/64"),
        ("", ""),
    ],
)
def test_where_a_request_comes_from(client: str, network: str) -> None:
    assert network_of(request(client=client)) == network


def test_looking_and_marking_are_limited_on_their_own() -> None:
    door = gate(new_per_minute=1, burst=1)
    assert door.wait_to_look(request()) == 0
    assert door.wait_to_look(request()) > 0
    assert door.wait_to_mark("a") == 0
    assert door.wait_to_mark("a") > 0
    assert door.wait_to_say("a") == 0


@given(
    at=st.integers(0, 42),
    put=st.text(
        st.characters(codec="ascii", exclude_characters=';,\\"\r\n\t\0 '), max_size=2
    ),
)
def test_a_changed_cookie_is_another_s_or_nobody_s(at: int, put: str) -> None:
    changed = TOKEN[:at] + put + TOKEN[at + 1 :]
    ours = gate().address(request(cookie=f"zhigong={TOKEN}"))
    theirs = gate().address(request(cookie=f"zhigong={changed}"))
    assert (theirs == ours) == (changed == TOKEN)
