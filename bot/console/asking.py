"""Asking: the questions of a chat's form as fields of a page, and what was answered."""

from collections.abc import Iterator
from typing import Any

from bot.console.desk import Desk, Label, Text, Wrong
from bot.console.views import Input, Option
from handlers.flow import Flow, questions
from handlers.offers import OWN_WORDS
from handlers.question import Question, Refused

IN_OWN_WORDS = "{}_words"
"""The name of the field for an answer in one's own words, beside what is offered."""


def inputs_of(desk: Desk, form: type[Flow], subject: str) -> Iterator[Input]:
    """Yield a field for each question of a form, and one for one's own words."""
    for question in _asked(form):
        offered = question.options(desk.turn, {"subject": subject})
        options = tuple(Option(one.key, one.label) for one in offered)
        how, required = question.asked_by(form.name), not question.how.optional
        if not options:
            yield Input(question.name, how, "area", required=required, longest=2000)
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
        except Refused as refused:
            wrong[question.name] = refused.word
        except Wrong as fault:
            wrong |= fault.errors
    if wrong:
        raise Wrong(**wrong)
    return seen


def _asked(form: type[Flow]) -> Iterator[Question]:
    return (question for question in questions(form) if not question.submit)


def _answer(desk: Desk, question: Question, seen: dict[str, Any]) -> Any:
    """Return a valid answer; raises Refused, or Wrong where there is none."""
    name, words = question.name, IN_OWN_WORDS.format(question.name)
    said, own = desk.fields.get(name), desk.fields.get(words)
    if not said and not question.how.optional:
        offers = question.how.offer is not None
        raise Wrong(**{name: Label("Please choose a reason.") if offers else EMPTY})
    if said == OWN_WORDS and not own:
        raise Wrong(**{words: Label("Please write the reason.")})
    answer = said + own if said == OWN_WORDS else said
    return question.valid(desk.turn, seen, answer or None)


EMPTY = Label("Please fill this in.")
