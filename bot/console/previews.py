"""Previews: a notice as its readers will see it, in each language and on each channel.

It is put into words by what does so for them; only its blanks are filled with examples.
"""

from dataclasses import dataclass

from bot.console.desk import Desk, Label, Text
from bot.console.enclosing import address
from bot.console.letters import back
from bot.console.views import Own, View
from bot.words import LANGUAGES, Reader, draw, lines_of
from handlers.my_data import LANGUAGES as NAMES
from handlers.notices import letter, values_of
from models.document import Document
from models.message import Body
from models.notice import Notice

EXAMPLES = {"zh-CN": "王师傅", "en": "Wang Xiaoming"}
"""How a reader may be called."""

NUMBER = "44010000000001"
"""The number of no member."""


@dataclass(frozen=True)
class Reads:
    """A reader who is an example."""

    union_code: str | None
    group: str | None
    member_no: str | None = NUMBER


@dataclass(frozen=True)
class Look:
    """A notice in one language: its parts, and the lines where there are no buttons."""

    language: Text
    body: Body
    lines: str
    file: str
    document: Document | None


def show(desk: Desk, row: Notice) -> View:
    """Show a notice in every language it is written in."""
    content = row.content
    written = LANGUAGES if content.text_en else LANGUAGES[:1]
    looks = [_look(desk, row, language) for language in written]
    values = {"looks": looks, "back": back(row)}
    return Own("preview", Label("As its readers see it"), values)


def _look(desk: Desk, row: Notice, language: str) -> Look:
    kit, content = desk.kit, row.content
    asked = content.audience.groups or tuple(kit.atlas.groups)
    person = Reads(content.audience.union_code, next(iter(asked), None))
    name = EXAMPLES[language]
    values = values_of(kit.atlas, kit.vocabulary, person, name, language)
    reader = Reader(language, kit.rules.zone, kit.config.address)
    body = draw(letter(content, row.id, language, values), reader).body
    with_it = (address(row), content.document)
    return Look(NAMES[language], body, "\n".join(lines_of(body)), *with_it)
