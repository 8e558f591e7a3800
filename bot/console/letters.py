"""Letters: what a notice says, as a form asks it and as it is kept."""

from collections.abc import Iterable
from dataclasses import replace
from functools import partial
from typing import Any

from bot.console.desk import Desk, Label, Text
from bot.console.fields import Field, Unread, number, some_of, text, word, words
from bot.console.records import Facts
from bot.console.sent_file import TOO_LONG
from bot.console.views import Do
from bot.words import Reader, text_of
from handlers.benefits import BENEFITS
from handlers.cases import ASK_HELP
from handlers.events import EVENTS
from handlers.question import label
from handlers.sites import SITES
from models.audience import Audience
from models.columns import short
from models.letter import (
    LONGEST_LABEL,
    LONGEST_TEXT,
    LONGEST_TITLE,
    Letter,
    Option,
    unknown_in,
)
from models.notice import Notice
from models.preference import Topic

BLANKS: dict[str, Text] = {
    "{name}": Label("Name"),
    "{union}": Label("Union"),
    "{group}": Label("Occupation"),
    "{member_no}": Label("Member number"),
}
"""What may be left to be filled in for each reader, by how it is written."""

TOPICS: dict[str, Text] = {topic: label(topic) for topic in Topic}

WAYS = {way.press: way for way in (ASK_HELP, EVENTS, BENEFITS, SITES)}
"""Where a button may lead; who asks for help opens a case."""

BAR = "|"


def at(row: Notice) -> str:
    """Return the address of a notice's page."""
    return f"/console/notices/{short(row.id)}"


def back(row: Notice) -> Do:
    """Return the way back to a notice."""
    return Do(row.content.title, at(row))


def _newlines(desk: Desk, text: str) -> str:
    return text.replace("\r\n", "\n")


def _with_blanks(desk: Desk, text: str) -> str:
    """Read words that may have blanks; of any other in braces it is said which."""
    unknown = unknown_in(text)
    if unknown is not None:
        known = " ".join(BLANKS)
        problem = Label(
            "“{it}” cannot be filled in. There are: {all}", it=unknown, all=known
        )
        raise Unread(problem)
    return _newlines(desk, text)


def _answers(desk: Desk, text: str) -> tuple[Option, ...]:
    """Read the answers to choose, one on a line, the English after a bar."""
    lines = (line.partition(BAR) for line in text.replace("｜", BAR).splitlines())
    read = (Option(name.strip(), english.strip()) for name, _, english in lines)
    return tuple(one for one in read if one.label or one.label_en)


def _written(desk: Desk, options: Iterable[Option]) -> str:
    named = (f" {BAR} ".join(filter(None, (o.label, o.label_en))) for o in options)
    return "\n".join(named)


def _said(name: str, desk: Desk, row: Notice) -> Any:
    """Return what a notice's letter says of something."""
    return getattr(row.content, name)


def _options(leads: bool, desk: Desk, row: Notice) -> list[Option]:
    return [one for one in row.content.options if bool(one.way) is leads]


def _ways(desk: Desk, row: Notice) -> list[str]:
    return [one.way for one in _options(True, desk, row)]


def _of_letter(field: Field) -> Field:
    return replace(field, get=field.get or partial(_said, field.name))


_title = partial(text, inserts=BLANKS, read=_with_blanks)
_body = partial(words, inserts=BLANKS, read=_with_blanks)

FIELDS: tuple[Field, ...] = tuple(
    _of_letter(field)
    for field in (
        _title("title", Label("Title"), longest=LONGEST_TITLE),
        _body("text", Label("Text"), longest=LONGEST_TEXT),
        word("topic", Label("Topic"), Topic, TOPICS),
        _title(
            "title_en",
            Label("Title in English"),
            longest=2 * LONGEST_TITLE,
            required=False,
            hint=Label("Without English everybody reads it in Chinese."),
        ),
        _body(
            "text_en",
            Label("Text in English"),
            longest=2 * LONGEST_TEXT,
            required=False,
        ),
        words(
            "answers",
            Label("Answers to choose from"),
            longest=400,
            required=False,
            empty=(),
            read=_answers,
            write=_written,
            get=partial(_options, False),
            hint=Label(
                "One on a line; the English after a bar: 来 | I will come. "
                "They are counted."
            ),
        ),
        some_of(
            "ways",
            Label("Buttons that lead on"),
            lambda desk: {press: way.label for press, way in WAYS.items()},
            get=_ways,
            hint=Label("Who asks the union for help opens a case."),
        ),
        text(
            "link",
            Label("Link"),
            required=False,
            hint=Label("An address that begins with https://"),
        ),
        text(
            "link_label",
            Label("What the link is called"),
            required=False,
            longest=LONGEST_LABEL,
        ),
        text(
            "link_label_en",
            Label("What the link is called in English"),
            required=False,
            longest=LONGEST_LABEL,
        ),
        number(
            "hours",
            Label("For how many hours it may be on its way"),
            usual="72",
            hint=Label("Who has not got it by then, does not get it any more."),
        ),
        text(
            "urgent",
            Label("Why it must not wait for quiet hours to end"),
            required=False,
            longest=100,
            hint=Label("Only for what is urgent. The reason is written down for good."),
        ),
    )
)

FAULTS: dict[str, tuple[str, Text]] = {
    "title": ("title", Label("A title has 1 to 40 characters.")),
    "text": ("text", Label("The text has 1 to 1000 characters.")),
    "picture": ("text", TOO_LONG),
    "english": (
        "text_en",
        Label("In English it needs both a title and a text, or neither."),
    ),
    "link": (
        "link",
        Label(
            "An address begins with https://, and the link has to be called something."
        ),
    ),
    "options": (
        "answers",
        Label("At most 6 answers and buttons together, each of 1 to 20 characters."),
    ),
    "hours": ("hours", Label("Between 1 and 720 hours.")),
}


def letter_of(facts: Facts, audience: Audience) -> Letter:
    """Return the letter that was written in the form, for an audience."""
    said = dict(facts)
    options = (*said.pop("answers"), *map(_leading, said.pop("ways")))
    return Letter(options=options, audience=audience, **said)


def _leading(press: str) -> Option:
    """Make a button that leads somewhere, called as it is in the chat's menus."""
    named = WAYS[press].label
    chinese, english = (text_of(named, Reader(one)) for one in ("zh-CN", "en"))
    return Option(chinese, english, press)
