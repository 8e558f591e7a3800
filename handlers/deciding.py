"""Returning and rejecting an application: forms, since both need reasons.

Permission is checked when a form is begun and again when it is finished.
"""

from collections.abc import Iterator
from functools import cache
from typing import Any, ClassVar

from handlers.answers import Key
from handlers.flow import Flow, progress
from handlers.join import Join
from handlers.offers import Offer, Option, matching
from handlers.question import Ask, Question, Submit, ask, make_question
from handlers.queued import WAITING_LIST
from handlers.reviewing import decide, facts_of, label_of, mine, name_of
from handlers.say import Say, Word, say
from handlers.turn import Turn
from models.application import WAITING, Application, Decision, Standing
from models.columns import long


def _fields(turn: Turn, answers: Any) -> list[Option]:
    """Offer the questions that were put to the applicant."""
    row = turn.session.get(Application, long(answers.subject))
    names = asked_of(turn, row) if row else []
    return [Option(name, label_of(name)) for name in names]


def asked_of(turn: Turn, row: Application) -> list[str]:
    """Return the names of the questions that were put to an applicant."""
    asked = progress(turn, Join, "", facts_of(turn, row)).asked
    return [q.name for q in asked if q.how.shown and not q.submit]


def reasons(*keys: str) -> Offer:
    """Offer ready-made reasons, found by a part of their words."""
    options = [Option(key, Word("reviewing", f"reason_{key}")) for key in keys]

    def search(turn: Turn, answers: Any, query: str) -> list[Option]:
        readings = [
            Option(option.key, words)
            for option in options
            for words in turn.vocabulary.readings(option.label)
        ]
        found = {reading.key for reading in matching(readings, query)}
        return [option for option in options if option.key in found]

    return Offer(lambda turn, answers: options, searching=search)


FIELDS = Offer(_fields)
RETURN_REASONS = reasons("unclear", "mismatch", "missing", "wrong_union")
REJECT_REASONS = reasons("not_eligible", "elsewhere", "no_answer")
REFUSE_REASONS = reasons("mismatch", "unclear", "no_answer")

LONGEST_REASON = 500
"""How many characters a reason in a reviewer's own words may have."""


class InReview(Flow):
    """What forms about an application in review have in common: who may, and when."""

    about_others: ClassVar[bool] = True
    has_subject: ClassVar[bool] = True

    @classmethod
    def refuse(cls, turn: Turn, subject: str) -> list[Say] | None:
        """Refuse who may not review this application, or comes too late."""
        found = mine(turn, subject)
        if found is None:
            return [say("reviewing", "not_yours").offering(WAITING_LIST)]
        if found[1].standing not in WAITING:
            return [say("reviewing", "decided_already").offering(WAITING_LIST)]
        return None

    @classmethod
    def title(cls, turn: Turn, subject: str, named: bool = False) -> Word:
        """Say which application, so that nobody decides about one and means another."""
        row = turn.session.get(Application, long(subject))
        if row is None:
            return super().title(turn, subject)
        name = name_of(turn, row) if named else ""
        return Word(cls.name, "title", {"number": row.number, "name": name})

    @classmethod
    def about(cls, turn: Turn, subject: str) -> int | None:
        """Keep what is said while deciding as the applicant's data."""
        row = turn.session.get(Application, long(subject))
        return row.worker_id if row else None


class Return(InReview):
    """Return an application: which fields are wrong, and why each."""

    name: ClassVar[str] = "return"

    fields: list[Key] = ask(many=True, offer=FIELDS)
    sure: Submit = ask()

    @classmethod
    def more(cls, turn: Turn, seen: dict[str, Any]) -> Iterator[Question]:
        """Ask a reason for each field chosen."""
        yield from (_why(field) for field in seen.get("fields") or ())

    def finish(self, turn: Turn) -> Say:
        """Return the application with a reason for each field."""
        reasons = {f: self.extras[f"why_{f}"] for f in self.fields}
        return decide(turn, self.subject, Decision(Standing.RETURNED, reasons))[0]


class Reject(InReview):
    """Reject an application, with a written reason."""

    name: ClassVar[str] = "reject"

    reason: Key = ask(offer=REJECT_REASONS, own_words=LONGEST_REASON, at_once=True)
    sure: Submit = ask()

    def finish(self, turn: Turn) -> Say:
        """Reject the application."""
        decision = Decision(Standing.REJECTED, {"": self.reason})
        return decide(turn, self.subject, decision)[0]


@cache
def _why(field: str) -> Question:
    """Make the question why one field is wrong."""
    how = Ask(offer=RETURN_REASONS, own_words=LONGEST_REASON, at_once=True)
    asks = Word("return", "ask_why", {"field": label_of(field)})
    return make_question(f"why_{field}", Key, how, asks, label_of(field))
