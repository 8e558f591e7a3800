"""PINs: six digits nobody guesses first, checked alike for whoever it is."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.pin import fits, is_trivial, read_pin, set_pin
from models.worker import new_worker
from tests.models.cast import KEYS, NOW

NUMBER, MOBILE, BORN = "440106199003070001", "+8613812345678", "1990-03-07"


@pytest.mark.parametrize(
    "typed", ["135790", "１３５７９０", " 135 790 ", "135-790", "١٣٥٧٩٠"]
)
def test_a_pin_is_read_however_it_is_typed(typed: str) -> None:
    assert read_pin(typed) == "135790"


@pytest.mark.parametrize("typed", ["", "13579", "1357901", "13579x", "一三五七九零"])
def test_what_is_no_pin_is_none(typed: str) -> None:
    assert read_pin(typed) is None


@pytest.mark.parametrize(
    "pin",
    [
        *("123456", "654321", "890123", "111111", "121212", "123123"),
        *("900307", "199003", "030790", "070390", "070001", "345678"),
    ],
)
def test_what_anybody_would_try_first_is_trivial(pin: str) -> None:
    assert is_trivial(pin, NUMBER, MOBILE, BORN)


def test_the_end_of_an_id_with_a_letter_is_trivial() -> None:
    assert is_trivial("491231", "11010519491231X", MOBILE, BORN)


@pytest.mark.parametrize("pin", ["135790", "802417"])
def test_another_pin_will_do(pin: str) -> None:
    assert not is_trivial(pin, NUMBER, MOBILE, BORN)
    assert not is_trivial(pin, "", "", "")


def test_only_the_newest_pin_fits() -> None:
    worker = new_worker(KEYS, "zh-CN", NOW)
    for pin in ("802417", "135790"):
        set_pin(KEYS, worker, pin)
    assert worker.pin is not None
    holder = (worker.id, worker.key, worker.pin)
    assert fits(KEYS, holder, "135790")
    assert not fits(KEYS, holder, "802417")
    assert not fits(KEYS, None, "135790")


def test_the_row_holds_neither_the_pin_nor_a_bare_hash() -> None:
    worker = new_worker(KEYS, "zh-CN", NOW)
    set_pin(KEYS, worker, "135790")
    assert worker.pin is not None
    assert b"135790" not in worker.pin
    assert b"argon2" not in worker.pin
    assert (worker.unseal(KEYS, "pin") or "").startswith("$argon2id$")


@given(st.text(max_size=40))
def test_reading_a_pin_takes_whatever_is_typed(typed: str) -> None:
    pin = read_pin(typed)
    assert pin is None or (len(pin) == 6 and pin.isascii() and pin.isdigit())
