"""Reminders: what falls due without anybody asking, and what is said then.

A kind may `find` subjects that became due and `tell` one: it returns the chat to write
to and the messages, or the reason why nothing is said.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlmodel import Session

from handlers.correct import AGAIN, label_of
from handlers.my_application import CARD, FIX, MY_APPLICATION, reason_rows, reason_text
from handlers.phones import SET_PIN
from handlers.receipts import MY_DATA
from handlers.say import Choice, Say, Word
from handlers.talk import Talk, flow_named, opened
from handlers.turn import Turn
from models import consent, reminder
from models.application import APPROVED, Application, Standing, Step
from models.conversation import Conversation, State, unfinished_since
from models.correction import SETTLED, Correction
from models.hours import next_open
from models.message import Kind
from models.preference import Topic
from models.reminder import Reminder
from models.rules import Rules

Skip = str
"""Why nothing is said; one word for the report."""


@dataclass(frozen=True)
class Remind:
    """One kind of reminder; `hurried` ones do not wait for quiet hours to end.

    What is `brief` would be over after a meal time: only the night's hours hold it.
    What is of a `topic` is for who wants to hear of it; None is one's own affair and
    always arrives.  What `expires` is not told so long after it could have been.
    """

    kind: str
    find: Callable[[Session, Rules, datetime], None]
    chat: Callable[[Session, Reminder], int | None]
    tell: Callable[[Turn, Reminder], list[Say] | Skip]
    hurried: bool = False
    brief: bool = False
    topic: Topic | None = None
    expires: timedelta | None = None


def nothing(session: Session, rules: Rules, now: datetime) -> None:
    """Find nothing: rows of this kind are made where the thing happens."""


def _unfinished(session: Session, rules: Rules, now: datetime) -> None:
    """Make one reminder for each conversation left alone for a day."""
    before = now - timedelta(hours=rules.remind_hours)
    for row in unfinished_since(session, before):
        if not reminder.exists(session, "unfinished", str(row.id)):
            due = row.updated_at + timedelta(hours=rules.remind_hours)
            reminder.schedule(session, "unfinished", str(row.id), due)


def _chat_of_conversation(session: Session, row: Reminder) -> int | None:
    found = session.get(Conversation, int(row.subject))
    return found.chat_id if found else None


def _unfinished_talk(turn: Turn, row: Reminder) -> Talk | Skip:
    conversation = turn.session.get_one(Conversation, int(row.subject))
    if conversation.state not in (State.OPEN, State.PAUSED):
        return "finished"
    flow = flow_named(conversation.flow)
    if flow is None:
        conversation.end(State.EXPIRED, turn.now)
        turn.ended.append(conversation.id)
        return "flow_is_gone"
    if not flow.resumable:
        opened(turn, conversation, flow).end(State.CANCELLED)
        return "not_resumable"
    return opened(turn, conversation, flow)


def _tell_unfinished(turn: Turn, row: Reminder) -> list[Say] | Skip:
    talk = _unfinished_talk(turn, row)
    if isinstance(talk, Skip):
        return talk
    if talk.row.updated_at > row.due:
        return "went_on"
    if consent.rests(turn.session, turn.worker.id, talk.flow.name, turn.now):
        return "consent_withdrawn"
    return [
        Say(
            Word("reminders", "unfinished", {"what": talk.title}),
            choices=(
                Choice(Word("common", "go_on"), f"r:{talk.key}"),
                Choice(Word("reminders", "drop"), f"x:{talk.key}"),
            ),
            kind=Kind.REMINDER,
        )
    ]


def _expired(session: Session, rules: Rules, now: datetime) -> None:
    """Make one reminder for each draft that has been kept as long as it may be."""
    before = now - timedelta(days=rules.keep_days)
    for row in unfinished_since(session, before):
        due = row.updated_at + timedelta(days=rules.keep_days)
        reminder.schedule(session, "expired", str(row.id), due)


def _tell_expired(turn: Turn, row: Reminder) -> list[Say] | Skip:
    talk = _unfinished_talk(turn, row)
    if isinstance(talk, Skip):
        return talk
    days = turn.rules.keep_days
    if talk.row.updated_at > turn.now - timedelta(days=days):
        return "went_on"
    name = talk.flow.name
    again = Choice(Word(name, "name"), f"f:{name}:{talk.row.subject}")
    talk.end(State.EXPIRED)
    what = talk.title
    return [
        Say(
            Word("reminders", "expired", {"what": what, "days": days}),
            choices=(again,),
            kind=Kind.REMINDER,
        )
    ]


def _chat_of_step(session: Session, row: Reminder) -> int | None:
    step = session.get(Step, int(row.subject))
    application = session.get(Application, step.application_id) if step else None
    return application.chat_id if application else None


def _tell_decision(turn: Turn, row: Reminder) -> list[Say] | Skip:
    step = turn.session.get_one(Step, int(row.subject))
    application = turn.session.get_one(Application, step.application_id)
    union = turn.atlas.unions[turn.worker.union_code or application.union_code]
    approved = step.standing in APPROVED
    first = (FIX,) if step.standing is Standing.RETURNED else ()
    first = (CARD,) if approved else first
    last = (SET_PIN,) if approved else ()
    return [
        Say(
            Word(
                "reminders",
                f"decision_{step.standing}",
                {"union": turn.named(union), "number": turn.worker.member_no or ""},
            ),
            title=Word("reminders", "decision"),
            rows=reason_rows(turn, step),
            choices=(*first, MY_APPLICATION, *last),
            kind=Kind.RECEIPT,
        )
    ]


def _chat_of_correction(session: Session, row: Reminder) -> int | None:
    found = session.get(Correction, int(row.subject))
    return found.chat_id if found else None


def _tell_correction(turn: Turn, row: Reminder) -> list[Say] | Skip:
    """Say what became of a wish; with its reason where it was refused."""
    wish = turn.session.get_one(Correction, int(row.subject))
    what = Word("correct", "what_asked", {"field": label_of(wish.field)})
    reason = wish.read(turn.keys, turn.worker, "why")
    why = ((Word("my_application", "reason"), reason_text(reason)),) if reason else ()
    return [
        Say(
            Word("reminders", f"correction_{wish.standing}"),
            title=Word("reminders", "correction"),
            rows=((Word("my_data", "what"), what), *why),
            choices=(*((AGAIN,) if reason else ()), MY_DATA),
            kind=Kind.RECEIPT,
        )
    ]


def opening(rules: Rules, now: datetime) -> datetime:
    """Return the next moment outside quiet hours; `now` itself when it is one."""
    return next_open(now, rules.zone, [(rules.quiet_start, rules.quiet_end)])


UNFINISHED = Remind(
    "unfinished",
    _unfinished,
    _chat_of_conversation,
    _tell_unfinished,
    expires=timedelta(days=7),
)
EXPIRED = Remind("expired", _expired, _chat_of_conversation, _tell_expired)
DECISION = Remind("decision", nothing, _chat_of_step, _tell_decision, hurried=True)
CORRECTION = Remind(
    SETTLED, nothing, _chat_of_correction, _tell_correction, hurried=True
)
