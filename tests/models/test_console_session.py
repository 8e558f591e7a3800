"""Sessions of the console: as long as they last, and as long as the position does."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlmodel import Session

from models.console_link import (
    find_console_link,
    make_console_link,
    use_console_link,
)
from models.console_session import (
    Limits,
    Way,
    forget,
    mark_seen,
    sessions_of,
    sign_in,
    sign_out,
    signed_in,
)
from models.staff import Staff, accept, appoint, invite, revoke
from models.worker import Worker
from tests.models.cast import NOW, meet

LIMITS = Limits(timedelta(minutes=30), timedelta(hours=12))
MINUTE = timedelta(minutes=1)

Position = tuple[Staff, Worker]


@pytest.fixture
def position(session: Session) -> Position:
    """Appoint somebody."""
    worker, _ = meet(session)
    session.flush()
    code = invite(session, appoint(session, "officer", "4401", NOW), NOW)
    staff = accept(session, code, worker.id, NOW)
    assert staff is not None
    return staff, worker


def opened(session: Session, position: Position) -> str:
    token, _ = sign_in(session, *position, Way.LINK, "Firefox", NOW)
    session.flush()
    return token


def test_a_token_is_whose_session_it_is(session: Session, position: Position) -> None:
    token = opened(session, position)
    found = signed_in(session, token, LIMITS, NOW)
    assert found is not None
    assert (found.staff, found.worker) == position
    assert signed_in(session, token + "x", LIMITS, NOW) is None


def test_use_keeps_a_session_up_to_its_longest_time(
    session: Session, position: Position
) -> None:
    token, now = opened(session, position), NOW
    while now < NOW + LIMITS.longest - 20 * MINUTE:
        now += 20 * MINUTE
        found = signed_in(session, token, LIMITS, now)
        assert found is not None
        mark_seen(session, found.session.id, now)
        session.expire_all()
    assert sessions_of(session, position[1].id, LIMITS, now)
    assert signed_in(session, token, LIMITS, now + 20 * MINUTE) is None
    assert not sessions_of(session, position[1].id, LIMITS, now + 20 * MINUTE)


def test_a_session_that_is_not_used_ends(session: Session, position: Position) -> None:
    token = opened(session, position)
    assert signed_in(session, token, LIMITS, NOW + 30 * MINUTE) is None


def test_a_session_ends_with_the_position(session: Session, position: Position) -> None:
    token = opened(session, position)
    revoke(session, position[0], NOW)
    session.flush()
    assert signed_in(session, token, LIMITS, NOW) is None


def test_a_session_ends_when_another_holds_the_position(
    session: Session, position: Position
) -> None:
    token, other = opened(session, position), meet(session, "2")[0]
    session.flush()
    accept(session, invite(session, position[0], NOW), other.id, NOW)
    session.flush()
    assert signed_in(session, token, LIMITS, NOW) is None


def test_one_session_ends_or_all_of_them(session: Session, position: Position) -> None:
    first, second, third = (opened(session, position) for _ in range(3))
    forget(session, third)
    found = signed_in(session, first, LIMITS, NOW)
    assert found is not None
    assert sign_out(session, position[0], NOW, found.session.id) == 1
    assert signed_in(session, first, LIMITS, NOW) is None
    assert signed_in(session, second, LIMITS, NOW) is not None
    assert sign_out(session, position[0], NOW) == 1
    assert sign_out(session, position[0], NOW) == 0


def test_a_link_is_used_once_and_ends_with_its_time(session: Session) -> None:
    worker, chat = meet(session)
    session.flush()
    older = make_console_link(session, worker.id, chat.id, NOW, 10)
    session.flush()
    token = make_console_link(session, worker.id, chat.id, NOW, 10)
    session.flush()
    assert find_console_link(session, older, NOW) is None
    assert find_console_link(session, token, NOW + 10 * MINUTE) is None
    assert use_console_link(session, token, NOW) is not None
    assert use_console_link(session, token, NOW) is None
