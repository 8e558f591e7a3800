"""Arrivals: no update acts twice."""

from __future__ import annotations

from sqlmodel import Session

from models.arrival import Arrival
from models.columns import add_once
from tests.models.cast import NOW


def arrival(**changes: str) -> Arrival:
    return Arrival(
        **({"channel": "telegram", "bot": "1", "key": "7"} | changes),
        at=NOW,
    )


def test_an_update_is_taken_once(session: Session) -> None:
    assert add_once(session, arrival())
    session.expunge_all()
    assert not add_once(session, arrival())


def test_channels_and_bots_number_their_own_updates(session: Session) -> None:
    assert add_once(session, arrival())
    assert add_once(session, arrival(channel="page"))
    assert add_once(session, arrival(bot="2"))
    assert add_once(session, arrival(key="8"))
