"""Returning and rejecting an application: forms, since both need reasons.

Permission is checked when a form is begun and again when it is finished.
"""

from collections.abc import Iterator
from functools import cache
from typing import Any, ClassVar

from handlers.answers import Key
from handlers.flow import Flow, progress
from handlers.join import Join
from handlers.offers import Offer, Option
from handlers.question import Ask, Question, Submit, ask, make_question
from handlers.reviewing import WAITING_LIST, decide, label_of, mine
from handlers.say import Say, Word, say
from handlers.turn import Turn
from models.application import WAITING, Application, Decision, Standing
from models.columns import long
from models.identity import mask_name
from models.worker import Worker


def _fields(turn: Turn, answers: Any) -> list[Option]:
    """Offer the questions that were put to the applicant."""
    row = turn.session.get(Application, long(answers.subject))
    if row is None:
        return []
    facts = row.load(turn.keys, turn.session.get_one(Worker, row.worker_id))
    asked = progress(turn, Join, "", facts).asked
    return [
        Option(q.name, label_of(q.name)) for q in asked if q.how.shown and not q.submit
    ]


def _reasons(*keys: str) -> Offer:
    """Offer ready-made reasons."""
    options = [Option(key, Word("reviewing", f"reason_{key}")) for key in keys]
    return Offer(lambda turn, answers: options)


FIELDS = Offer(_fields)
RETURN_REASONS = _reasons("unclear", "mismatch", "missing", "wrong_union")
REJECT_REASONS = _reasons("not_eligible", "elsewhere", "no_answer")
REFUSE_REASONS = _reasons("mismatch", "unclear", "no_answer")


class _Deciding(Flow):
    """What returning and rejecting have in common: who may, and when."""

    about_others: ClassVar[bool] = True

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
    def title(cls, turn: Turn, subject: str) -> Word:
        """Name the applicant, so that nobody decides about one and means another."""
        row = turn.session.get(Application, long(subject))
        if row is None:
            return super().title(turn, subject)
        worker = turn.session.get_one(Worker, row.worker_id)
        name = mask_name(row.load(turn.keys, worker)["full_name"])
        return Word(cls.name, "title", {"number": row.number, "name": name})

    @classmethod
    def about(cls, turn: Turn, subject: str) -> int | None:
        """Keep what is said while deciding as the applicant's data."""
        row = turn.session.get(Application, long(subject))
        return row.worker_id if row else None


class Return(_Deciding):
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


class Reject(_Deciding):
    """Reject an application, with a written reason."""

    name: ClassVar[str] = "reject"

    reason: Key = ask(offer=REJECT_REASONS, own_words=True)
    sure: Submit = ask()

    def finish(self, turn: Turn) -> Say:
        """Reject the application."""
        decision = Decision(Standing.REJECTED, {"": self.reason})
        return decide(turn, self.subject, decision)[0]


@cache
def _why(field: str) -> Question:
    """Make the question why one field is wrong."""
    how = Ask(offer=RETURN_REASONS, own_words=True)
    asks = Word("return", "ask_why", {"field": label_of(field)})
    return make_question(f"why_{field}", Key, how, asks, label_of(field))
