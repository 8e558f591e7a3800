"""News of cases: staff hear of what waits, workers of each step, both of the last day.

What is said to staff names nobody: a number, a kind, how long it waits.
"""

from dataclasses import replace
from datetime import datetime
from functools import partial
from zoneinfo import ZoneInfo

from sqlmodel import Session

from handlers import cases, handling
from handlers.hanging_up import IDLE, over
from handlers.question import label
from handlers.queued import WAITING_LIST
from handlers.recalling import NOBODY, chat_of_staff, day_after, recall, staff_of
from handlers.reminders import Remind, Skip, nothing
from handlers.say import Choice, Say, Word
from handlers.turn import Turn
from models import live, reminder, review
from models.case import OPEN, Case, Course, end_talk
from models.case_docket import late
from models.case_news import (
    FILED,
    SAFE_DAY,
    SAFE_DAY_STAFF,
    STIRRED,
    TOLD,
    URGENT,
    WARNED,
    officers,
)
from models.chat import Chat, newest_chat
from models.handling import free_orphans
from models.message import Kind
from models.reminder import Reminder
from models.rules import Rules
from models.staff import Staff, staff_above
from models.workdays import add_workdays, workdays_ago

LATE = "case_late"
"""The kind of reminder that a case waits too long, as "case.staff"."""

LATER = "case_later"
"""The same for the officer."""

TALK_OVER = "talk_over"
"""The kind of reminder that tells a chat that its talk ended, as "case.chat"."""


def _case(session: Session, row: Reminder) -> Case | None:
    return session.get(Case, row.parts[0])


def _chat_of_holder(session: Session, row: Reminder) -> int | None:
    """Return the chat of who has the case by now."""
    found = _case(session, row)
    staff = session.get(Staff, found.staff_id) if found and found.staff_id else None
    return newest_chat(session, staff.worker_id) if staff else None


def _chat_of_worker(session: Session, row: Reminder) -> int | None:
    """Return the chat a case was opened in."""
    found = _case(session, row)
    return found.chat_id if found else None


def _find_late(session: Session, rules: Rules, now: datetime) -> None:
    """Make a reminder for each person who is to see to a case that waits too long."""
    today = now.astimezone(ZoneInfo(rules.zone)).date()
    days = rules.case_escalate_days
    for row in late(session, today, workdays_ago(today, days)):
        chased = row.chased > 0
        people = (
            officers(session, row)
            if chased
            else staff_above(session, row.union_code, row.worker_id)
        )
        last = add_workdays(row.due, days) if chased else row.due
        due, kind = day_after(last, rules.zone), LATER if chased else LATE
        recall(session, kind, row.id, people, due)
        row.chased += 1
        session.add(row)


def _tell_waiting(turn: Turn, row: Reminder, key: str) -> list[Say] | Skip:
    """Tell staff of a case that waits, unless somebody has it by now."""
    found, staff = _case(turn.session, row), staff_of(turn.session, row)
    if found is None or found.course is not Course.WAITING:
        return "taken"
    if staff is None or not review.may_review(turn.atlas, staff, found):
        return "not_theirs"
    days = (turn.now - found.opened_at).days
    said = {"number": found.number, "kind": label(found.kind), "days": days}
    return [_to_staff(Word("case_news", f"waits_{key}", said), found)]


def _to_staff(words: Word, found: Case) -> Say:
    look = Choice(Word("handling", "look_again"), handling.look_at(found))
    return Say(words, choices=(look, WAITING_LIST), kind=Kind.REMINDER)


def _tell_warned(turn: Turn, row: Reminder) -> list[Say] | Skip:
    found, staff = _case(turn.session, row), staff_of(turn.session, row)
    if found is None or not review.may_review(turn.atlas, staff, found):
        return "not_theirs"
    said = {"kind": label(found.kind), "days": turn.rules.similar_days}
    said |= {"count": turn.rules.similar_cases}
    return [_to_staff(Word("case_news", "warned", said), found)]


def _tell_step(turn: Turn, row: Reminder) -> list[Say] | Skip:
    """Tell a worker where their case stands after a step."""
    found, step = _case(turn.session, row), row.parts[1]
    if found is None or found.worker_id != turn.worker.id:
        return "not_theirs"
    if turn.chat.case_id == found.id:
        return "talking"
    if step == "taken" and found.course is not Course.TAKEN:
        return "overtaken"
    return [replace(cases.followed(turn, found), kind=Kind.RECEIPT)]


def _tell_stirred(turn: Turn, row: Reminder) -> list[Say] | Skip:
    """Tell who has a case that its worker added to it, or took it back."""
    found, step = _case(turn.session, row), row.parts[1]
    staff = turn.session.get(Staff, found.staff_id or 0) if found else None
    if found is None or not review.may_review(turn.atlas, staff, found):
        return "not_theirs"
    key = {"0": "withdrawn", "passed": "passed"}.get(step, "added")
    return [
        _to_staff(Word("case_news", f"stirred_{key}", {"number": found.number}), found)
    ]


def _tell_safe_day(turn: Turn, row: Reminder) -> list[Say] | Skip:
    found = _case(turn.session, row)
    if found is None or found.course not in OPEN or found.safe_day is None:
        return "over"
    if row.kind == SAFE_DAY:
        return [replace(cases.followed(turn, found), kind=Kind.REMINDER)]
    said = {"number": found.number, "due": found.safe_day}
    return [_to_staff(Word("case_news", "safe_day", said), found)]


def _find_over(session: Session, rules: Rules, now: datetime) -> None:
    """End the talks in which nobody says anything, and free what nobody has."""
    for row in live.idle(session, now, rules.talk_minutes):
        for chat_id in end_talk(session, row.id):
            reminder.schedule(session, TALK_OVER, f"{row.id}.{chat_id}", now)
    free_orphans(session, now)


def _chat_named(session: Session, row: Reminder) -> int | None:
    chat = session.get(Chat, int(row.parts[1] or NOBODY))
    return chat.id if chat else None


def _tell_over(turn: Turn, row: Reminder) -> list[Say] | Skip:
    found = _case(turn.session, row)
    if found is None or turn.chat.case_id is not None:
        return "went_on"
    return over(turn, found, IDLE)


CASE_NEWS = (
    Remind(FILED, nothing, chat_of_staff, partial(_tell_waiting, key="filed")),
    Remind(
        URGENT,
        nothing,
        chat_of_staff,
        partial(_tell_waiting, key="urgent"),
        hurried=True,
    ),
    Remind(LATE, _find_late, chat_of_staff, partial(_tell_waiting, key="late")),
    Remind(LATER, nothing, chat_of_staff, partial(_tell_waiting, key="later")),
    Remind(WARNED, nothing, chat_of_staff, _tell_warned),
    Remind(TOLD, nothing, _chat_of_worker, _tell_step, hurried=True),
    Remind(STIRRED, nothing, _chat_of_holder, _tell_stirred, hurried=True),
    Remind(SAFE_DAY, nothing, _chat_of_worker, _tell_safe_day),
    Remind(SAFE_DAY_STAFF, nothing, _chat_of_holder, _tell_safe_day),
    Remind(TALK_OVER, _find_over, _chat_named, _tell_over, hurried=True),
)
