"""Hosting: what staff do with an event that people have signed up for.

Everybody who has a seat or waits for one is told of a change of time or place, and when
it is called off.
"""

from collections import Counter
from datetime import datetime, timedelta

from sqlmodel import Session, col, func, select

from models import audit, reminder
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
from models.hours import next_open
from models.place import Atlas
from models.rules import Rules
from models.signup import (
    CALLED_OFF,
    CERTIFICATE,
    CHANGED,
    EXPECTED,
    IN_VAIN,
    SOON,
    How,
    Signup,
    SignupState,
)
from models.staff import Staff
from models.worker import Worker

TOLD = ("starts_at", "ends_at", "place", "lat", "lon")
"""What people must know of when it changes."""

EARLY_ENOUGH = timedelta(hours=12)
"""Who is told so long before the start is not woken for it."""


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
        _remind_anew(session, event)
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
    """Have all told: at a decent hour where that is early enough, else at once."""
    quiet = [(rules.quiet_start, rules.quiet_end)]
    due = next_open(now, rules.zone, quiet)
    if due > event.starts_at - EARLY_ENOUGH:
        due = now
    reminder.schedule_all(session, kind, due, _subjects(session, event, *EXPECTED))


def _remind_anew(session: Session, event: Event) -> None:
    """Have people reminded before the new start; the old reminders see it moved."""
    seated = _subjects(session, event, SignupState.IN)
    for hours in event.remind_hours:
        due = event.starts_at - timedelta(hours=hours)
        reminder.schedule_all(session, SOON, due, seated)
    waiting = _subjects(session, event, SignupState.WAITING)
    reminder.schedule_all(session, IN_VAIN, event.starts_at, waiting)


def _subjects(session: Session, event: Event, *states: SignupState) -> list[str]:
    found = select(Signup.id).where(
        Signup.event_id == event.id, col(Signup.state).in_(states)
    )
    return [str(number) for number in session.exec(found)]


def check_in_member(
    session: Session,
    atlas: Atlas,
    staff: Staff,
    event: Event,
    member_no: str,
    rules: Rules,
    now: datetime,
) -> Signup:
    """Check a member in by number; raises NotTheirs, NobodyKnown or CannotCheckIn."""
    hold(session, atlas, staff, event, *EventState)
    found = select(Worker).where(Worker.member_no == member_no)
    worker = session.exec(found).first()
    if worker is None:
        raise NobodyKnown
    row = check_in(session, event, worker, How.STAFF, rules, now)
    audit.record(session, now, staff.id, "event.checked_in", row.id)
    return row


def give_certificates(
    session: Session, atlas: Atlas, staff: Staff, event: Event, now: datetime
) -> int:
    """Certify who attended and has no certificate yet; return how many were given.

    Raises NotTheirs, or CannotChange where it is not over or nothing to certify.
    """
    hold(session, atlas, staff, event, *_certifiable(event, now))
    came = select(Signup).where(
        Signup.event_id == event.id,
        Signup.state == SignupState.ATTENDED,
        col(Signup.certificate_no).is_(None),
    )
    rows = session.exec(came.order_by(col(Signup.checked_in_at))).all()
    given = select(func.count()).where(
        Signup.event_id == event.id, col(Signup.certificate_no).is_not(None)
    )
    for number, row in enumerate(rows, start=session.exec(given).one() + 1):
        row.certificate_no = f"{event.code}-{number:04d}"
        session.add(row)
    session.flush()
    reminder.schedule_all(session, CERTIFICATE, now, [str(row.id) for row in rows])
    audit.record(session, now, staff.id, "event.certified", event.id, str(len(rows)))
    return len(rows)


def _certifiable(event: Event, now: datetime) -> tuple[EventState, ...]:
    """Return in which states an event's attendance may be certified now."""
    over = event.kind in CERTIFIED and now >= event.ends_at
    return (EventState.OVER, *COMING) if over else ()


def to_certify(session: Session, unions: set[str]) -> list[Event]:
    """Return the events of these unions that are over, but for the certificates."""
    owed = select(Signup.id).where(
        Signup.event_id == Event.id,
        Signup.state == SignupState.ATTENDED,
        col(Signup.certificate_no).is_(None),
    )
    found = select(Event).where(
        Event.state == EventState.OVER,
        col(Event.kind).in_(CERTIFIED),
        col(Event.union_code).in_(unions),
        owed.exists(),
    )
    return list(session.exec(found.order_by(col(Event.ends_at))))


def counts(session: Session, event: Event) -> Counter[SignupState]:
    """Count an event's people by where they stand."""
    found = select(Signup.state, func.count()).where(Signup.event_id == event.id)
    rows = session.exec(found.group_by(col(Signup.state)))
    return Counter({SignupState(state): count for state, count in rows})
