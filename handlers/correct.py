"""Correcting one's own data: only the chosen question is asked again, as in joining.

A name or an ID goes to a social worker of the member's union; all else counts at once.
"""

from collections.abc import Iterator
from dataclasses import replace
from functools import cache
from typing import Any, ClassVar

from handlers.flow import Flow, progress, questions
from handlers.join import Join
from handlers.my_application import FIX, JOIN, MY_APPLICATION, WITHDRAW, as_told
from handlers.offers import Offer, Option
from handlers.phones import too_new
from handlers.question import Question
from handlers.receipts import MY_DATA, receipt
from handlers.say import Choice, Say, Text, Word, say
from handlers.turn import Turn
from models import correction
from models.application import APPROVED, WAITING, Standing
from models.attachment import Attachment
from models.columns import long
from models.identity import mask_name

REVIEWED = {
    "full_name": ("full_name",),
    "id_number": ("id_type", "resident_id", "other_id", "born", "sex"),
}
"""What a social worker must check against the document, and the questions it takes."""

AT_ONCE = {
    "mobile": ("mobile",),
    "group": ("group", "plate", "vehicle", "skills", "certificate"),
    "work_form": ("work_form", "platform", "employer"),
    "platform": ("platform",),
    "employer": ("employer",),
    "district": ("city", "district", "street"),
    "home_district": ("home_district",),
    "migrant": ("migrant",),
    "plate": ("plate",),
    "vehicle": ("vehicle",),
    "skills": ("skills",),
    "certificate": ("certificate",),
}
"""What a member changes alone, and the questions whose answers hang on it."""

ASKED = REVIEWED | AT_ONCE
READ_FROM = {"id_number": ("resident_id", "other_id"), "district": ("district",)}
"""Where a subject's present value stands, if not with its first question."""

NEVER = ("consent", "wished_union", "sure")
"""Questions of joining that are none about the member."""

AGAIN = Choice(Word("correct", "again"), "v:my_fields:0")


class Correct(Flow):
    """Correct one thing; the subject says which."""

    name: ClassVar[str] = "correct"
    has_subject: ClassVar[bool] = True

    @classmethod
    def refuse(cls, turn: Turn, subject: str) -> list[Say] | None:
        """Refuse who is no member or too new here, and what a member does not have."""
        instead = unless_member(turn) or too_new(turn)
        if instead is None and subject not in {name for name, _ in fields(turn)}:
            instead = [say("correct", "not_here").offering(AGAIN)]
        return instead

    @classmethod
    def prefill(cls, turn: Turn, subject: str) -> dict[str, Any]:
        """Fill in all but what is to be corrected, be it that nobody was ever asked."""
        facts = facts_of(turn)
        names = (question.name for question in _context(subject))
        return {n: facts.get(n) for n in names if n not in ASKED[subject]}

    @classmethod
    def more(cls, turn: Turn, seen: dict[str, Any]) -> tuple[Question, ...]:
        """Ask the questions of joining that are about the subject."""
        return _context(seen["subject"])

    def finish(self, turn: Turn) -> Say:
        """Correct it, or ask a social worker to."""
        names = ASKED[self.subject]
        changes = {name: self.extras.get(name) for name in names}
        if self.subject in REVIEWED:
            asked = (turn.chat.id, self.subject, changes, turn.now)
            correction.wish_for(turn.session, turn.keys, turn.worker, *asked)
            words = (
                Word("correct", "what_asked", {"field": label_of(self.subject)}),
                Word("correct", "asked"),
                Word("correct", "asked_undo"),
            )
            drop = Choice(Word("correct", "drop"), f"a:drop_correction:{self.subject}")
            return self._receipt(turn, changes, *words).offering(drop, MY_DATA)
        before = facts_of(turn)
        correction.correct(turn.session, turn.keys, turn.worker, changes)
        _forget_picture(turn, before, changes)
        words = (
            Word("correct", "what", {"field": label_of(self.subject)}),
            Word("correct", "done_elsewhere" if "district" in names else "done"),
            Word("correct", "done_undo"),
        )
        return self._receipt(turn, changes, *words).offering(AGAIN, MY_DATA)

    def _receipt(
        self, turn: Turn, changes: dict[str, Any], what: Word, text: Word, undo: Word
    ) -> Say:
        rows = shown(turn, {**facts_of(turn), **changes}, changes)
        return receipt(turn, what, undo, *rows, text=text)


@cache
def _context(subject: str) -> tuple[Question, ...]:
    """Return the questions of joining: to ask those of a subject, to know the rest.

    Without a subject none is asked.
    """
    found = []
    for question in questions(Join):
        if question.name not in NEVER:
            asks = OWN_ASKS.get(question.name, Word("join", f"ask_{question.name}"))
            words = replace(question, asks=asks, label=label_of(question.name))
            is_asked = question.name in ASKED.get(subject, ())
            found.append(_alone(words) if is_asked else _as_it_was(words))
    return tuple(found)


def _alone(question: Question) -> Question:
    """Return a question from which no other answer is changed."""
    return replace(question, how=replace(question.how, also=()))


def _as_it_was(question: Question) -> Question:
    """Return a question whose answer stays, even if it were no longer taken today."""
    offer = question.how.offer
    kept = Offer(offer.listing, _find_any(offer)) if offer else None
    how = replace(question.how, offer=kept, optional=True)
    return replace(question, how=how, check=question.reader)


def _find_any(offer: Offer) -> Any:
    def find(turn: Turn, answers: Any, key: str) -> Option:
        return offer.find(turn, answers, key) or Option(key, key)

    return find


def _forget_picture(
    turn: Turn, before: dict[str, Any], changes: dict[str, Any]
) -> None:
    """Erase the picture of a certificate that was replaced or taken away."""
    old = before.get("certificate")
    if old and "certificate" in changes and changes["certificate"] != old:
        picture = turn.session.get(Attachment, long(old))
        if picture is not None:
            turn.session.delete(picture)


def is_member(turn: Turn) -> bool:
    """Tell whether a person is a member and knows it."""
    row = turn.latest
    return (
        row is not None
        and turn.worker.member_no is not None
        and as_told(turn, row) in APPROVED
    )


def unless_member(turn: Turn) -> list[Say] | None:
    """Return what somebody who is no member can do instead of correcting."""
    if is_member(turn):
        return None
    standing = as_told(turn, turn.latest) if turn.latest else None
    if standing in WAITING:
        return [say("correct", "waits").offering(WITHDRAW, MY_APPLICATION)]
    if standing is Standing.RETURNED:
        return [say("correct", "returned").offering(FIX, MY_APPLICATION)]
    return [say("correct", "no_member").offering(JOIN, MY_DATA)]


def facts_of(turn: Turn) -> dict[str, Any]:
    """Return the facts kept about a person: those of the newest application."""
    row = turn.latest
    return row.load(turn.keys, turn.worker) if row else {}


def fields(turn: Turn) -> Iterator[tuple[str, Text]]:
    """Yield what a member may correct, and how it reads now."""
    facts = facts_of(turn)
    walked = progress(turn, Correct, "", facts, thorough=False)
    asked = {question.name: question for question in walked.asked}
    for subject, names in ASKED.items():
        if names[0] in asked:
            read = next((n for n in READ_FROM.get(subject, ()) if n in asked), names[0])
            value = asked[read].shown(turn, walked.seen, facts.get(read))
            yield subject, mask_name(facts[read]) if read == "full_name" else value


def shown(turn: Turn, facts: dict[str, Any], names: Any) -> Iterator[tuple[Text, Text]]:
    """Yield facts as rows, masked as each is."""
    for question in questions(Join):
        value = facts.get(question.name)
        if question.name in names and value is not None and question.how.shown:
            yield label_of(question.name), question.shown(turn, facts, value)


def label_of(field: str) -> Word:
    """Return the short name of what can be corrected."""
    return OWN_LABELS.get(field) or Word("join", f"label_{field}")


OWN_ASKS = {"mobile": Word("correct", "ask_mobile")}
OWN_LABELS = {"id_number": Word("correct", "id_number")}
