"""Putting a question: its words, its place among the others, and its choices.

A press carries the conversation, the question, the showing and the option, so that a
late one can be told from a new one; see `handlers.presses`.
"""

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from handlers.flow import Progress
from handlers.offers import (
    OWN_WORDS,
    PAGE,
    UNTICK,
    Option,
    as_choices,
    next_page,
    page_of,
)
from handlers.question import Question
from handlers.say import Choice, Say, Text, Word, say
from handlers.talk import Talk
from models.form_link import make_link

DONE = "_done"
"""The key of the option that ends a question with several answers."""

SKIP = "_skip"
"""The key of the option that leaves an optional question open."""

LONGEST_LABEL = 20
"""How many characters of an answer in somebody's own words a label repeats."""

ALL = "all"
"""The page that shows the whole list again after a search."""


def message_of(talk: Talk, state: Progress, question: Question) -> Say:
    """Make the message that puts a question."""
    asks = question.asked_by(talk.flow.name)
    first = _own_questions(talk, state)[:1]
    remark = talk.draft.remarks.get(question.name)
    message = Say(
        replace(asks, params=Known(talk, state, asks.params)),
        choices=_choices(talk, state, question),
        back=None if question in first else f"b:{talk.key}:{question.name}",
        numbered=not question.counted,
        wish=question.how.wish,
        place=_place(talk, state, question),
        after=talk.flow.remark(remark) if remark else None,
        about=talk.turn.about,
        title=_title(talk) if question.submit or talk.flow.about_others else None,
    )
    if question.submit:
        known = talk.flow.facts(talk.turn, talk.row.subject)
        return replace(message, rows=(*known, *_summary(talk, state)))
    if question.how.private and not talk.turn.trusted:
        return _by_link(talk, question, message)
    return message


def _title(talk: Talk) -> Word:
    """Return what the form is called, naming whom it is about: so is the message."""
    return talk.flow.title(talk.turn, talk.row.subject, named=True)


def editable(talk: Talk) -> list[Option]:
    """Return the answered questions, to choose the one to correct."""
    state = talk.state
    return [
        Option(q.name, q.labelled(talk.flow.name))
        for q in state.asked
        if q.name in state.seen and q.how.shown
    ]


def choose_edit(
    talk: Talk, page: int, among: Collection[str] | None = None
) -> list[Say]:
    """List the answered questions, or some of them, to choose the one to correct."""
    every = [o for o in editable(talk) if among is None or o.key in among]
    options, more = page_of(every, page)
    choices = as_choices(options, lambda name: f"e:{talk.key}:{name}")
    if more:
        choices.append(next_page(f"l:{talk.key}:", len(every), page))
    message = say("common", "which_to_edit").offering(*choices)
    return [replace(message, back=f"r:{talk.key}")]


def _own_questions(talk: Talk, state: Progress) -> list[Question]:
    """Return the questions this person has to answer, without those known before."""
    return [q for q in state.asked if q.name not in talk.draft.known]


def _place(talk: Talk, state: Progress, question: Question) -> str | None:
    own = _own_questions(talk, state)
    return f"{own.index(question) + 1}/{len(own)}" if question in own else None


@dataclass(frozen=True)
class Known(Mapping[str, Any]):
    """What the words of a question may use: the answers, shown when they are used."""

    talk: Talk
    state: Progress
    own: Mapping[str, Any]

    def __getitem__(self, name: str) -> Any:
        if name in self.own:
            return self.own[name]
        question = self.state.question(name)
        if question is None or name not in self.state.seen:
            raise KeyError(name)
        seen = self.state.seen
        return question.shown(self.talk.turn, seen, seen[name], in_full=True)

    def __iter__(self) -> Iterator[str]:
        return iter({**self.own, **self.state.seen})

    def __len__(self) -> int:
        return len({**self.own, **self.state.seen})


def _summary(talk: Talk, state: Progress) -> tuple[tuple[Text, Text], ...]:
    shown = Known(talk, state, {})
    return tuple(
        (q.labelled(talk.flow.name), shown[q.name])
        for q in state.asked
        if q.name in shown and q.how.shown
    )


def _by_link(talk: Talk, question: Question, message: Say) -> Say:
    """Ask for the answer on our own page instead of here."""
    turn, minutes = talk.turn, talk.turn.rules.form_minutes
    token = make_link(turn.session, talk.row.id, question.name, turn.now, minutes)
    return replace(
        message,
        after=Word("common", "private_here", {"minutes": minutes}),
        link=(Word("common", "private_link"), f"/form/{token}"),
        wish=None,
    )


def _choices(talk: Talk, state: Progress, question: Question) -> tuple[Choice, ...]:
    showing = talk.row.showing

    def press(key: str) -> str:
        return f"q:{talk.key}:{question.name}:{showing}:{key}"

    if question.submit:
        return tuple(_last_step(talk, press("submit")))
    last = _last_choices(talk, state, question, press)
    options = _options(talk, state, question)
    room = PAGE - len(last)
    page, more = page_of(options, talk.draft.page, room)
    found = [_tickable(o, talk.draft.picked, press) for o in page]
    if more:
        turn_over = f"m:{talk.key}:{question.name}:"
        found.append(next_page(turn_over, len(options), talk.draft.page, room))
    return (*found, *last)


def _last_step(talk: Talk, press: str) -> Iterator[Choice]:
    """Yield what can be done with a form that is filled in."""
    like = Word("common", "sure" if talk.flow.about_others else "submit")
    yield Choice(Word(talk.flow.name, "submit"), press, like=like)
    if editable(talk):
        yield Choice(Word("common", "edit"), f"l:{talk.key}:0")
    yield Choice(Word("common", "cancel"), f"x:{talk.key}")


def _options(talk: Talk, state: Progress, question: Question) -> list[Option]:
    """Return what a search found; all there is where it found nothing."""
    found = question.options(talk.turn, state.seen, talk.draft.query)
    return found or question.options(talk.turn, state.seen)


def _tickable(option: Option, picked: list[str], press: Callable[[str], str]) -> Choice:
    """Return an option as a choice; pressing one that is ticked takes the tick away."""
    if option.key not in picked:
        return Choice(option.label, press(option.key), option.keys)
    ticked = Word("common", "ticked", {"label": option.label})
    return Choice(ticked, press(UNTICK + option.key), option.keys)


def _last_choices(
    talk: Talk, state: Progress, question: Question, press: Callable[[str], str]
) -> list[Choice]:
    """Return what stands below the options: own words, done, skip, keep, change."""
    how, draft, last = question.how, talk.draft, []
    if draft.query and how.own_words:
        own = Word("common", "own_words", {"typed": draft.query})
        last.append(Choice(own, press(OWN_WORDS)))
    if draft.query and _is_narrowed(talk, state, question):
        page = f"m:{talk.key}:{question.name}:{ALL}"
        last.append(Choice(Word("common", "show_all"), page))
    if how.many and draft.picked:
        picked = Word("common", "picked", {"count": len(draft.picked)})
        last.append(Choice(picked, press(DONE)))
    answered = state.seen.get(question.name) is not None
    if how.optional:
        still = question.name in state.seen and not answered
        skip = Word("common", "skip_still" if still else "skip")
        last.append(Choice(skip, press(SKIP)))
    if answered and how.shown and not how.many:
        answer = _brief(Known(talk, state, {})[question.name])
        keep = Word("common", "keep", {"answer": answer})
        last.append(Choice(keep, f"k:{talk.key}"))
    for name in how.also:
        change = Word(talk.flow.name, f"change_{name}")
        last.append(Choice(change, f"e:{talk.key}:{name}"))
    if question in _own_questions(talk, state)[:1]:
        last.append(Choice(Word("common", "cancel"), f"x:{talk.key}"))
    return last


def _brief(text: Text) -> Text:
    """Return a text short enough for a label."""
    if isinstance(text, str) and len(text) > LONGEST_LABEL:
        return f"{text[:LONGEST_LABEL]}…"
    return text


def _is_narrowed(talk: Talk, state: Progress, question: Question) -> bool:
    """Tell whether a search hides some of what is on offer."""
    everything = question.options(talk.turn, state.seen)
    return len(_options(talk, state, question)) < len(everything)
