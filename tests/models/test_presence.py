"""Presence: who is at work, and with which keys."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from sqlmodel import Session

from models.presence import SECONDS, announce, leave, present
from tests.models.cast import KEYS, NOW

BOTH = replace(
    KEYS, wrapping={2: b"v" * 32} | KEYS.wrapping, index={2: b"j" * 32} | KEYS.index
)


def test_a_process_says_which_keys_it_holds_and_uses(session: Session) -> None:
    announce(session, "main", BOTH, NOW)
    (main,) = present(session, NOW)
    assert main.holds(1, 1)
    assert main.holds(2, 2)
    assert not main.holds(3, 1)
    assert not main.holds(1, 3)
    assert main.uses(1, 1)
    assert not main.uses(2, 1)
    assert not main.uses(1, 2)


def test_a_process_that_moved_on_says_so(session: Session) -> None:
    announce(session, "main", BOTH, NOW)
    session.flush()
    announce(session, "main", replace(BOTH, current=2, current_index=2), NOW)
    (main,) = present(session, NOW)
    assert main.uses(2, 2)


def test_who_is_silent_or_left_is_not_at_work(session: Session) -> None:
    for process in ("main", "other"):
        announce(session, process, KEYS, NOW)
    assert [one.process for one in present(session, NOW)] == ["main", "other"]
    leave(session, "main", NOW)
    assert [one.process for one in present(session, NOW)] == ["other"]
    assert present(session, NOW + timedelta(seconds=SECONDS)) == []
