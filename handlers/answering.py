"""Answering suggestions: a union adopts one or not; the worker is told why."""

from typing import ClassVar

from sqlmodel import Session

from handlers.answers import Key, Words, Yuan
from handlers.awards import SUGGESTIONS
from handlers.deciding import LONGEST_REASON, reasons
from handlers.flow import Flow
from handlers.offers import OWN_WORDS
from handlers.question import Submit, ask, label
from handlers.queued import WAITING_LIST, Source, days_since, own_words
from handlers.reminders import Remind, Skip, nothing
from handlers.say import Choice, Say, Word, say
from handlers.suggesting import answer_rows
from handlers.turn import Turn
from models import audit
from models import suggestion as suggestions
from models.application import CannotDecide
from models.chat import newest_chat
from models.columns import long, short
from models.message import Kind
from models.reminder import Reminder
from models.review import may_review
from models.staff import Staff, staff_of
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


def mine(turn: Turn, arg: str) -> tuple[Staff, Suggestion] | None:
    """Return the staff member and the suggestion they may answer."""
    staff = staff_of(turn.session, turn.worker.id)
    row = turn.session.get(Suggestion, long(arg))
    if staff is None or row is None or not may_review(turn.atlas, staff, row):
        return None
    return staff, row


def look(turn: Turn, arg: str) -> list[Say]:
    """Show a suggestion, not whose it is, and what may be decided."""
    found = mine(turn, arg)
    if found is None:
        return [_not_yours()]
    staff, row = found
    audit.record(turn.session, turn.now, staff.id, "suggestion.read", row.id)
    teller = turn.session.get_one(Worker, row.worker_id)
    waits = row.standing is Adoption.WAITING
    text = {"text": own_words(turn, row.read(turn.keys, teller, "text"))}
    message = Say(
        Word("answering", "look", text) if waits else Word("answering", "settled"),
        title=label(row.aspect),
        choices=_decisions(row) if waits else (),
        back=WAITING_LIST.press,
        about=row.worker_id,
        image=row.photo_id if turn.trusted else None,
    )
    return [message]


def _decisions(row: Suggestion) -> tuple[Choice, ...]:
    key = short(row.id)
    return (
        Choice(Word("adopt", "name"), f"f:adopt:{key}"),
        Choice(Word("decline_suggestion", "name"), f"f:decline_suggestion:{key}"),
    )


class Answering(Flow):
    """What adopting and declining have in common: who may, and when."""

    about_others: ClassVar[bool] = True
    has_subject: ClassVar[bool] = True

    @classmethod
    def refuse(cls, turn: Turn, subject: str) -> list[Say] | None:
        """Turn away who may not answer this suggestion, or comes too late."""
        found = mine(turn, subject)
        if found is None:
            return [_not_yours()]
        return None if found[1].standing is Adoption.WAITING else [_settled()]

    @classmethod
    def title(cls, turn: Turn, subject: str, named: bool = False) -> Word:
        """Say which, so that nobody answers one and means another."""
        row = turn.session.get(Suggestion, long(subject))
        if row is None:
            return super().title(turn, subject)
        which = {"aspect": label(row.aspect), "number": row.number}
        return Word(cls.name, "title", which)

    @classmethod
    def about(cls, turn: Turn, subject: str) -> int | None:
        """Keep what is said while answering as the worker's data."""
        row = turn.session.get(Suggestion, long(subject))
        return row.worker_id if row else None

    def _answer(
        self, turn: Turn, standing: Adoption, answer: str, yuan: int | None
    ) -> Say:
        found = mine(turn, self.subject)
        if found is None:
            return _not_yours()
        decided = (turn.keys, turn.atlas, *found, standing, answer, yuan, turn.now)
        try:
            suggestions.settle(turn.session, *decided)
        except CannotDecide:
            return _settled()
        return say("answering", f"done_{standing}").offering(WAITING_LIST)


class Adopt(Answering):
    """Adopt a suggestion: what it is worth, and thanks."""

    name: ClassVar[str] = "adopt"

    yuan: Yuan | None = ask(optional=True)
    thanks: Words | None = ask(optional=True)
    sure: Submit = ask()

    def finish(self, turn: Turn) -> Say:
        """Adopt it."""
        thanks = f"{OWN_WORDS}{self.thanks}" if self.thanks else ""
        return self._answer(turn, Adoption.ADOPTED, thanks, self.yuan)


class Decline(Answering):
    """Decline a suggestion, with a reason."""

    name: ClassVar[str] = "decline_suggestion"

    reason: Key = ask(offer=DECLINE_REASONS, own_words=LONGEST_REASON, at_once=True)
    sure: Submit = ask()

    def finish(self, turn: Turn) -> Say:
        """Decline it."""
        return self._answer(turn, Adoption.DECLINED, self.reason, None)


def _not_yours() -> Say:
    return say("answering", "not_yours").offering(WAITING_LIST)


def _settled() -> Say:
    return say("answering", "settled_already").offering(WAITING_LIST)


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
