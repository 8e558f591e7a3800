"""An event's own questions as its staff write them: one on a line.

    name                   words            name = 数字     a number
    name = one / another   a choice         name = 是否     yes or no

A star before the line lets it be left empty; the English comes after a bar.
"""

from collections.abc import Iterable
from typing import Any

from models.own_question import Asks, OwnQuestion

NUMBER, YES_NO = "数字", "是否"
KINDS = {
    **dict.fromkeys((NUMBER, "number"), Asks.NUMBER),
    **dict.fromkeys((YES_NO, "yes/no"), Asks.YES_NO),
}
STAR, BAR, EQUALS, OR = "*", "|", "=", "/"
_WIDE = str.maketrans({"＊": STAR, "｜": BAR, "＝": EQUALS, "／": OR})


def read(text: str) -> tuple[OwnQuestion, ...]:
    """Return the questions somebody wrote; `models.event` says what will not do."""
    lines = [line.strip() for line in text.translate(_WIDE).splitlines()]
    return tuple(
        _question(f"q{number}", line)
        for number, line in enumerate(filter(None, lines), start=1)
    )


def _question(key: str, line: str) -> OwnQuestion:
    asked, _, answers = (
        part.strip() for part in line.removeprefix(STAR).partition(EQUALS)
    )
    name, _, name_en = (part.strip() for part in asked.partition(BAR))
    given: dict[str, Any] = {"key": key, "name": name, "name_en": name_en}
    required = not line.startswith(STAR)
    if not answers or answers.lower() in KINDS:
        asks = KINDS.get(answers.lower(), Asks.TEXT)
        return OwnQuestion(asks=asks, required=required, **given)
    options, _, english = answers.partition(BAR)
    return OwnQuestion(
        asks=Asks.CHOICE,
        options=_split(options),
        options_en=_split(english),
        required=required,
        **given,
    )


def _split(text: str) -> tuple[str, ...]:
    return tuple(one.strip() for one in text.split(OR)) if text.strip() else ()


def write(questions: Iterable[OwnQuestion]) -> str:
    """Return questions as they are written."""
    return "\n".join(map(_line, questions))


def _line(one: OwnQuestion) -> str:
    kinds = {Asks.NUMBER: NUMBER, Asks.YES_NO: YES_NO}
    choices = (one.options, one.options_en)
    options = f" {BAR} ".join(f" {OR} ".join(some) for some in choices if some)
    answers = kinds.get(one.asks, options)
    asked = f"{one.name} {BAR} {one.name_en}" if one.name_en else one.name
    star = "" if one.required else STAR
    return f"{star}{asked} {EQUALS} {answers}" if answers else f"{star}{asked}"
