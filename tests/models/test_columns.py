"""What every table shares: instants, words, ids."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from enum import StrEnum

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Column, MetaData, Table, insert, text
from sqlalchemy.exc import StatementError
from sqlmodel import Session, col, select

from bot.database import Database
from models.columns import Utc, add_once, long, new_id, one_of, short
from models.fact import Fact
from models.lease import Lease

NOON_IN_CHINA = datetime(2026, 11, 20, 12, tzinfo=timezone(timedelta(hours=8)))


class Word(StrEnum):
    FIRST = "first word"


WORDS = Table(
    "words", MetaData(), Column("word", one_of(Word)), Column("at", Utc, nullable=True)
)


@given(st.integers(0, 2**62 - 1))
def test_an_id_written_short_is_read_again(number: int) -> None:
    assert len(short(number)) <= 12
    assert long(short(number)) == number


@pytest.mark.parametrize(
    "typed", ["", "0", "-1", "1_0", " 1", "zzzzzzzzzzzz", "１", "é"]
)
def test_what_is_no_id_is_the_id_of_nothing(typed: str) -> None:
    assert long(typed) == 0


@given(st.text(max_size=20))
def test_no_text_at_all_makes_an_id_out_of_range(typed: str) -> None:
    assert 0 <= long(typed) < 2**62


def test_ids_are_random_and_never_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    assert len({new_id() for _ in range(1000)}) == 1000
    monkeypatch.setattr("secrets.randbits", lambda bits: 0)
    assert new_id() == 1


def test_an_instant_comes_back_in_utc(session: Session) -> None:
    session.add(Lease(duty="watch", holder="one", until=NOON_IN_CHINA))
    session.commit()
    (kept,) = session.exec(select(col(Lease.until)))
    assert kept == NOON_IN_CHINA
    assert kept.utcoffset() == timedelta(0)


def test_an_instant_without_a_zone_is_refused(session: Session) -> None:
    session.add(Lease(duty="watch", holder="one", until=datetime(2026, 11, 20)))  # noqa: DTZ001
    with pytest.raises(StatementError, match="needs its zone"):
        session.flush()


def test_a_word_is_kept_by_its_value_and_no_instant_as_none(database: Database) -> None:
    with database.writing.begin() as connection:
        WORDS.create(connection)
        connection.execute(insert(WORDS).values(word=Word.FIRST))
        assert (
            connection.execute(text("SELECT word FROM words")).scalar() == "first word"
        )
        assert connection.execute(WORDS.select()).one() == (Word.FIRST, None)


def test_a_row_is_added_once(session: Session) -> None:
    assert add_once(session, Fact(name="city", value="广州"))
    session.expunge_all()
    assert not add_once(session, Fact(name="city", value="潮州"))
    assert session.get_one(Fact, "city").value == "广州"


def test_the_zone_of_the_clock_does_not_matter(session: Session) -> None:
    session.add(Lease(duty="watch", holder="one", until=NOON_IN_CHINA))
    session.commit()
    before = datetime(2026, 11, 20, 3, 59, 59, tzinfo=UTC)
    assert session.exec(select(Lease).where(col(Lease.until) > before)).first()
    assert not session.exec(select(Lease).where(col(Lease.until) > NOON_IN_CHINA)).all()
