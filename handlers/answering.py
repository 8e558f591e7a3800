"""Answering suggestions: a union adopts one or not; the worker is told why."""

from typing import ClassVar

from sqlmodel import Session

from handlers.answers import Key, Words, Yuan
from handlers.awards import SUGGESTIONS
from handlers.deciding import LONGEST_REASON, reasons
from handlers.matter import Deciding, Matter
from handlers.offers import OWN_WORDS
from handlers.question import Submit, ask, label
from handlers.queued import WAITING_LIST, Source, days_since, own_words
from handlers.reminders import Remind, Skip, nothing
from handlers.say import Choice, Say, Word, say
from handlers.suggesting import answer_rows
from handlers.turn import Turn
from models import suggestion as suggestions
from models.chat import newest_chat
from models.columns import short
from models.message import Kind
from models.reminder import Reminder
from models.staff import Staff
from models.suggestion import QUEUE, SETTLED, Adoption, Suggestion
from models.worker import Worker

DECLINE_REASONS = reasons("already_so", "not_our_matter", "too_costly", "unclear")


def _line(turn: Turn, row: Suggestion) -> Word:
    waits = {
        "number": row.number,
        "aspect": label(row.aspect),
        "days": days_since(turn, row.at),
    }
    return Word("answering", "line", waits)


SOURCE = Source(QUEUE, "v:suggested", _line)


MATTER = Matter(
    Suggestion,
    others=Word("answering", "not_yours"),
    settled=Word("answering", "settled_already"),
    waits=lambda turn, row: row.standing is Adoption.WAITING,
    which=lambda turn, row, named: {"aspect": label(row.aspect), "number": row.number},
)


def look(turn: Turn, arg: str) -> list[Say]:
    """Show a suggestion, not whose it is, and what may be decided."""
    return MATTER.look(turn, arg, "suggestion.read", _shown)


def _shown(turn: Turn, row: Suggestion) -> Say:
    teller, waits = turn.session.get_one(Worker, row.worker_id), MATTER.waits(turn, row)
    text = {"text": own_words(turn, row.read(turn.keys, teller, "text"))}
    return Say(
        Word("answering", "look", text) if waits else Word("answering", "settled"),
        title=label(row.aspect),
        choices=_decisions(row) if waits else (),
        back=WAITING_LIST.press,
        about=row.worker_id,
        image=row.photo_id if turn.trusted else None,
    )


def _decisions(row: Suggestion) -> tuple[Choice, ...]:
    key = short(row.id)
    return (
        Choice(Word("adopt", "name"), f"f:adopt:{key}"),
        Choice(Word("decline_suggestion", "name"), f"f:decline_suggestion:{key}"),
    )


def _answer(
    turn: Turn,
    staff: Staff,
    row: Suggestion,
    use: Adoption,
    answer: str,
    yuan: int | None,
) -> Say:
    by = (turn.session, turn.keys, turn.atlas, staff)
    suggestions.settle(*by, row, use, answer, yuan, turn.now)
    return say("answering", f"done_{use}")


class Adopt(Deciding):
    """Adopt a suggestion: what it is worth, and thanks."""

    name: ClassVar[str] = "adopt"
    matter: ClassVar[Matter[Suggestion]] = MATTER

    yuan: Yuan | None = ask(optional=True)
    thanks: Words | None = ask(optional=True)
    sure: Submit = ask()

    def decide(self, turn: Turn, staff: Staff, row: Suggestion) -> Say:
        """Adopt it; the worker is told."""
        thanks = f"{OWN_WORDS}{self.thanks}" if self.thanks else ""
        return _answer(turn, staff, row, Adoption.ADOPTED, thanks, self.yuan)


class Decline(Deciding):
    """Decline a suggestion, with a reason."""

    name: ClassVar[str] = "decline_suggestion"
    matter: ClassVar[Matter[Suggestion]] = MATTER

    reason: Key = ask(offer=DECLINE_REASONS, own_words=LONGEST_REASON, at_once=True)
    sure: Submit = ask()

    def decide(self, turn: Turn, staff: Staff, row: Suggestion) -> Say:
        """Decline it; the worker is told why."""
        return _answer(turn, staff, row, Adoption.DECLINED, self.reason, None)


def _chat(session: Session, row: Reminder) -> int | None:
    found = session.get(Suggestion, int(row.subject))
    return newest_chat(session, found.worker_id) if found else None


def _tell(turn: Turn, row: Reminder) -> list[Say] | Skip:
    found = turn.session.get_one(Suggestion, int(row.subject))
    message = Say(
        Word("answering", f"told_{found.standing}", {"aspect": label(found.aspect)}),
        rows=answer_rows(turn, found),
        choices=(SUGGESTIONS,),
        kind=Kind.RECEIPT,
    )
    return [message]


ANSWERED = Remind(SETTLED, nothing, _chat, _tell)
