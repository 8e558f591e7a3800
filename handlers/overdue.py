"""Overdue: an application that waits too long is recalled to those who review it.

First to the staff of its union, or of the nearest above that has any; some working days
later to the officer above.  What is said names nobody: a number and how long it waits.
"""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from sqlmodel import Session

from handlers.queued import WAITING_LIST
from handlers.recalling import chat_of_staff, day_after, recall, staff_of
from handlers.reminders import Remind, Skip, nothing
from handlers.say import Choice, Say, Word
from handlers.turn import Turn
from models.application import WAITING, Application, late
from models.columns import short
from models.message import Kind
from models.place import Union
from models.reminder import Reminder
from models.review import may_review
from models.rules import Rules
from models.staff import OFFICER, Staff, staff_above
from models.workdays import add_workdays, workdays_ago


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
        recall(session, kind, row.id, people, day_after(last, rules.zone))
        row.chased += 1
        session.add(row)


def _officers(session: Session, row: Application) -> list[Staff]:
    """Return the officers of the nearest union above; at the top, of its own."""
    above = session.get_one(Union, row.union_code).parent
    return staff_above(session, above or row.union_code, row.worker_id, OFFICER)


def _tell(turn: Turn, row: Reminder) -> list[Say] | Skip:
    application = turn.session.get(Application, row.parts[0])
    if application is None or application.standing not in WAITING:
        return "decided"
    if application.due >= turn.today:
        return "decided"  # it went back, and has come in anew since
    if not may_review(turn.atlas, staff_of(turn.session, row), application):
        return "not_theirs"
    waited = (turn.now - application.submitted_at) // timedelta(days=1)
    said = {"number": application.number, "days": waited}
    if row.kind == OVERDUE.kind:
        text = Word("reminders", "overdue", said)
    else:
        text = Word("reminders", "escalated", said)
    look = Choice(Word("reminders", "look_at_it"), f"v:review:{short(application.id)}")
    return [Say(text, choices=(look, WAITING_LIST), kind=Kind.REMINDER)]


OVERDUE = Remind("overdue", _find, chat_of_staff, _tell)
ESCALATED = Remind("escalated", nothing, chat_of_staff, _tell)
