"""Facts: remembered by name."""

from __future__ import annotations

from sqlmodel import Session

from models.fact import FINGERPRINT, recall, remember


def test_what_was_never_told_is_not_recalled(session: Session) -> None:
    assert recall(session, FINGERPRINT) is None


def test_the_last_value_is_recalled(session: Session) -> None:
    for value in ("one", "other"):
        remember(session, FINGERPRINT, value)
        session.flush()
    session.expunge_all()
    assert recall(session, FINGERPRINT) == "other"
