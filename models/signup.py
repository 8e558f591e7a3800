"""Signing up: who has a seat at an event, who waits for one, and who came.

    in → attended     waiting → offered → in     in, waiting or offered → cancelled

A seat is taken by one conditional update of the event's row, so no two people ever have
the same one.  A seat that comes free goes to nobody while people wait: the next sweep
offers it to the first of them, unless somebody who is at the door has it before.
"""

import json
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import Index, text
from sqlalchemy.orm import aliased
from sqlmodel import Field, Session, SQLModel, col, func, select, update

from models import reminder
from models.columns import BigId, Utc, new_id, one_of
from models.errors import Failure
from models.event import Event, EventState
from models.sealing import Keyring, seal, unseal
from models.worker import Worker

SOON, OFFERED, LAPSED = "event_soon", "seat_offered", "seat_lapsed"
AFTERWARDS, CHANGED = "event_afterwards", "event_changed"
CALLED_OFF, CERTIFICATE = "event_called_off", "event_certificate"
IN_VAIN = "event_in_vain"
"""The kinds of reminder about an event; each is named by the sign-up's id."""


class SignupState(StrEnum):
    """Where somebody's sign-up stands."""

    IN = "in"
    WAITING = "waiting"
    OFFERED = "offered"
    CANCELLED = "cancelled"
    ATTENDED = "attended"


SEATED = (SignupState.IN, SignupState.OFFERED)
"""Who has a seat that somebody else could have."""

EXPECTED = (*SEATED, SignupState.WAITING)
"""Who is told of what becomes of an event."""

GIVEN_UP = {"state": SignupState.CANCELLED, "offer_until": None, "answers": None}
"""What is left of a place somebody has no more; what they answered goes with it."""

_LIVE_SQL = text("state <> 'cancelled'")
_OFFERED_SQL = text("state = 'offered'")


class How(StrEnum):
    """How we know that somebody came."""

    CODE = "code"
    PLACE = "place"
    STAFF = "staff"


class CannotSignUp(Failure):
    """There is no signing up for this person now; says why (permanent)."""


class Signup(SQLModel, table=True):
    """One person's place at an event; `place` is the number they wait under.

    The answers to the event's own questions are sealed.
    """

    __table_args__ = (
        Index(
            "one_signup_per_event",
            "worker_id",
            "event_id",
            unique=True,
            sqlite_where=_LIVE_SQL,
            postgresql_where=_LIVE_SQL,
        ),
        Index("signup_queue", "event_id", "state", "place"),
        Index(
            "signup_offered",
            "offer_until",
            sqlite_where=_OFFERED_SQL,
            postgresql_where=_OFFERED_SQL,
        ),
    )

    id: int = Field(primary_key=True, sa_type=BigId)
    event_id: int = Field(foreign_key="event.id", sa_type=BigId)
    worker_id: int = Field(foreign_key="worker.id", sa_type=BigId, index=True)
    state: SignupState = Field(sa_type=one_of(SignupState))
    at: datetime = Field(sa_type=Utc)
    place: int | None = None
    answers: bytes | None = None
    offer_until: datetime | None = Field(default=None, sa_type=Utc)
    checked_in_at: datetime | None = Field(default=None, sa_type=Utc)
    checked_in_by: How | None = Field(default=None, sa_type=one_of(How))
    rating: int | None = None
    certificate_no: str | None = Field(default=None, unique=True)

    def keep(self, keys: Keyring, worker: Worker, answers: dict[str, Any]) -> None:
        """Seal the answers to the event's own questions."""
        data = json.dumps(answers, ensure_ascii=False).encode()
        self.answers = seal(worker.open_key(keys), self._seal_place, data)

    def load(self, keys: Keyring, worker: Worker) -> dict[str, Any]:
        """Open the answers."""
        if not self.answers:
            return {}
        found: dict[str, Any] = json.loads(
            unseal(worker.open_key(keys), self._seal_place, self.answers)
        )
        return found

    @property
    def _seal_place(self) -> str:
        return f"signup.answers|{self.id}"


def refusal(event: Event, worker: Worker, now: datetime) -> str | None:
    """Return why somebody may not sign up for an event now; None if they may."""
    if event.state is EventState.CANCELLED:
        return "called_off"
    if event.state is EventState.OVER or now >= event.ends_at:
        return "over"
    if event.state is EventState.DRAFT or now < event.opens_at:
        return "not_open"
    if event.state is EventState.CLOSED or now >= event.closes_at:
        return "closed"
    return stranger(event, worker)


def stranger(event: Event, worker: Worker) -> str | None:
    """Return why an event is not for somebody, whenever it is."""
    if worker.member_no is None:
        return "not_member"
    return None if event.is_for(worker.group) else "wrong_group"


def signup_of(session: Session, event_id: int, worker_id: int) -> Signup | None:
    """Return what somebody has at an event, if they have not cancelled it."""
    found = select(Signup).where(
        Signup.worker_id == worker_id,
        Signup.event_id == event_id,
        Signup.state != SignupState.CANCELLED,
    )
    return session.exec(found).first()


def sign_up(
    session: Session,
    keys: Keyring,
    event: Event,
    worker: Worker,
    answers: dict[str, Any],
    now: datetime,
) -> Signup:
    """Give somebody a seat, or a number to wait under; raises CannotSignUp."""
    reason = refusal(event, worker, now)
    if reason is not None or signup_of(session, event.id, worker.id) is not None:
        raise CannotSignUp(reason or "already")
    row = Signup(
        id=new_id(),
        event_id=event.id,
        worker_id=worker.id,
        state=SignupState.IN,
        at=now,
    )
    open_ = col(Event.state) == EventState.OPEN
    if not take_seat(session, event, open_, col(Event.waiting) == 0):
        row.state, row.place = SignupState.WAITING, _draw_place(session, event, open_)
    if answers:
        row.keep(keys, worker, answers)
    session.add(row)
    session.flush()
    if row.state is SignupState.IN:
        remind(session, event, row)
    else:
        reminder.schedule(session, IN_VAIN, str(row.id), event.starts_at)
    return row


def take_seat(session: Session, event: Event, *which: Any) -> bool:
    """Take one seat that is free; False where there is none."""
    free = col(Event.taken) < col(Event.capacity)
    return count(session, event.id, free, *which, taken=col(Event.taken) + 1)


def _draw_place(session: Session, event: Event, open_: Any) -> int:
    """Give the next number to wait under; raises CannotSignUp once it is closed."""
    wait = (
        update(Event)
        .where(col(Event.id) == event.id, open_)
        .values(queue=col(Event.queue) + 1, waiting=col(Event.waiting) + 1)
        .returning(col(Event.queue))
        .execution_options(synchronize_session=False)
    )
    place = session.execute(wait).scalar()
    session.expire(event)
    if place is None:
        raise CannotSignUp("closed")
    return int(place)


def count(session: Session, event_id: int, *which: Any, **counts: Any) -> bool:
    """Change an event's counts where a condition holds; tell whether it did."""
    change = update(Event).where(col(Event.id) == event_id, *which).values(**counts)
    done = session.execute(change.execution_options(synchronize_session=False))
    session.expire(session.get_one(Event, event_id))
    return done.rowcount == 1  # type: ignore[attr-defined, no-any-return]


def move(session: Session, row: Signup, was: Any, **changes: Any) -> bool:
    """Change a sign-up where it stands as it `was`; tell whether it did."""
    session.flush()
    change = update(Signup).where(col(Signup.id) == row.id, was).values(**changes)
    done = session.execute(change.execution_options(synchronize_session=False))
    session.expire(row)
    return done.rowcount == 1  # type: ignore[attr-defined, no-any-return]


def remind(session: Session, event: Event, row: Signup) -> None:
    """Have somebody with a seat reminded before the start."""
    for hours in event.remind_hours:
        due = event.starts_at - timedelta(hours=hours)
        reminder.schedule(session, SOON, str(row.id), due)


def ahead_of(session: Session, row: Signup) -> int:
    """Count who waits before somebody."""
    before = select(func.count()).where(
        Signup.event_id == row.event_id,
        Signup.state == SignupState.WAITING,
        col(Signup.place) < (row.place or 0),
    )
    return session.exec(before).one()


def cancel(session: Session, row: Signup) -> bool:
    """Give up a seat, or a place in the queue; False where there was neither."""
    waits = col(Signup.state) == SignupState.WAITING
    if move(session, row, waits, **GIVEN_UP):
        return count(session, row.event_id, waiting=col(Event.waiting) - 1)
    return leave(session, row, col(Signup.state).in_(SEATED))


def leave(session: Session, row: Signup, was: Any) -> bool:
    """Give up a seat where a sign-up stands as it `was`; tell whether it did."""
    if not move(session, row, was, **GIVEN_UP):
        return False
    return count(session, row.event_id, taken=col(Event.taken) - 1)


def let_go(session: Session, worker_id: int) -> None:
    """Give up all somebody has at events to come, for they are a member no more.

    Nor is it kept what they answered at those they have been to.
    """
    found = select(Signup).where(
        Signup.worker_id == worker_id, col(Signup.state).in_(EXPECTED)
    )
    for row in session.exec(found.order_by(col(Signup.event_id))).all():
        cancel(session, row)
    said = update(Signup).where(col(Signup.worker_id) == worker_id)
    session.exec(said.values(answers=None))


def make_way(session: Session, stray_id: int, member_id: int) -> None:
    """Give up one of two places that a stray and the member they are have at an event.

    Where somebody came by one of them, that one stays.
    """
    own = aliased(Signup)
    found = (
        select(Signup, own)
        .join(own, col(own.event_id) == Signup.event_id)
        .where(
            Signup.worker_id == stray_id,
            Signup.state != SignupState.CANCELLED,
            own.worker_id == member_id,
            own.state != SignupState.CANCELLED,
        )
    )
    for row, theirs in session.exec(found).all():
        if not cancel(session, row) and not cancel(session, theirs):
            session.delete(row)  # both were there
            count(session, theirs.event_id, taken=col(Event.taken) - 1)
    session.flush()
