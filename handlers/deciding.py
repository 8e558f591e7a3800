"""Returning and rejecting an application: forms, since both need reasons.

Permission is checked when a form is begun and again when it is finished.
"""

from collections.abc import Iterator
from functools import cache
from typing import Any, ClassVar

from handlers.answers import Key
from handlers.flow import progress
from handlers.join import Join
from handlers.matter import Deciding, Matter
from handlers.offers import Offer, Option, matching
from handlers.question import Ask, Question, Submit, ask, make_question
from handlers.reviewing import MATTER, decide, facts_of, label_of
from handlers.say import Say, Word
from handlers.turn import Turn
from models.application import Application, Decision, Standing
from models.columns import long
from models.staff import Staff


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


class Return(Deciding):
    """Return an application: which fields are wrong, and why each."""

    name: ClassVar[str] = "return"
    matter: ClassVar[Matter[Application]] = MATTER

    fields: list[Key] = ask(many=True, offer=FIELDS)
    sure: Submit = ask()

    @classmethod
    def more(cls, turn: Turn, seen: dict[str, Any]) -> Iterator[Question]:
        """Ask a reason for each field chosen."""
        yield from (_why(field) for field in seen.get("fields") or ())

    def decide(self, turn: Turn, staff: Staff, row: Application) -> Say:
        """Return the application with a reason for each field."""
        reasons = {f: self.extras[f"why_{f}"] for f in self.fields}
        return decide(turn, staff, row, Decision(Standing.RETURNED, reasons))


class Reject(Deciding):
    """Reject an application, with a written reason."""

    name: ClassVar[str] = "reject"
    matter: ClassVar[Matter[Application]] = MATTER

    reason: Key = ask(offer=REJECT_REASONS, own_words=LONGEST_REASON, at_once=True)
    sure: Submit = ask()

    def decide(self, turn: Turn, staff: Staff, row: Application) -> Say:
        """Reject the application."""
        decision = Decision(Standing.REJECTED, {"": self.reason})
        return decide(turn, staff, row, decision)


@cache
def _why(field: str) -> Question:
    """Make the question why one field is wrong."""
    how = Ask(offer=RETURN_REASONS, own_words=LONGEST_REASON, at_once=True)
    asks = Word("return", "ask_why", {"field": label_of(field)})
    return make_question(f"why_{field}", Key, how, asks, label_of(field))
