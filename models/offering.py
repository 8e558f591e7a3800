"""Offering: a seat that came free is kept, for a while, for who has waited longest."""

from datetime import datetime, timedelta

from sqlmodel import Session, col, select

from models import reminder
from models.event import COMING, Event, EventState
from models.preference import next_open
from models.rules import Rules
from models.signup import (
    LAPSED,
    OFFERED,
    Signup,
    SignupState,
    count,
    leave,
    move,
    remind,
    take_seat,
)
from models.worker import Worker

OFFERS = 10
"""How many seats one sweep offers at most, so that it holds the writer only briefly."""


def offer_seats(session: Session, rules: Rules, now: datetime) -> None:
    """Offer each free seat to the first who waits, while there is time to answer."""
    waited = select(Event).where(
        col(Event.state).in_(COMING),
        Event.waiting > 0,
        col(Event.taken) < col(Event.capacity),
        Event.starts_at > now,
    )
    for event in session.exec(waited.limit(OFFERS)).all():
        _offer(session, event, rules, now)


def _offer(session: Session, event: Event, rules: Rules, now: datetime) -> None:
    """Offer the seats of one event to the first who can answer before it begins."""
    first = (
        select(Signup, Worker)
        .join(Worker, col(Worker.id) == Signup.worker_id)
        .where(Signup.event_id == event.id, Signup.state == SignupState.WAITING)
        .order_by(col(Signup.place))
        .limit(OFFERS)
    )
    for row, worker in session.exec(first).all():
        if event.left < 1:
            return
        told = next_open(session, rules, worker, now)
        until = min(told + timedelta(hours=rules.offer_hours), event.starts_at)
        if told < until and not _offer_one(session, event, row, told, until):
            return  # the seat has gone; whoever stands behind must not get the next one


def _offer_one(
    session: Session, event: Event, row: Signup, told: datetime, until: datetime
) -> bool:
    """Keep a seat for somebody from when they may be told; False if there is none."""
    waits = col(Signup.state) == SignupState.WAITING
    offered = {"state": SignupState.OFFERED, "offer_until": until}
    if not move(session, row, waits, **offered):
        return True  # cancelled at this moment
    if take_seat(session, event):
        count(session, event.id, waiting=col(Event.waiting) - 1)
        reminder.schedule(session, OFFERED, str(row.id), told)
        return True
    back = col(Signup.state) == SignupState.OFFERED
    move(session, row, back, state=SignupState.WAITING, offer_until=None)
    return False


def accept(session: Session, row: Signup, now: datetime) -> bool:
    """Take the seat that is offered; False where the offer, or the event, is over."""
    to_come = select(Event.id).where(
        Event.id == Signup.event_id,
        col(Event.state).in_(COMING),
        Event.starts_at > now,
    )
    offered = (col(Signup.state) == SignupState.OFFERED) & to_come.exists()
    good = offered & (col(Signup.offer_until) > now)
    if not move(session, row, good, state=SignupState.IN, offer_until=None, at=now):
        return False
    remind(session, session.get_one(Event, row.event_id), row)
    return True


def decline(session: Session, row: Signup) -> bool:
    """Leave the seat that is offered to the next; False where none is."""
    return leave(session, row, col(Signup.state) == SignupState.OFFERED)


def lapse(session: Session, now: datetime) -> None:
    """End the offers nobody answered in time; their people are told."""
    late = (col(Signup.state) == SignupState.OFFERED) & (col(Signup.offer_until) <= now)
    found = (
        select(Signup)
        .join(Event, col(Event.id) == Signup.event_id)
        .where(late, Event.state != EventState.CANCELLED)
    )
    for row in session.exec(found.limit(OFFERS)).all():
        if leave(session, row, late):
            reminder.schedule(session, LAPSED, str(row.id), now)
