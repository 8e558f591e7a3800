"""Codes of half a minute: as the RFC says, and for no longer than a clock may err."""

from __future__ import annotations

import base64
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs, unquote, urlsplit

import pytest

from models.totp import address, code_at, is_secret, new_secret, step_of

RFC = base64.b32encode(b"12345678901234567890").decode()
NOW = datetime(2026, 11, 20, 8, 0, 10, tzinfo=UTC)
HALF_MINUTE = timedelta(seconds=30)


@pytest.mark.parametrize(
    ("second", "code"),
    [
        (59, "287082"),
        (1111111109, "081804"),
        (1111111111, "050471"),
        (1234567890, "005924"),
        (2000000000, "279037"),
        (20000000000, "353130"),
    ],
)
def test_the_codes_are_those_of_the_rfc(second: int, code: str) -> None:
    assert code_at(RFC, second // 30) == code


@pytest.mark.parametrize(
    ("off", "fits"), [(-2, False), (-1, True), (1, True), (2, False)]
)
def test_a_clock_may_be_half_a_minute_off(off: int, fits: bool) -> None:
    secret = new_secret()
    step = int((NOW + off * HALF_MINUTE).timestamp()) // 30
    assert (step_of(secret, code_at(secret, step), NOW) == step) is fits


@pytest.mark.parametrize("code", ["", "1", "１２３４５６", "abcdef", "1" * 50])
def test_what_is_no_code_fits_nothing(code: str) -> None:
    assert step_of(RFC, code, NOW) is None


def test_a_secret_is_known_when_it_comes_back() -> None:
    assert is_secret(new_secret())
    assert not is_secret("a" * 32)
    assert not is_secret("A" * 31)


def test_an_app_is_told_the_secret_and_whose_it_is() -> None:
    told = urlsplit(address(RFC, "123456", "职工之家"))
    assert (told.scheme, told.netloc) == ("otpauth", "totp")
    assert unquote(told.path) == "/职工之家:123456"
    assert parse_qs(told.query) == {"secret": [RFC], "issuer": ["职工之家"]}
