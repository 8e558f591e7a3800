"""What is told of transfers without being asked; the clock that carries them on.

What is late is recalled: to who decides on the last day, to the next union by itself
where nobody let go, and to the officer above where nobody takes in.
"""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from sqlmodel import Session

from handlers.my_application import CARD
from handlers.my_data import TRANSFER
from handlers.queued import WAITING_LIST
from handlers.recalling import chat_of_staff, day_after, recall, staff_of
from handlers.reminders import Remind, Skip, nothing
from handlers.say import Choice, Say, Word
from handlers.transfer import MY_TRANSFER, reason_row
from handlers.turn import Turn
from models import transfer_clock
from models.chat import newest_chat
from models.columns import short
from models.message import Kind
from models.place import Union
from models.reminder import Reminder
from models.review import may_review
from models.rules import Rules
from models.staff import OFFICER, staff_above
from models.transfer import MOVED, TIMED, WAITING, Moving, Transfer, TransferStep
from models.workdays import add_workdays, workdays_ago


def _find(session: Session, rules: Rules, now: datetime) -> None:
    """Go on where nobody let go in time; recall what waits; close what is over."""
    undone_by = now - timedelta(seconds=rules.undo_seconds)
    transfer_clock.close_received(session, undone_by, now)
    today = now.astimezone(ZoneInfo(rules.zone)).date()
    long_ago = workdays_ago(today, rules.escalate_days)
    for row in transfer_clock.late(session, today, long_ago):
        if row.standing is Moving.REQUESTED and row.due < today:
            due = add_workdays(today, rules.transfer_days)
            transfer_clock.time_out(session, row, now, due)
        else:
            _chase(session, rules, row)


def _chase(session: Session, rules: Rules, row: Transfer) -> None:
    """Have those reminded who decide, and the second time the officer above."""
    kind, last = LATE.kind, row.due
    if row.standing is Moving.REQUESTED:
        last -= timedelta(days=1)  # on the day itself it is not too late
    if row.chased:
        kind, last = ESCALATED.kind, add_workdays(row.due, rules.escalate_days)
        above = session.get_one(Union, row.union_code).parent
        union = above or row.union_code
        people = staff_above(session, union, row.worker_id, OFFICER)
    else:
        people = staff_above(session, row.union_code, row.worker_id)
    recall(session, kind, row.id, people, day_after(last, rules.zone))
    row.chased += 1
    session.add(row)


def _chat_of_step(session: Session, row: Reminder) -> int | None:
    step = session.get(TransferStep, int(row.subject))
    found = session.get(Transfer, step.transfer_id) if step else None
    return newest_chat(session, found.worker_id) if found else None


def _tell_step(turn: Turn, row: Reminder) -> list[Say] | Skip:
    """Tell the member of a step; with its reason where it was refused."""
    step = turn.session.get_one(TransferStep, int(row.subject))
    found = turn.session.get_one(Transfer, step.transfer_id)
    unions = turn.atlas.unions
    said = {
        "old": turn.named(unions[found.from_union]),
        "new": turn.named(unions[found.to_union]),
    }
    way = {Moving.RECEIVED: CARD, Moving.REFUSED: TRANSFER}.get(step.standing)
    return [
        Say(
            Word("moving", f"told_{step.standing}", said),
            title=Word("transfer", "mine"),
            rows=reason_row(turn, step),
            choices=(*((way,) if way else ()), MY_TRANSFER),
            kind=Kind.RECEIPT,
        )
    ]


def _tell_late(turn: Turn, row: Reminder) -> list[Say] | Skip:
    found = turn.session.get(Transfer, row.parts[0])
    if found is None or found.standing not in WAITING:
        return "decided"
    if found.standing is not Moving.REQUESTED and found.due >= turn.today:
        return "decided"  # it was released meanwhile, and waits for another
    if not may_review(turn.atlas, staff_of(turn.session, row), found):
        return "not_theirs"
    said = {"number": found.number, "due": found.due}
    if row.kind == ESCALATED.kind:
        text = Word("moving", "late_again", said)
    elif found.standing is Moving.REQUESTED:
        text = Word("moving", "late_release", said)
    else:
        text = Word("moving", "late_receipt", said)
    look = Choice(Word("moving", "look_at_it"), f"v:moving:{short(found.id)}")
    return [Say(text, choices=(look, WAITING_LIST), kind=Kind.REMINDER)]


TOLD = Remind(MOVED, _find, _chat_of_step, _tell_step, hurried=True)
TIMED_OUT = Remind(TIMED, nothing, _chat_of_step, _tell_step)
LATE = Remind("transfer_late", nothing, chat_of_staff, _tell_late)
ESCALATED = Remind("transfer_escalated", nothing, chat_of_staff, _tell_late)

TRANSFER_NEWS = (TOLD, TIMED_OUT, LATE, ESCALATED)
