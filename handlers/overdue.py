"""Overdue: an application that waits too long is recalled to those who review it.

First to the staff of its union, or of the nearest above that has any; some working days
later to the officer above.  What is said names nobody: a number and how long it waits.
"""

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from sqlmodel import Session

from handlers.queued import WAITING_LIST
from handlers.reminders import Remind, Skip, nothing
from handlers.say import Choice, Say, Word
from handlers.turn import Turn
from models import reminder, review
from models.application import WAITING, Application, late
from models.chat import newest_chat
from models.columns import short
from models.message import Kind
from models.place import Union
from models.reminder import Reminder
from models.rules import Rules
from models.staff import OFFICER, Staff, staff_above
from models.workdays import add_workdays, workdays_ago

NOBODY = 0
"""Stands for the staff member where there is none: such a reminder ends as skipped."""


def _find(session: Session, rules: Rules, now: datetime) -> None:
    """Make a reminder for each person who is to look at an overdue application."""
    today = now.astimezone(ZoneInfo(rules.zone)).date()
    for row in late(session, today, workdays_ago(today, rules.escalate_days)):
        if row.chased:
            kind, people = ESCALATED.kind, _officers(session, row)
            last = add_workdays(row.due, rules.escalate_days)
        else:
            kind, last = OVERDUE.kind, row.due
            people = staff_above(session, row.union_code, row.worker_id)
        for number in [staff.id for staff in people] or [NOBODY]:
            due = day_after(last, rules.zone)
            reminder.schedule(session, kind, f"{row.id}.{number}", due)
        row.chased += 1
        session.add(row)


def _officers(session: Session, row: Application) -> list[Staff]:
    """Return the officers of the nearest union above; at the top, of its own."""
    above = session.get_one(Union, row.union_code).parent
    return staff_above(session, above or row.union_code, row.worker_id, OFFICER)


def day_after(day: date, zone: str) -> datetime:
    """Return the first moment after a day."""
    return datetime.combine(day + timedelta(days=1), time(), ZoneInfo(zone))


def _about(session: Session, row: Reminder) -> tuple[Application | None, Staff | None]:
    """Return the application and the staff member a reminder is about."""
    application, _, staff = row.subject.partition(".")
    return (
        session.get(Application, int(application)),
        session.get(Staff, int(staff or NOBODY)),
    )


def _chat_of_staff(session: Session, row: Reminder) -> int | None:
    _, staff = _about(session, row)
    return newest_chat(session, staff.worker_id) if staff else None


def _tell(turn: Turn, row: Reminder) -> list[Say] | Skip:
    application, staff = _about(turn.session, row)
    if application is None or application.standing not in WAITING:
        return "decided"
    if application.due >= turn.today:
        return "decided"  # it went back, and has come in anew since
    if not review.may_review(turn.atlas, staff, application):
        return "not_theirs"
    waited = (turn.now - application.submitted_at) // timedelta(days=1)
    said = {"number": application.number, "days": waited}
    if row.kind == OVERDUE.kind:
        text = Word("reminders", "overdue", said)
    else:
        text = Word("reminders", "escalated", said)
    look = Choice(Word("reminders", "look_at_it"), f"v:review:{short(application.id)}")
    return [Say(text, choices=(look, WAITING_LIST), kind=Kind.REMINDER)]


OVERDUE = Remind("overdue", _find, _chat_of_staff, _tell)
ESCALATED = Remind("escalated", nothing, _chat_of_staff, _tell)
