"""Events: what a union invites its members to, and what its staff do with one.

    draft → open → closed → over        open or closed → cancelled

How many seats are taken and how many people wait is counted in the event's own row, and
changed by conditional updates alone; `models.signup` has who they are.
"""

import secrets
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import CheckConstraint, ColumnElement, Index
from sqlmodel import Field, Session, SQLModel, col, select, update

from models import audit
from models.columns import BigId, Utc, new_id, one_of
from models.errors import Failure
from models.link_code import ALPHABET, LENGTH
from models.own_question import (
    OwnQuestion,
    are_sound,
    read_questions,
    write_questions,
)
from models.place import Atlas
from models.staff import NotTheirs, Staff, must_serve, serves

CODE_LENGTH = 6
"""How long the code is by which anybody may name an event."""

DOOR = "e-"
"""How the code at the door begins in a link, apart from those on posters."""

LONGEST_NAME = 40
MOST_HOURS = 720


class EventKind(StrEnum):
    """What is done there."""

    FESTIVAL = "festival"
    TRAINING = "training"
    COMPETITION = "competition"
    HEALTH_DAY = "health_day"


class EventState(StrEnum):
    """How far an event has come."""

    DRAFT = "draft"
    OPEN = "open"
    CLOSED = "closed"
    CANCELLED = "cancelled"
    OVER = "over"


CERTIFIED = (EventKind.TRAINING, EventKind.COMPETITION)
"""The kinds whose attendance is certified."""

COMING = (EventState.OPEN, EventState.CLOSED)
"""What is published and not over."""


class Unsound(Failure):
    """The plan of an event does not hold together; says which part (permanent)."""


class CannotChange(Failure):
    """The event is no longer where this could be done with it (permanent)."""


@dataclass(frozen=True, kw_only=True)
class Plan:
    """All that staff say of an event."""

    kind: EventKind
    name: str
    union_code: str
    place: str
    starts_at: datetime
    ends_at: datetime
    opens_at: datetime
    closes_at: datetime
    capacity: int
    name_en: str = ""
    about: str = ""
    about_en: str = ""
    place_en: str = ""
    lat: float | None = None
    lon: float | None = None
    groups: tuple[str, ...] = ()
    questions: tuple[OwnQuestion, ...] = ()
    remind_hours: tuple[int, ...] = (24, 1)


class Event(SQLModel, table=True):
    """Something to go to; `taken` seats are held or offered, `waiting` people wait.

    `queue` is the last number given out to one of them, `sequence` counts the changes
    people were told of; whoever has the code of the `door` can say they are there.
    """

    __table_args__ = (
        CheckConstraint("taken BETWEEN 0 AND capacity", name="event_seats"),
        CheckConstraint("waiting >= 0", name="event_waiting"),
        Index("event_coming", "state", "ends_at"),
    )

    id: int = Field(primary_key=True, sa_type=BigId)
    code: str = Field(unique=True)
    door: str = Field(unique=True)
    kind: EventKind = Field(sa_type=one_of(EventKind))
    state: EventState = Field(default=EventState.DRAFT, sa_type=one_of(EventState))
    name: str
    name_en: str = ""
    about: str = ""
    about_en: str = ""
    union_code: str = Field(foreign_key="union.code", index=True)
    place: str
    place_en: str = ""
    lat: float | None = None
    lon: float | None = None
    starts_at: datetime = Field(sa_type=Utc)
    ends_at: datetime = Field(sa_type=Utc)
    opens_at: datetime = Field(sa_type=Utc)
    closes_at: datetime = Field(sa_type=Utc)
    capacity: int
    taken: int = 0
    waiting: int = 0
    queue: int = 0
    groups: str = ""
    questions: str = "[]"
    hours: str = ""
    sequence: int = 0
    changed_at: datetime = Field(sa_type=Utc)

    @property
    def own_questions(self) -> tuple[OwnQuestion, ...]:
        """The questions asked of who signs up."""
        return read_questions(self.questions)

    @property
    def remind_hours(self) -> list[int]:
        """How many hours before the start people are reminded."""
        return [int(hours) for hours in self.hours.split()]

    @property
    def left(self) -> int:
        """How many seats nobody has."""
        return self.capacity - self.taken

    def is_for(self, group: str | None) -> bool:
        """Tell whether people of an occupational group may come."""
        return not self.groups or group in self.groups.split()


def columns_of(plan: Plan) -> dict[str, Any]:
    """Return what a row keeps of a plan."""
    return {
        **{name: getattr(plan, name) for name in _PLAIN},
        "groups": " ".join(plan.groups),
        "questions": write_questions(plan.questions),
        "hours": " ".join(map(str, sorted({*plan.remind_hours}, reverse=True))),
    }


_PLAIN = (
    *("kind", "name", "name_en", "about", "about_en", "union_code"),
    *("place", "place_en", "lat", "lon", "capacity"),
    *("starts_at", "ends_at", "opens_at", "closes_at"),
)
"""What a row keeps just as the plan says it."""


def create(
    session: Session, atlas: Atlas, staff: Staff, plan: Plan, now: datetime
) -> Event:
    """Make a draft, which nobody sees; raises NotTheirs or Unsound."""
    _check(atlas, staff, plan)
    code, door = _draw(CODE_LENGTH), _draw(LENGTH)
    row = columns_of(plan)
    event = Event(id=new_id(), code=code, door=door, changed_at=now, **row)
    session.add(event)
    session.flush()
    audit.record(session, now, staff.id, "event.created", event.id)
    return event


def _draw(length: int) -> str:
    """Draw a code; where it is taken, the transaction fails, and draws another."""
    return "".join(secrets.choice(ALPHABET) for _ in range(length))


def _check(atlas: Atlas, staff: Staff, plan: Plan) -> None:
    must_serve(atlas, staff, plan.union_code)
    fault = fault_of(atlas, plan)
    if fault is not None:
        raise Unsound(fault)


def fault_of(atlas: Atlas, plan: Plan) -> str | None:
    """Return which part of a plan will not do, if one will not."""
    checks = {
        "name": 0 < len(plan.name.strip()) <= LONGEST_NAME,
        "place": bool(plan.place.strip()),
        "coordinates": _is_somewhere(plan.lat, plan.lon),
        "times": plan.starts_at < plan.ends_at,
        "sign_up": plan.opens_at < plan.closes_at <= plan.ends_at,
        "capacity": 0 < plan.capacity <= 1_000_000,
        "groups": {*plan.groups} <= {*atlas.groups},
        "questions": are_sound(plan.questions),
        "remind_hours": all(0 < hours <= MOST_HOURS for hours in plan.remind_hours),
    }
    return next((part for part, sound in checks.items() if not sound), None)


def _is_somewhere(lat: float | None, lon: float | None) -> bool:
    if lat is None or lon is None:
        return lat is lon
    return -90 <= lat <= 90 and -180 <= lon <= 180


def hold(
    session: Session, atlas: Atlas, staff: Staff, event: Event, *states: EventState
) -> None:
    """Lock an event of a staff member's and read it as it is now.

    Raises NotTheirs, or CannotChange where it is in none of the states.
    """
    if not may_run(atlas, staff, event):
        raise NotTheirs
    session.flush()
    session.refresh(event, with_for_update={"key_share": True})
    if event.state not in states:
        raise CannotChange


def may_run(atlas: Atlas, staff: Staff | None, event: Event) -> bool:
    """Tell whether a staff member answers for an event."""
    return serves(atlas, staff, event.union_code)


def publish(
    session: Session, atlas: Atlas, staff: Staff, event: Event, now: datetime
) -> None:
    """Let people see an event, and sign up once its time has come."""
    hold(session, atlas, staff, event, EventState.DRAFT)
    _move(session, staff, event, EventState.OPEN, now)


def close(
    session: Session, atlas: Atlas, staff: Staff, event: Event, now: datetime
) -> None:
    """End the signing up before its time."""
    hold(session, atlas, staff, event, EventState.OPEN)
    _move(session, staff, event, EventState.CLOSED, now)


def _move(
    session: Session, staff: Staff, event: Event, state: EventState, now: datetime
) -> None:
    event.state, event.changed_at = state, now
    session.add(event)
    session.flush()
    audit.record(session, now, staff.id, f"event.{state}", event.id)


def event_with(session: Session, code: str) -> Event | None:
    """Return the published event of a public code."""
    shown = Event.state != EventState.DRAFT
    return session.exec(select(Event).where(Event.code == code, shown)).first()


def event_at_door(session: Session, door: str) -> Event | None:
    """Return the event at whose door a code hangs."""
    return session.exec(select(Event).where(Event.door == door)).first()


def coming(now: datetime) -> ColumnElement[bool]:
    """Return the condition that an event is published and not over."""
    return col(Event.state).in_(COMING) & (col(Event.ends_at) > now)


def finish(session: Session, now: datetime) -> None:
    """Mark what has ended as over."""
    ended = update(Event).where(col(Event.state).in_(COMING), col(Event.ends_at) <= now)
    session.exec(ended.values(state=EventState.OVER))
