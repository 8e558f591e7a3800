"""Unheard: an objection nobody settles is recalled to the officers, again and again.

The result of the award is not final before.  What is said names nobody.
"""

from datetime import datetime
from zoneinfo import ZoneInfo

from sqlmodel import Session

from handlers.queued import WAITING_LIST, days_since
from handlers.recalling import chat_of_staff, day_after, recall, staff_of
from handlers.reminders import Remind, Skip
from handlers.say import Choice, Say, Word
from handlers.turn import Turn
from models import objection as objections
from models.award import Award, Phase
from models.columns import short
from models.message import Kind
from models.objection import Heard, Objection, unheard
from models.reminder import Reminder
from models.rules import Rules
from models.staff import OFFICER, staff_above
from models.workdays import add_workdays

EVERY = 2
"""After how many working days officers are reminded, and how long later again."""


def _find(session: Session, rules: Rules, now: datetime) -> None:
    """Make a reminder for each officer who is to settle what has waited too long."""
    for row, union_code in unheard(session):
        due = _last_due(row, rules, now)
        if due is not None:
            people = staff_above(session, union_code, row.worker_id, OFFICER)
            recall(session, UNHEARD.kind, row.id, people, due)


def _last_due(row: Objection, rules: Rules, now: datetime) -> datetime | None:
    """Return when an objection was last to be recalled; None where it is new."""
    day, last = row.at.astimezone(ZoneInfo(rules.zone)).date(), None
    while (due := day_after(day := add_workdays(day, EVERY), rules.zone)) <= now:
        last = due
    return last


def _tell(turn: Turn, row: Reminder) -> list[Say] | Skip:
    staff = staff_of(turn.session, row)
    found = turn.session.get(Objection, row.parts[0])
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


UNHEARD = Remind("unheard", _find, chat_of_staff, _tell)
