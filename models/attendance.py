"""Attendance: who came, how we know, and how they liked it."""

from datetime import datetime, timedelta
from typing import Any

from sqlmodel import Session, col

from models import reminder
from models.columns import new_id
from models.errors import Failure
from models.event import COMING, Event, EventState
from models.rules import Rules
from models.signup import (
    AFTERWARDS,
    SEATED,
    How,
    Signup,
    SignupState,
    count,
    move,
    signup_of,
    stranger,
    take_seat,
)
from models.worker import Worker

AFTER = timedelta(hours=1)
"""How long after the end people are asked how it was."""


class CannotCheckIn(Failure):
    """This person cannot be checked in here and now; says why (temporary)."""


def is_door_open(event: Event, rules: Rules, now: datetime) -> str | None:
    """Return why nobody can be checked in at an event now; None if they can."""
    if event.state not in (*COMING, EventState.OVER):
        return "called_off" if event.state is EventState.CANCELLED else "no_door"
    if now < event.starts_at - timedelta(minutes=rules.check_in_minutes):
        return "too_early"
    return None if now < event.ends_at else "too_late"


def check_in(
    session: Session,
    event: Event,
    worker: Worker,
    how: How,
    rules: Rules,
    now: datetime,
) -> Signup:
    """Note that somebody came; who has no seat gets one that is free.

    Raises CannotCheckIn. Who is checked in already stays so.
    """
    reason = is_door_open(event, rules, now) or stranger(event, worker)
    if reason is not None:
        raise CannotCheckIn(reason)
    row = signup_of(session, event.id, worker.id)
    came = {
        "state": SignupState.ATTENDED,
        "checked_in_at": now,
        "checked_in_by": how,
        "offer_until": None,
    }
    if row is None or not _arrive(session, event, row, came):
        row = _walk_in(session, event, worker, now, came)
    reminder.schedule(session, AFTERWARDS, str(row.id), event.ends_at + AFTER)
    return row


def _walk_in(
    session: Session, event: Event, worker: Worker, now: datetime, came: dict[str, Any]
) -> Signup:
    """Give a free seat to somebody who just came."""
    if not take_seat(session, event):
        raise CannotCheckIn("full")
    row = Signup(id=new_id(), event_id=event.id, worker_id=worker.id, at=now, **came)
    session.add(row)
    session.flush()
    return row


def _arrive(session: Session, event: Event, row: Signup, came: dict[str, Any]) -> bool:
    """Note that who signed up came; False where their place is gone at this moment."""
    return (
        _stop_waiting(session, event, row, came)
        or move(session, row, col(Signup.state).in_(SEATED), **came)
        or row.state is SignupState.ATTENDED
    )


def _stop_waiting(
    session: Session, event: Event, row: Signup, came: dict[str, Any]
) -> bool:
    """Give a free seat to somebody who waits and just came; False if they do not."""
    if not move(session, row, col(Signup.state) == SignupState.WAITING, **came):
        return False
    if take_seat(session, event):
        return count(session, event.id, waiting=col(Event.waiting) - 1)
    waits = {**dict.fromkeys(came), "state": SignupState.WAITING}
    move(session, row, col(Signup.state) == SignupState.ATTENDED, **waits)
    raise CannotCheckIn("full")


def rate(session: Session, row: Signup, stars: int) -> bool:
    """Keep how somebody liked where they were; the last word counts."""
    came = col(Signup.state) == SignupState.ATTENDED
    return 1 <= stars <= 5 and move(session, row, came, rating=stars)
