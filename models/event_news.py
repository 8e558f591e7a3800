"""News of an event: what everybody who signed up for it is told.

There may be ten thousand of them.  A row says whom a reminder is for and up to whom it
is made; each sweep makes some, so that no reply waits, and drops the row with the last.
"""

from datetime import datetime

from sqlalchemy import ColumnElement, String, cast
from sqlmodel import Field, Session, SQLModel, col, select

from models import reminder
from models.columns import BigId, Utc
from models.event import Event
from models.reminder import Reminder
from models.signup import (
    CALLED_OFF,
    CERTIFICATE,
    CHANGED,
    EXPECTED,
    IN_VAIN,
    SOON,
    Signup,
    SignupState,
)

AT_ONCE = 200
"""How many are made in a sweep."""


class EventNews(SQLModel, table=True):
    """One kind of reminder, due at one time, that is being made for an event.

    They are made in the order of the sign-ups' ids, as far as `done`; who signed up
    after `since` knew it.
    """

    __tablename__ = "event_news"

    event_id: int = Field(primary_key=True, foreign_key="event.id", sa_type=BigId)
    kind: str = Field(primary_key=True)
    due: datetime = Field(primary_key=True, sa_type=Utc)
    since: datetime = Field(sa_type=Utc)
    done: int = Field(default=0, sa_type=BigId)


def tell_all(
    session: Session, event: Event, kind: str, due: datetime, now: datetime
) -> None:
    """Have a reminder made for everybody it concerns; again where it was begun."""
    row = EventNews(event_id=event.id, kind=kind, due=due, since=now, done=0)
    session.merge(row)


def tell_some(session: Session) -> None:
    """Make some of the reminders that are to be made, those that are due first."""
    first = select(EventNews).order_by(col(EventNews.due), col(EventNews.kind))
    left = AT_ONCE
    for row in session.exec(first.limit(AT_ONCE).with_for_update()).all():
        left -= _make(session, row, left) if left else 0


def _make(session: Session, row: EventNews, limit: int) -> int:
    """Make the next ones of a row, which goes with the last; return how many."""
    behind = select(Signup.id).where(
        Signup.event_id == row.event_id, col(Signup.id) > row.done, *_whom(row)
    )
    ids = session.exec(behind.order_by(col(Signup.id)).limit(limit)).all()
    reminder.schedule_all(session, row.kind, row.due, map(str, ids))
    if len(ids) < limit:
        session.delete(row)
    else:
        row.done = ids[-1]
        session.add(row)
    return len(ids)


def _whom(row: EventNews) -> list[ColumnElement[bool]]:
    """Return the conditions that a sign-up is one of those who are told."""
    known = col(Signup.at) <= row.since
    return {
        SOON: [col(Signup.state) == SignupState.IN],
        IN_VAIN: [col(Signup.state) == SignupState.WAITING],
        CHANGED: [col(Signup.state).in_(EXPECTED), known],
        CALLED_OFF: [col(Signup.state).in_(EXPECTED), known],
        CERTIFICATE: [col(Signup.certificate_no).is_not(None), ~_was_told()],
    }[row.kind]


def _was_told() -> ColumnElement[bool]:
    """Return the condition that somebody was told of a certificate before."""
    told = select(Reminder.id).where(
        Reminder.kind == CERTIFICATE, Reminder.subject == cast(Signup.id, String)
    )
    return told.exists()
