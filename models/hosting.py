"""Hosting: what staff do with an event that people have signed up for.

Everybody who has a seat or waits for one is told of a change of time or place, and when
it is called off.
"""

from collections import Counter
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, String, case, cast, exists, literal
from sqlmodel import Session, col, func, select, update

from models import audit
from models.attendance import check_in
from models.errors import Failure
from models.event import (
    CERTIFIED,
    COMING,
    Event,
    EventState,
    Plan,
    Unsound,
    columns_of,
    fault_of,
    hold,
)
from models.event_news import tell_all
from models.hours import in_good_time
from models.known import members_with
from models.place import Atlas
from models.queue import Queue
from models.rules import Rules
from models.sealing import Keyring
from models.signup import (
    CALLED_OFF,
    CERTIFICATE,
    CHANGED,
    IN_VAIN,
    SOON,
    How,
    Signup,
    SignupState,
)
from models.staff import Staff

TOLD = ("starts_at", "ends_at", "place", "lat", "lon")
"""What people must know of when it changes."""


QUEUE = Queue(
    Event,
    since=Event.ends_at,
    union=Event.union_code,
    waits=(
        Event.state == EventState.OVER,
        col(Event.kind).in_(CERTIFIED),
        exists().where(
            col(Signup.event_id) == Event.id,
            col(Signup.state) == SignupState.ATTENDED,
            col(Signup.certificate_no).is_(None),
        ),
    ),
)
"""What is over, but waits for a union to certify who came."""


class NobodyKnown(Failure):
    """No member has this number (permanent)."""


def change(
    session: Session,
    atlas: Atlas,
    staff: Staff,
    event: Event,
    plan: Plan,
    rules: Rules,
    now: datetime,
) -> None:
    """Give an event another plan; raises NotTheirs, CannotChange or Unsound.

    It stays with its union, and what is asked stays once people could answer.
    """
    hold(session, atlas, staff, event, EventState.DRAFT, *COMING)
    before = _told_of(event)
    is_draft = event.state is EventState.DRAFT
    fault = fault_of(atlas, plan) or _breach(event, plan, is_draft)
    if fault is not None:
        raise Unsound(fault)
    for name, value in columns_of(plan).items():
        setattr(event, name, value)
    event.changed_at = now
    session.add(event)
    if not is_draft and before != _told_of(event):
        event.sequence += 1
        session.flush()
        _tell_all(session, CHANGED, event, rules, now)
        _remind_anew(session, event, now)
    session.flush()
    audit.record(session, now, staff.id, "event.changed", event.id)


def _told_of(event: Event) -> list[object]:
    return [getattr(event, name) for name in TOLD]


def _breach(event: Event, plan: Plan, is_draft: bool) -> str | None:
    """Return which part of a plan is another than it may be by now."""
    if plan.union_code != event.union_code:
        return "union"
    if plan.capacity < event.taken:
        return "capacity"
    return None if is_draft or plan.questions == event.own_questions else "questions"


def cancel(
    session: Session,
    atlas: Atlas,
    staff: Staff,
    event: Event,
    rules: Rules,
    now: datetime,
) -> None:
    """Call an event off; whoever is in or waits is told."""
    hold(session, atlas, staff, event, EventState.DRAFT, *COMING)
    event.state, event.changed_at = EventState.CANCELLED, now
    event.sequence += 1
    session.add(event)
    session.flush()
    _tell_all(session, CALLED_OFF, event, rules, now)
    audit.record(session, now, staff.id, "event.cancelled", event.id)


def _tell_all(
    session: Session, kind: str, event: Event, rules: Rules, now: datetime
) -> None:
    """Have all told, and nobody woken for it where it can wait."""
    due = in_good_time(rules, event.starts_at, now)
    tell_all(session, event, kind, due, now)


def _remind_anew(session: Session, event: Event, now: datetime) -> None:
    """Have people reminded before the new start; the old reminders see it moved."""
    for hours in event.remind_hours:
        tell_all(session, event, SOON, event.starts_at - timedelta(hours=hours), now)
    tell_all(session, event, IN_VAIN, event.starts_at, now)


def check_in_member(
    session: Session,
    atlas: Atlas,
    staff: Staff,
    event: Event,
    keys: Keyring,
    number: str,
    rules: Rules,
    now: datetime,
) -> Signup:
    """Check a member in by their number, or by a mobile that is theirs alone.

    Raises NotTheirs, NobodyKnown or CannotCheckIn.
    """
    hold(session, atlas, staff, event, *EventState)
    found = members_with(session, keys, number)
    if len(found) != 1:
        raise NobodyKnown
    row = check_in(session, event, found[0], How.STAFF, rules, now)
    audit.record(session, now, staff.id, "event.checked_in", row.id)
    return row


def give_certificates(
    session: Session, atlas: Atlas, staff: Staff, event: Event, now: datetime
) -> int:
    """Certify who attended and has no certificate yet; return how many were given.

    Raises NotTheirs, or CannotChange where it is not over or nothing to certify.
    """
    hold(session, atlas, staff, event, *_certifiable(event, now))
    given = _number(session, event)
    if given:
        tell_all(session, event, CERTIFICATE, now, now)
    audit.record(session, now, staff.id, "event.certified", event.id, str(given))
    return given


def _number(session: Session, event: Event) -> int:
    """Number the certificates of those who have none, in the order they came."""
    theirs = col(Signup.event_id) == event.id
    numbered = col(Signup.certificate_no).is_not(None)
    had = session.exec(select(func.count()).where(theirs, numbered)).one()
    order = (col(Signup.checked_in_at), col(Signup.id))
    place = func.row_number().over(order_by=order).label("place")
    came = col(Signup.state) == SignupState.ATTENDED
    fresh = select(Signup.id, place).where(theirs, came, ~numbered).subquery()
    change = update(Signup).where(col(Signup.id) == fresh.c.id)
    number = literal(f"{event.code}-") + _padded(had + fresh.c.place)
    done = session.exec(
        change.values(certificate_no=number),
        execution_options={"synchronize_session": False},
    )
    session.expire_all()
    return done.rowcount


def _padded(number: ColumnElement[int]) -> ColumnElement[str]:
    """Write a number with four digits or more."""
    digits = cast(number, String)
    filled = func.substr(literal("000") + digits, func.length(digits))
    return case((number < 1000, filled), else_=digits)


def _certifiable(event: Event, now: datetime) -> tuple[EventState, ...]:
    """Return in which states an event's attendance may be certified now."""
    over = event.kind in CERTIFIED and now >= event.ends_at
    return (EventState.OVER, *COMING) if over else ()


def counts(session: Session, event: Event) -> Counter[SignupState]:
    """Count an event's people by where they stand."""
    found = select(Signup.state, func.count()).where(Signup.event_id == event.id)
    rows = session.exec(found.group_by(col(Signup.state)))
    return Counter({SignupState(state): count for state, count in rows})
