"""Own questions: what one event asks of who signs up, kept with it as data."""

import json
import re
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from enum import StrEnum

MOST = 9
"""How many questions an event may have, and how many answers one may offer."""

_KEY = re.compile(r"[a-z][a-z0-9_]{0,11}")
"""A key travels in buttons together with other things."""


class Asks(StrEnum):
    """What kind of answer a question wants."""

    TEXT = "text"
    CHOICE = "choice"
    YES_NO = "yes_no"
    NUMBER = "number"


@dataclass(frozen=True)
class OwnQuestion:
    """One question; its `key`, and the order of its options, never change."""

    key: str
    asks: Asks
    name: str
    name_en: str = ""
    options: tuple[str, ...] = ()
    options_en: tuple[str, ...] = ()
    required: bool = True

    def option(self, number: int, language: str) -> str:
        """Return how one of the answers on offer reads in a language."""
        english = language == "en" and len(self.options_en) == len(self.options)
        return (self.options_en if english else self.options)[number]


def read_questions(text: str) -> tuple[OwnQuestion, ...]:
    """Read questions as a row keeps them."""
    return tuple(
        OwnQuestion(
            **{
                **row,
                "asks": Asks(row["asks"]),
                "options": tuple(row["options"]),
                "options_en": tuple(row["options_en"]),
            }
        )
        for row in json.loads(text)
    )


def write_questions(questions: Iterable[OwnQuestion]) -> str:
    """Write questions as a row keeps them."""
    return json.dumps([asdict(q) for q in questions], ensure_ascii=False)


def are_sound(questions: Sequence[OwnQuestion]) -> bool:
    """Tell whether a form can put these questions."""
    keys = {q.key for q in questions}
    return len(keys) == len(questions) <= MOST and all(map(_is_sound, questions))


def _is_sound(question: OwnQuestion) -> bool:
    offers = 2 <= len(question.options) <= MOST and all(question.options)
    return (
        _KEY.fullmatch(question.key) is not None
        and bool(question.name.strip())
        and (offers if question.asks is Asks.CHOICE else not question.options)
        and len(question.options_en) in (0, len(question.options))
    )
