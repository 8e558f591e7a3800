"""Signing up for an event: its own questions, a summary, and a seat or a number."""

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import Annotated, Any, ClassVar

from pydantic import BeforeValidator

from handlers.answers import Key, words_up_to
from handlers.choices import YesNo
from handlers.events import (
    event_,
    event_of,
    is_full,
    refusal_of,
    standing,
    time_and_place,
    unknown,
)
from handlers.flow import Flow
from handlers.offers import Offer, Option
from handlers.question import Ask, Counted, Question, Refused, Submit, make_question
from handlers.say import Say, Text, Word
from handlers.seats import signed_up
from handlers.turn import Turn, named
from models.columns import long
from models.event import Event
from models.identity import halved, parse_number
from models.own_question import Asks, OwnQuestion, read_questions
from models.signup import CannotSignUp, sign_up, signup_of

LONGEST_ANSWER = 200
"""How many characters an answer in somebody's own words may have."""

_DIGITS = re.compile(r"[0-9]{1,4}")
_UNIT = re.compile(r"\s*[个人位岁年]$")


def _number(value: Any) -> int:
    typed = _UNIT.sub("", halved(str(value)).strip())
    number = int(typed) if _DIGITS.fullmatch(typed) else parse_number(typed)
    if number is None:
        raise Refused("number")
    return number


Words = Annotated[str, words_up_to(LONGEST_ANSWER)]
Number = Annotated[int, BeforeValidator(_number), Counted]

TYPES: dict[Asks, Any] = {
    Asks.TEXT: Words,
    Asks.CHOICE: Key,
    Asks.YES_NO: YesNo,
    Asks.NUMBER: Number,
}
"""What counts as an answer to each kind of question."""

OWN = "own_"
"""How the name of a question that is data begins, apart from those of the flow."""


class SignUp(Flow):
    """Sign up for the event that is the subject."""

    name: ClassVar[str] = "signup"
    has_subject: ClassVar[bool] = True

    @classmethod
    def refuse(cls, turn: Turn, subject: str) -> list[Say] | None:
        """Say why somebody cannot sign up, or that they have done so already."""
        event = event_of(turn, subject)
        if event is None:
            return [unknown()]
        has_place = signup_of(turn.session, event.id, turn.worker.id) is not None
        if has_place or refusal_of(turn, event) is not None:
            return event_(turn, subject)
        return None

    @classmethod
    def title(cls, turn: Turn, subject: str, named: bool = False) -> Word:
        """Name the event."""
        event = event_of(turn, subject)
        if event is None:
            return super().title(turn, subject)
        return Word(cls.name, "title", {"name": turn.named(event)})

    @classmethod
    def more(cls, turn: Turn, seen: dict[str, Any]) -> Iterator[Question]:
        """Ask what the event asks, then show all of it once more."""
        event = event_of(turn, seen["subject"])
        if event is not None:
            yield from own_questions(event.questions, turn.language)
            yield _sure(turn, event)

    @classmethod
    def facts(cls, turn: Turn, subject: str) -> tuple[tuple[Text, Text], ...]:
        """Show when and where it is."""
        event = event_of(turn, subject)
        return time_and_place(turn, event) if event else ()

    def finish(self, turn: Turn) -> Say:
        """Give a seat, or a number to wait under where all are taken."""
        event = turn.session.get_one(Event, long(self.subject))
        given = {
            name.removeprefix(OWN): value
            for name, value in self.extras.items()
            if name.startswith(OWN) and value is not None
        }
        who, now = turn.worker, turn.now
        try:
            row = sign_up(turn.session, turn.keys, event, who, given, now)
        except CannotSignUp:  # closed at this moment
            return event_(turn, self.subject)[0]
        return signed_up(turn, event, row)


def _sure(turn: Turn, event: Event) -> Question:
    about = {
        "standing": standing(turn, event, None),
        "full": is_full(event),
    }
    return make_question("sure", Submit, Ask(), Word("signup", "ask_sure", about))


@lru_cache(maxsize=64)
def own_questions(text: str, language: str) -> tuple[Question, ...]:
    """Return an event's own questions as a form puts them."""
    return tuple(_question(own, language) for own in read_questions(text))


def _question(own: OwnQuestion, language: str) -> Question:
    kind = TYPES[own.asks]
    how = Ask(offer=_offer(own, language), optional=not own.required)
    words = {"question": named(own, language), "optional": not own.required}
    asks = Word("signup", "ask_own", words)
    annotation = kind if own.required else kind | None
    label = named(own, language).rstrip("？?。.")
    return make_question(OWN + own.key, annotation, how, asks, label)


def _offer(own: OwnQuestion, language: str) -> Offer | None:
    """Offer the answers of a choice; a key is the answer's place in the list."""
    if own.asks is not Asks.CHOICE:
        return None
    options = [
        Option(str(number), own.option(number, language))
        for number in range(len(own.options))
    ]
    return Offer(lambda turn, answers: options)
