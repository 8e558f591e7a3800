"""Handling: what who serves a union does about a case; one has it at a time.

Taking, passing on, letting go and closing are each one UPDATE of a case that stands
where it must, so of two who try at once exactly one succeeds.
"""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from sqlmodel import Session, and_, col, select

from models import audit, reminder
from models.application import CannotDecide
from models.case import OPEN, Case, Course, Outcome, end_talk, hold, move
from models.case_entry import CaseEntry, Side, add_entry
from models.case_news import STIRRED, TOLD, announce, end_reminders, recall_safe_day
from models.dispute import Stage, safe_day
from models.errors import Failure
from models.place import Atlas
from models.review import may_review
from models.sealing import Keyring
from models.service_record import record_service
from models.staff import OFFICER, SERVING, Staff

MOST_COLLEAGUES = 60
"""To how many colleagues a case can be passed on from a list."""


class NotTheirs(Failure):
    """This staff member does not answer for that case, or lacks it (permanent)."""


def require_scope(atlas: Atlas, staff: Staff, row: Case) -> None:
    """Raise NotTheirs unless the staff member answers for the case."""
    if not may_review(atlas, staff, row):
        raise NotTheirs


def has(staff: Staff, row: Case) -> bool:
    """Tell whether a staff member has this case now."""
    return staff.active and row.course is Course.TAKEN and row.staff_id == staff.id


def take(
    session: Session, atlas: Atlas, staff: Staff, row: Case, now: datetime
) -> None:
    """Take a case that waits; raises CannotDecide where another was quicker."""
    require_scope(atlas, staff, row)
    values = {"course": Course.TAKEN, "staff_id": staff.id, "taken_at": now}
    if not move(session, row, col(Case.course) == Course.WAITING, values):
        raise CannotDecide
    _done(session, staff, row, "taken", now)
    reminder.schedule(session, TOLD, f"{row.id}.taken", now)


def pass_on(
    session: Session, atlas: Atlas, staff: Staff, row: Case, to: Staff, now: datetime
) -> None:
    """Give a case to a colleague; one who serves elsewhere takes it along.

    Who has it may, and an officer of its union.  Raises CannotDecide.
    """
    _require_command(atlas, staff, row)
    if not to.active or to.role not in SERVING or to.worker_id in (None, row.worker_id):
        raise CannotDecide
    values: dict[str, Any] = {"staff_id": to.id, "taken_at": now}
    if row.union_code not in atlas.branch(to.union_code):
        values["union_code"] = to.union_code
    if not move(session, row, _as_seen(row, Course.TAKEN), values):
        raise CannotDecide
    end_talk(session, row.id)
    _done(session, staff, row, "passed_on", now)
    reminder.schedule(session, STIRRED, f"{row.id}.passed", now)


def let_go(
    session: Session,
    atlas: Atlas,
    staff: Staff,
    row: Case,
    now: datetime,
) -> None:
    """Let a case wait for whoever takes it next; raises CannotDecide."""
    _require_command(atlas, staff, row)
    if not _loose(session, row):
        raise CannotDecide
    _done(session, staff, row, "let_go", now)
    announce(session, row, now)


def free_orphans(session: Session, now: datetime) -> list[Case]:
    """Let the cases wait again whose holders serve nobody any more."""
    gone = select(Case).join(Staff, col(Staff.id) == col(Case.staff_id))
    found = gone.where(
        Case.course == Course.TAKEN,
        ~col(Staff.active) | col(Staff.worker_id).is_(None),
    )
    rows = session.exec(found.limit(20)).all()
    freed = [row for row in rows if _loose(session, row)]
    for row in freed:
        audit.record(session, now, None, "case.let_go", row.id)
        announce(session, row, now)
    return freed


def _loose(session: Session, row: Case) -> bool:
    values = {"course": Course.WAITING, "staff_id": None, "chased": 0}
    loose = move(session, row, _as_seen(row, Course.TAKEN), values)
    if loose:
        end_talk(session, row.id)
    return loose


def note(
    session: Session,
    keys: Keyring,
    atlas: Atlas,
    staff: Staff,
    row: Case,
    words: str,
    now: datetime,
) -> CaseEntry:
    """Write a note that only staff read."""
    require_scope(atlas, staff, row)
    audit.record(session, now, staff.id, "case.noted", row.id)
    return add_entry(session, keys, row, Side.NOTE, words, now, staff.id)


def move_stage(
    session: Session,
    atlas: Atlas,
    staff: Staff,
    row: Case,
    stage: Stage,
    on: date,
    now: datetime,
    today: date,
) -> None:
    """Note how far a dispute has gone, and since when; its clocks follow.

    Raises CannotDecide where the case is over, or is no dispute.
    """
    require_scope(atlas, staff, row)
    hold(session, row)
    if row.course not in OPEN or row.stage is None or on > today:
        raise CannotDecide
    row.stage, row.stage_on = stage, on
    row.safe_day = safe_day(row.dispute) if row.dispute else None
    session.add(row)
    session.flush()
    recall_safe_day(session, row, now, today)
    audit.record(session, now, staff.id, f"case.{stage}", row.id)
    reminder.schedule(session, TOLD, f"{row.id}.stage", now)


def close(
    session: Session,
    keys: Keyring,
    atlas: Atlas,
    staff: Staff,
    row: Case,
    outcome: Outcome,
    words: str,
    people: int,
    now: datetime,
) -> None:
    """Close a case with what came of it, and count the service; the worker rates it.

    Raises CannotDecide where it is over, or another's by now.
    """
    require_scope(atlas, staff, row)
    if not has(staff, row):
        raise NotTheirs
    values = {
        "course": Course.CLOSED,
        "outcome": outcome,
        "answer": row.seal_answer(keys, words),
        "closed_at": now,
    }
    if not move(session, row, _as_seen(row, Course.TAKEN), values):
        raise CannotDecide
    record_service(session, row, outcome, staff, people, now)
    end_talk(session, row.id)
    end_reminders(session, row, now)
    _done(session, staff, row, "closed", now)
    reminder.schedule(session, TOLD, f"{row.id}.closed", now)


def colleagues(session: Session, atlas: Atlas, row: Case) -> Sequence[Staff]:
    """Return to whom a case can be passed on: who answers for its union comes first."""
    found = select(Staff).where(
        Staff.active,
        col(Staff.role).in_(SERVING),
        col(Staff.worker_id).is_not(None),
        Staff.worker_id != row.worker_id,
        Staff.id != (row.staff_id or 0),
    )
    line = atlas.line(row.union_code)
    ordered = found.order_by(
        col(Staff.union_code).in_(line).desc(), col(Staff.union_code), col(Staff.id)
    )
    return session.exec(ordered.limit(MOST_COLLEAGUES)).all()


def _require_command(atlas: Atlas, staff: Staff, row: Case) -> None:
    """Raise NotTheirs unless who asks has the case, or commands who has it."""
    require_scope(atlas, staff, row)
    if not has(staff, row) and staff.role != OFFICER:
        raise NotTheirs


def _as_seen(row: Case, course: Course) -> Any:
    """Hold while a case stands so, with the one who had it when it was looked at."""
    return and_(col(Case.course) == course, col(Case.staff_id) == row.staff_id)


def _done(session: Session, staff: Staff, row: Case, what: str, now: datetime) -> None:
    audit.record(session, now, staff.id, f"case.{what}", row.id)
