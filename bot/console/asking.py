"""Asking: the questions of a chat's form as fields of a page, and what was answered."""

from collections.abc import Iterator
from typing import Any

from bot.console.desk import Desk, Label, Text, Wrong
from bot.console.views import Input, Option
from handlers.answers import LONGEST_WORDS
from handlers.flow import Flow, questions
from handlers.offers import OWN_WORDS
from handlers.question import Question, Refused

IN_OWN_WORDS = "{}_words"
"""The name of the field for an answer in one's own words, beside what is offered."""

EMPTY = Label("Please fill this in.")
NOT_CHOSEN = Label("Please choose one of these.")


def inputs_of(desk: Desk, form: type[Flow], subject: str) -> Iterator[Input]:
    """Yield a field for each question of a form, and one for one's own words."""
    for question in _asked(form):
        offered = question.options(desk.turn, {"subject": subject})
        options = tuple(Option(one.key, one.label) for one in offered)
        how, required = question.asked_by(form.name), not question.how.optional
        if not options:
            fill = (question.name, how, "area")
            yield Input(*fill, required=required, longest=LONGEST_WORDS)
            continue
        own = question.how.own_words
        mine = (Option(OWN_WORDS, Label("In my own words, below")),) if own else ()
        yield Input(
            question.name, how, "radios", options=(*options, *mine), required=required
        )
        if own:
            yield Input(
                IN_OWN_WORDS.format(question.name),
                Label("In your own words"),
                "area",
                required=False,
                longest=own,
            )


def answers_to(desk: Desk, form: type[Flow], subject: str) -> dict[str, Any]:
    """Return what was answered, as the form takes it; raises Wrong with all faults."""
    seen: dict[str, Any] = {"subject": subject}
    wrong: dict[str, Text] = {}
    for question in _asked(form):
        try:
            seen[question.name] = _answer(desk, question, seen)
        except Wrong as fault:
            wrong |= fault.errors
    if wrong:
        raise Wrong(**wrong)
    return seen


def _asked(form: type[Flow]) -> Iterator[Question]:
    return (question for question in questions(form) if not question.submit)


def _answer(desk: Desk, question: Question, seen: dict[str, Any]) -> Any:
    """Return a valid answer; raises Wrong, at the field it was given in."""
    name, said = question.name, desk.fields.get(question.name)
    if not said and not question.how.optional:
        raise Wrong(**{name: EMPTY if question.how.offer is None else NOT_CHOSEN})
    if said == OWN_WORDS:
        name = IN_OWN_WORDS.format(name)
        said += desk.fields.get(name)
    if said == OWN_WORDS:
        raise Wrong(**{name: Label("Please write the reason.")})
    try:
        return question.valid(desk.turn, seen, said or None)
    except Refused as refused:
        raise Wrong(**{name: refused.word}) from None
