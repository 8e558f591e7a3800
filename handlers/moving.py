"""Transfers in the waiting list: a union lets a member go, another takes them in.

Permission is checked at the moment of each press.  What is late is recalled: to who
decides on the last day, to the next union by itself where nobody let go, and to the
officer above where nobody takes in.
"""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import ClassVar
from zoneinfo import ZoneInfo

from sqlmodel import Session

from handlers.answers import Key
from handlers.deciding import LONGEST_REASON, reasons
from handlers.flow import questions
from handlers.join import Join
from handlers.matter import Deciding, Matter
from handlers.my_application import CARD
from handlers.my_data import TRANSFER
from handlers.overdue import NOBODY, day_after
from handlers.question import Submit, ask, label
from handlers.queued import WAITING_LIST, Source, days_since
from handlers.reminders import Remind, Skip, nothing
from handlers.say import Choice, Say, Text, Word, say
from handlers.transfer import MY_TRANSFER, reason_row
from handlers.turn import Turn
from models import reminder, transfer
from models.chat import newest_chat
from models.columns import long, short
from models.identity import dialled, mask_name
from models.message import Kind
from models.place import Atlas, Union
from models.reminder import Reminder
from models.review import may_review
from models.rules import Rules
from models.sealing import Keyring
from models.staff import OFFICER, Staff, staff_above, staff_of
from models.transfer import (
    MOVED,
    QUEUE,
    TIMED,
    WAITING,
    Moving,
    Transfer,
    TransferStep,
)
from models.workdays import add_workdays, workdays_ago
from models.worker import Worker

REASONS = reasons("mismatch", "not_ours", "unsettled", "no_answer")


def _line(turn: Turn, row: Transfer) -> Word:
    waits = {
        "number": row.number,
        "days": days_since(turn, row.requested_at),
        "late": row.due < turn.today,
    }
    return Word("moving", f"line_{row.standing}", waits)


SOURCE = Source(QUEUE, "v:moving", _line)


MATTER = Matter(
    Transfer,
    others=Word("moving", "not_yours"),
    settled=Word("moving", "settled_already"),
    waits=lambda row: row.standing in WAITING,
    which=lambda turn, row, named: {"number": row.number},
)


def moving(turn: Turn, arg: str) -> list[Say]:
    """Show a transfer: who goes where, and what changes."""
    return MATTER.look(turn, arg, "transfer.read", _shown)


def _shown(turn: Turn, row: Transfer) -> Say:
    return Say(
        Word("moving", "look", {"due": row.due}),
        title=Word("moving", "title", {"number": row.number}),
        rows=tuple(_facts(turn, row)),
        choices=tuple(_decisions(row)),
        back=WAITING_LIST.press,
        about=row.worker_id,
    )


def _facts(turn: Turn, row: Transfer) -> Iterator[tuple[Text, Text]]:
    worker = turn.session.get_one(Worker, row.worker_id)
    name = worker.unseal(turn.keys, "name") or ""
    yield Word("join", "label_full_name"), name if turn.trusted else mask_name(name)
    if turn.trusted:
        mobile = dialled(worker.unseal(turn.keys, "mobile") or "")
        yield Word("join", "label_mobile"), mobile
    yield Word("my_application", "member_no"), worker.member_no or ""
    yield Word("my_application", "standing"), label(row.standing)
    yield Word("transfer", "from"), turn.named(turn.atlas.unions[row.from_union])
    yield Word("transfer", "to"), turn.named(turn.atlas.unions[row.to_union])
    at = Word("common", "day", {"at": row.requested_at})
    yield Word("my_application", "submitted"), at
    if worker.group is not None:
        group = turn.named(turn.atlas.groups[worker.group])
        yield Word("moving", "group_now"), group
    after = row.load(turn.keys, worker)["after"]
    for question in questions(Join):
        if after.get(question.name) is not None:
            text = question.shown(turn, after, after[question.name])
            yield Word("join", f"label_{question.name}"), text


def _decisions(row: Transfer) -> Iterator[Choice]:
    key = short(row.id)
    if row.standing is Moving.REQUESTED:
        yield Choice(Word("moving", "release"), f"a:release_move:{key}")
    elif row.standing in WAITING:
        yield Choice(Word("moving", "receive"), f"a:receive_move:{key}")
    else:
        return
    yield Choice(Word("refuse_move", "name"), f"f:refuse_move:{key}")


def release(turn: Turn, arg: str) -> list[Say]:
    """Let a member go."""

    def act(staff: Staff, row: Transfer) -> TransferStep:
        due = add_workdays(turn.today, turn.rules.transfer_days)
        return transfer.release(*_by(turn, staff), row, *_when(turn), due)

    return [_decide(turn, arg, act)]


def receive(turn: Turn, arg: str) -> list[Say]:
    """Take a member in."""

    def act(staff: Staff, row: Transfer) -> TransferStep:
        return transfer.receive(*_by(turn, staff), row, *_when(turn))

    return [_decide(turn, arg, act)]


def _by(turn: Turn, staff: Staff) -> tuple[Session, Keyring, Atlas, Staff]:
    return turn.session, turn.keys, turn.atlas, staff


def _when(turn: Turn) -> tuple[datetime, int]:
    return turn.now, turn.rules.undo_seconds


def _decide(
    turn: Turn, arg: str, decision: Callable[[Staff, Transfer], TransferStep]
) -> Say:
    """Carry out a decision and say what it was, or why it cannot be made."""

    def act(staff: Staff, row: Transfer) -> Say:
        step = decision(staff, row)
        undo_ = Choice(Word("reviewing", "undo"), f"a:undo_move:{short(step.id)}")
        said = {
            "number": row.number,
            "standing": label(step.standing),
            "seconds": turn.rules.undo_seconds,
        }
        words = Word("moving", "decided", said)
        return Say(words, choices=(undo_, WAITING_LIST), about=row.worker_id)

    return MATTER.decide(turn, arg, act)


def undo(turn: Turn, arg: str) -> list[Say]:
    """Take a decision back while the member has not been told."""
    staff = staff_of(turn.session, turn.worker.id)
    step = turn.session.get(TransferStep, long(arg))
    if staff is None or step is None:
        return [MATTER.not_yours()]
    row = turn.session.get_one(Transfer, step.transfer_id)
    if not transfer.undo(*_by(turn, staff), step, row, turn.now):
        return [say("reviewing", "too_late").offering(WAITING_LIST)]
    again = Choice(Word("moving", "look_at_it"), f"v:moving:{short(row.id)}")
    return [say("moving", "undone").offering(again, WAITING_LIST)]


class RefuseMove(Deciding):
    """Refuse a transfer, with a reason."""

    name: ClassVar[str] = "refuse_move"
    matter: ClassVar[Matter[Transfer]] = MATTER

    reason: Key = ask(offer=REASONS, own_words=LONGEST_REASON, at_once=True)
    sure: Submit = ask()

    def finish(self, turn: Turn) -> Say:
        """Refuse it; the member is told why."""

        def act(staff: Staff, row: Transfer) -> TransferStep:
            by, when = _by(turn, staff), _when(turn)
            return transfer.refuse(*by, row, *when, self.reason)

        return _decide(turn, self.subject, act)


# What the clock does, and what is told.


def _find(session: Session, rules: Rules, now: datetime) -> None:
    """Go on where nobody let go in time; recall what waits; close what is over."""
    undone_by = now - timedelta(seconds=rules.undo_seconds)
    transfer.close_received(session, undone_by, now)
    today = now.astimezone(ZoneInfo(rules.zone)).date()
    for row in transfer.late(session, today, workdays_ago(today, rules.escalate_days)):
        if row.standing is Moving.REQUESTED and row.due < today:
            due = add_workdays(today, rules.transfer_days)
            transfer.time_out(session, row, now, due)
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
    for number in [staff.id for staff in people] or [NOBODY]:
        due = day_after(last, rules.zone)
        reminder.schedule(session, kind, f"{row.id}.{number}", due)
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


def _pair(session: Session, row: Reminder) -> tuple[Transfer | None, Staff | None]:
    found, _, staff = row.subject.partition(".")
    return (
        session.get(Transfer, int(found)),
        session.get(Staff, int(staff or NOBODY)),
    )


def _chat_of_staff(session: Session, row: Reminder) -> int | None:
    _, staff = _pair(session, row)
    return newest_chat(session, staff.worker_id) if staff else None


def _tell_late(turn: Turn, row: Reminder) -> list[Say] | Skip:
    found, staff = _pair(turn.session, row)
    if found is None or found.standing not in WAITING:
        return "decided"
    if not may_review(turn.atlas, staff, found):
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
LATE = Remind("transfer_late", nothing, _chat_of_staff, _tell_late)
ESCALATED = Remind("transfer_escalated", nothing, _chat_of_staff, _tell_late)

REMINDERS = (TOLD, TIMED_OUT, LATE, ESCALATED)
