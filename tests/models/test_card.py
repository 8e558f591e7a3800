"""The member card's code: it names one member, for a while, and cannot be made up."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from string import ascii_letters, digits

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import event
from sqlmodel import Session

from models.card import holder, make_code, read_code
from models.columns import new_id
from models.sealing import Keyring
from models.worker import Worker
from tests.models.cast import KEYS, NOW, meet

UNTIL = NOW + timedelta(minutes=10)
OTHERS = Keyring({1: b"w" * 32}, 1, {1: b"j" * 32})
ALPHABET = ascii_letters + digits + "-_"

IDS = st.integers(1, 2**62 - 1)
INSTANTS = st.datetimes(datetime(2026, 1, 1), datetime(2100, 1, 1)).map(  # noqa: DTZ001
    lambda at: at.replace(microsecond=0, tzinfo=UTC)
)


def member(session: Session) -> Worker:
    worker, _ = meet(session)
    worker.member_no, worker.member_since = "44011100000001", NOW
    session.add(worker)
    session.flush()
    return worker


def reads(code: str, now: datetime = NOW) -> int:
    return read_code(KEYS, code, now)[0]


@given(IDS, INSTANTS)
def test_a_code_says_whose_it_is_and_until_when(number: int, until: datetime) -> None:
    code = make_code(KEYS, number, until)
    assert read_code(KEYS, code, until - timedelta(seconds=1)) == (number, until)


def test_a_code_ends_with_its_time() -> None:
    code = make_code(KEYS, 7, UNTIL)
    assert reads(code, UNTIL - timedelta(microseconds=1)) == 7
    assert reads(code, UNTIL) == 0
    assert reads(code, UNTIL + timedelta(days=400)) == 0


def test_a_code_fits_an_address_as_it_is() -> None:
    codes = {make_code(KEYS, new_id(), UNTIL) for _ in range(200)}
    assert len(codes) == 200
    assert {len(code) for code in codes} == {36}
    assert {character for code in codes for character in code} <= {*ALPHABET}


@pytest.mark.parametrize("place", range(36))
def test_another_character_anywhere_makes_it_nobody_s(place: int) -> None:
    code = make_code(KEYS, new_id(), UNTIL)
    for character in (*ALPHABET, " ", "=", "+", "/", "é", "\0"):
        if character != code[place]:
            assert reads(f"{code[:place]}{character}{code[place + 1 :]}") == 0


def test_what_is_not_exactly_a_code_is_nobody_s() -> None:
    code = make_code(KEYS, 7, UNTIL)
    assert reads(code) == 7
    longer = (f"{code}A", f"{code}=", f" {code}", f"{code}\n")
    for other in ("", code[:-1], *longer, code.swapcase(), code[::-1], "A" * 36):
        assert reads(other) == 0


@given(st.text(max_size=60))
def test_whatever_is_asked_for_is_answered(code: str) -> None:
    assert reads(code) == 0


def test_a_code_made_with_other_keys_is_nobody_s() -> None:
    assert reads(make_code(OTHERS, 7, UNTIL)) == 0


def test_a_card_stays_good_while_the_keys_rotate() -> None:
    rotated = Keyring(KEYS.wrapping, 1, {2: b"n" * 32} | KEYS.index, 2)
    now = UNTIL - timedelta(minutes=1)
    assert read_code(rotated, make_code(KEYS, 7, UNTIL), now)[0] == 7
    assert read_code(rotated, make_code(rotated, 7, UNTIL), now)[0] == 7


def test_the_signature_is_good_for_cards_alone() -> None:
    assert KEYS.derive("card") != KEYS.derive("voucher")
    assert KEYS.derive("card") not in (KEYS.index[1], KEYS.tag("card", ""))
    assert KEYS.derive("card") != OTHERS.derive("card")


def test_a_member_holds_a_card(session: Session) -> None:
    worker = member(session)
    code = make_code(KEYS, worker.id, UNTIL)
    assert holder(session, KEYS, code, NOW) == (worker, UNTIL)
    assert holder(session, KEYS, code, UNTIL) is None


def test_who_is_a_member_no_more_holds_none(session: Session) -> None:
    worker = member(session)
    code = make_code(KEYS, worker.id, UNTIL)
    worker.member_no = None
    assert holder(session, KEYS, code, NOW) is None


def test_who_was_forgotten_holds_none(session: Session) -> None:
    assert holder(session, KEYS, make_code(KEYS, new_id(), UNTIL), NOW) is None


def test_every_refusal_looks_once_for_nobody(session: Session) -> None:
    worker = member(session)
    code = make_code(KEYS, worker.id, UNTIL)
    asked: list[object] = []
    event.listen(
        session.connection(),
        "before_cursor_execute",
        lambda c, cursor, statement, parameters, context, many: asked.append(
            (statement, parameters)
        ),
    )
    old, foreign = (code, UNTIL), (make_code(OTHERS, worker.id, UNTIL), NOW)
    for text, now in (old, foreign, (f"{code[:-1]}~", NOW), ("", NOW)):
        session.expunge_all()
        assert holder(session, KEYS, text, now) is None
    assert len(asked) == 4
    assert all(question == asked[0] for question in asked)
