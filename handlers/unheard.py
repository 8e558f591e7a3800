"""Unheard: an objection nobody settles is recalled to the officers, again and again.

The result of the award is not final before.  What is said names nobody.
"""

from datetime import datetime
from zoneinfo import ZoneInfo

from sqlmodel import Session

from handlers.overdue import NOBODY, day_after
from handlers.queued import WAITING_LIST, days_since
from handlers.reminders import Remind, Skip
from handlers.say import Choice, Say, Word
from handlers.turn import Turn
from models import objection as objections
from models import reminder
from models.award import Award, Phase
from models.chat import newest_chat
from models.columns import short
from models.message import Kind
from models.objection import Heard, Objection, unheard
from models.reminder import Reminder
from models.rules import Rules
from models.staff import OFFICER, Staff, staff_above
from models.workdays import add_workdays

EVERY = 2
"""After how many working days officers are reminded, and how long later again."""


def _find(session: Session, rules: Rules, now: datetime) -> None:
    """Make a reminder for each officer who is to settle what has waited too long."""
    for row, union_code in unheard(session):
        due = _last_due(row, rules, now)
        if due is not None:
            for number in _officers(session, row, union_code) or [NOBODY]:
                reminder.schedule(session, UNHEARD.kind, f"{row.id}.{number}", due)


def _last_due(row: Objection, rules: Rules, now: datetime) -> datetime | None:
    """Return when an objection was last to be recalled; None where it is new."""
    day, last = row.at.astimezone(ZoneInfo(rules.zone)).date(), None
    while (due := day_after(day := add_workdays(day, EVERY), rules.zone)) <= now:
        last = due
    return last


def _officers(session: Session, row: Objection, union_code: str) -> list[int]:
    people = staff_above(session, union_code, row.worker_id, OFFICER)
    return [staff.id for staff in people]


def _about(session: Session, row: Reminder) -> tuple[Objection | None, Staff | None]:
    """Return the objection and the officer a reminder is about."""
    objection, _, staff = row.subject.partition(".")
    return (
        session.get(Objection, int(objection)),
        session.get(Staff, int(staff or NOBODY)),
    )


def _chat_of_officer(session: Session, row: Reminder) -> int | None:
    _, staff = _about(session, row)
    return newest_chat(session, staff.worker_id) if staff else None


def _tell(turn: Turn, row: Reminder) -> list[Say] | Skip:
    found, staff = _about(turn.session, row)
    if found is None or staff is None or found.standing is not Heard.WAITING:
        return "settled"
    award = turn.session.get_one(Award, found.award_id)
    if award.phase is not Phase.NOTICE:
        return "over"
    if not objections.may_settle(turn.session, turn.atlas, staff, award, found):
        return "not_theirs"
    said = {"number": found.number, "days": days_since(turn, found.at)}
    look = Choice(Word("reminders", "look_at_it"), f"v:objection:{short(found.id)}")
    message = Say(
        Word("award_news", "unheard", said),
        title=turn.named(award),
        choices=(look, WAITING_LIST),
        kind=Kind.REMINDER,
    )
    return [message]


UNHEARD = Remind("unheard", _find, _chat_of_officer, _tell)
