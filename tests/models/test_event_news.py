"""News of an event: everybody is told once, some at a time."""

from __future__ import annotations

import pytest
from sqlmodel import Session, select

from models import event_news
from models.event_news import EventNews, tell_all, tell_some
from models.reminder import Reminder
from models.signup import CALLED_OFF, CERTIFICATE, IN_VAIN, SOON, SignupState
from tests.models.cast import NOW
from tests.models.programme import guest, open_event

LATER = NOW.replace(hour=20)


def made(session: Session, kind: str) -> list[Reminder]:
    return list(session.exec(select(Reminder).where(Reminder.kind == kind)))


def told(session: Session, kind: str) -> list[str]:
    return [row.subject for row in made(session, kind)]


def test_many_are_told_some_at_a_time_and_each_once(
    session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(event_news, "AT_ONCE", 2)
    event = open_event(session, capacity=9)
    rows = sorted((guest(session, event, n) for n in range(4)), key=lambda row: row.id)
    tell_all(session, event, CALLED_OFF, NOW, NOW)
    for many in (2, 4, 4):
        tell_some(session)
        assert len(told(session, CALLED_OFF)) == many
    assert {*told(session, CALLED_OFF)} == {str(row.id) for row in rows}
    assert session.exec(select(EventNews)).all() == []


def test_what_is_due_first_is_made_first(
    session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(event_news, "AT_ONCE", 1)
    event = open_event(session)
    guest(session, event)
    before = len(told(session, SOON))
    tell_all(session, event, SOON, LATER, NOW)
    tell_all(session, event, CALLED_OFF, NOW, NOW)
    tell_some(session)
    assert (len(told(session, SOON)), len(told(session, CALLED_OFF))) == (before, 1)
    for _ in range(2):  # the first finds that nobody is left
        tell_some(session)
    assert len(told(session, SOON)) == before + 1


def test_what_few_are_told_is_made_in_one_sweep(session: Session) -> None:
    event = open_event(session)
    guest(session, event)
    for kind in (SOON, CALLED_OFF):
        tell_all(session, event, kind, LATER, NOW)
    tell_some(session)
    assert session.exec(select(EventNews)).all() == []
    assert len(told(session, CALLED_OFF)) == 1


def test_who_signs_up_afterwards_knew_it(session: Session) -> None:
    event = open_event(session)
    row = guest(session, event)
    row.at = LATER
    session.add(row)
    tell_all(session, event, CALLED_OFF, NOW, NOW)
    tell_some(session)
    assert told(session, CALLED_OFF) == []


def test_only_who_waits_is_told_of_no_seat(session: Session) -> None:
    event = open_event(session, capacity=1)
    waits = [guest(session, event, n) for n in range(2)][1]
    tell_all(session, event, IN_VAIN, LATER, NOW)
    tell_some(session)
    new = [row.subject for row in made(session, IN_VAIN) if row.due == LATER]
    assert new == [str(waits.id)]


def test_what_is_told_anew_begins_anew(
    session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(event_news, "AT_ONCE", 1)
    event = open_event(session)
    first, second = sorted(guest(session, event, n).id for n in range(2))
    tell_all(session, event, CALLED_OFF, NOW, NOW)
    tell_some(session)
    assert told(session, CALLED_OFF) == [str(first)]
    tell_all(session, event, CALLED_OFF, NOW, NOW)
    assert session.exec(select(EventNews.done)).one() == 0
    for _ in range(3):
        tell_some(session)
    assert {*told(session, CALLED_OFF)} == {str(first), str(second)}


def test_a_certificate_is_told_of_once(session: Session) -> None:
    event = open_event(session)
    rows = [guest(session, event, n) for n in range(2)]
    for number, row in enumerate(rows, start=1):
        row.state, row.certificate_no = SignupState.ATTENDED, f"{event.code}-{number}"
        session.add(row)
        tell_all(session, event, CERTIFICATE, NOW.replace(minute=number), NOW)
        tell_some(session)
        assert len(told(session, CERTIFICATE)) == number
