"""Credentials: a password and a secret, both sealed, and codes that work once."""

from __future__ import annotations

import secrets
from collections.abc import Callable

import pytest
from sqlmodel import Session

from models.credential import (
    credential_of,
    credential_with,
    fits,
    is_weak,
    set_credential,
    use_step,
)
from models.totp import new_secret
from tests.models.cast import KEYS, meet

PASSWORD = "correct horse battery"


def test_a_password_is_known_and_no_other(session: Session) -> None:
    worker, _ = meet(session)
    secret = new_secret()
    row = set_credential(session, KEYS, worker, PASSWORD, secret)
    session.flush()
    hashed, kept = row.load(KEYS, worker)
    assert kept == secret
    assert fits(hashed, PASSWORD)
    assert not fits(hashed, PASSWORD + " ")
    assert PASSWORD.encode() not in row.password
    assert credential_with(session, row.number) is row


def test_nobody_s_password_fits_nothing() -> None:
    assert not fits(None, PASSWORD)


def test_a_new_password_ends_the_one_before_and_the_number_stays(
    session: Session,
) -> None:
    worker, _ = meet(session)
    older = set_credential(session, KEYS, worker, PASSWORD, new_secret())
    session.flush()
    number = older.number
    newer = set_credential(session, KEYS, worker, PASSWORD[::-1], new_secret())
    assert credential_of(session, worker.id) is newer
    assert newer.number == number
    assert not fits(newer.load(KEYS, worker)[0], PASSWORD)


def test_a_number_belongs_to_one_person(
    session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    one, other = meet(session, "1")[0], meet(session, "2")[0]
    drawn = iter([7, 7, 8])
    below: Callable[[int], int] = lambda most: next(drawn)  # noqa: E731
    monkeypatch.setattr(secrets, "randbelow", below)
    numbers = []
    for worker in (one, other):
        numbers.append(
            set_credential(session, KEYS, worker, PASSWORD, new_secret()).number
        )
        session.flush()
    assert numbers == ["100007", "100008"]


def test_a_code_is_used_once_and_none_before_it(session: Session) -> None:
    worker, _ = meet(session)
    row = set_credential(session, KEYS, worker, PASSWORD, new_secret())
    session.flush()
    assert use_step(session, row.id, 100)
    assert not use_step(session, row.id, 100)
    assert not use_step(session, row.id, 99)
    assert use_step(session, row.id, 101)


@pytest.mark.parametrize(
    ("password", "weak"),
    [
        ("short words", True),
        ("aaaaaaaaaaaaaaaa", True),
        ("ababababcdcdcd", True),
        ("x" * 129 + "abcdef", True),
        (PASSWORD, False),
        ("一二三四五六七八九十百千", False),
    ],
)
def test_a_password_is_long_and_of_more_than_a_few_characters(
    password: str, weak: bool
) -> None:
    assert is_weak(password) is weak
