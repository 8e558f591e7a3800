"""Connection codes: short, for minutes, once, and only their hash is kept."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlmodel import Session, select

from bot.database import Database, in_transaction
from models.link_code import (
    ALPHABET,
    LENGTH,
    LinkCode,
    end_code,
    new_code,
    read_code,
    use_code,
)
from tests.models.cast import KEYS, NOW, Meet, Runner, meet, race

LATER = NOW + timedelta(minutes=11)


def test_a_code_is_used_once(session: Session) -> None:
    worker, _ = meet(session)
    code = new_code(session, KEYS, worker.id, NOW)
    assert use_code(session, KEYS, code, NOW) == worker.id
    assert use_code(session, KEYS, code, NOW) is None


def test_a_code_is_found_while_index_keys_rotate(session: Session) -> None:
    worker, _ = meet(session)
    code = new_code(session, KEYS, worker.id, NOW)
    newer = replace(KEYS, index=KEYS.index | {2: bytes(32)}, current_index=2)
    assert use_code(session, newer, code, NOW) == worker.id


def test_a_code_ends_with_its_minutes(session: Session) -> None:
    worker, _ = meet(session)
    code = new_code(session, KEYS, worker.id, NOW)
    assert use_code(session, KEYS, code, LATER) is None


def test_a_newer_code_ends_the_older_one(session: Session) -> None:
    worker, _ = meet(session)
    older = new_code(session, KEYS, worker.id, NOW)
    newer = new_code(session, KEYS, worker.id, NOW)
    assert use_code(session, KEYS, older, NOW) is None
    assert use_code(session, KEYS, newer, NOW) == worker.id


def test_a_code_can_be_ended(session: Session) -> None:
    worker, _ = meet(session)
    code = new_code(session, KEYS, worker.id, NOW)
    end_code(session, worker.id)
    assert use_code(session, KEYS, code, NOW) is None


def test_the_code_itself_is_not_kept(session: Session) -> None:
    worker, _ = meet(session)
    code = new_code(session, KEYS, worker.id, NOW)
    row = session.exec(select(LinkCode)).one()
    assert code.encode() not in row.code_tag


def test_two_at_once_use_a_code_once(database: Database) -> None:
    def make(session: Session) -> str:
        return new_code(session, KEYS, meet(session)[0].id, NOW)

    code = in_transaction(database, make)

    def using() -> Runner:
        def run(session: Session, meet_others: Meet) -> bool:
            meet_others()
            return use_code(session, KEYS, code, NOW) is not None

        return run

    assert sorted(race(database, using(), using())) == [False, True]


@pytest.mark.parametrize("typed", ["abcd-efgh", " ABCD EFGH ", "ＡＢＣＤＥＦＧＨ"])
def test_a_code_is_read_however_it_is_typed(typed: str) -> None:
    assert read_code(typed) == "ABCDEFGH"


@pytest.mark.parametrize("typed", ["", "ABCDEFG", "ABCDEFGHJ", "ABCDEFG0", "ABCDEFGI"])
def test_what_no_code_looks_like_is_none(typed: str) -> None:
    assert read_code(typed) is None


@given(st.text(max_size=60))
def test_reading_a_code_takes_whatever_is_typed(typed: str) -> None:
    code = read_code(typed)
    assert code is None or (len(code) == LENGTH and set(code) <= set(ALPHABET))
