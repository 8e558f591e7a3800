"""Words: what a handler says becomes text in the reader's language.

Each message is a Jinja block in templates/chat/<language>/<flow>.txt.
"""

import tomllib
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from functools import cache
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from jinja2 import (
    Environment,
    FileSystemLoader,
    StrictUndefined,
    Template,
    meta,
    nodes,
)

from handlers.offers import plain
from handlers.say import Choice, Say, Text, Word
from handlers.turn import Vocabulary
from models.chat import Shown
from models.columns import short
from models.document import Document, size_words
from models.message import Body

CHAT = Path(__file__).resolve().parent.parent / "templates" / "chat"
LANGUAGES = ("zh-CN", "en")
ZERO = Word("common", "back")
READ = ("label_", "reason_")
"""How the blocks begin whose texts a handler compares with what was typed."""


@dataclass(frozen=True)
class Reader:
    """Who reads: a language, a time zone, and the address links begin with."""

    language: str
    zone: str = "Asia/Shanghai"
    base_url: str = ""


@dataclass
class Drawn:
    """A message put into words, and the choices a number may now mean."""

    body: Body
    choices: list[Shown] = field(default_factory=list)


@cache
def _environment(language: str) -> Environment:
    environment = Environment(  # noqa: S701 - plain text; each channel escapes
        loader=FileSystemLoader(CHAT / language),
        undefined=StrictUndefined,
        trim_blocks=True,
        keep_trailing_newline=False,
        auto_reload=False,
    )
    environment.filters["day"] = _DAYS[language]
    return environment


def _chinese_day(day: date) -> str:
    return f"{day.year}年{day.month}月{day.day}日"


def _english_day(day: date) -> str:
    return f"{day.day} {day:%B %Y}"


_DAYS = {"zh-CN": _chinese_day, "en": _english_day}


@cache
def _template(language: str, flow: str) -> Template:
    return _environment(language).get_template(f"{flow}.txt")


def text_of(text: Text, reader: Reader) -> str:
    """Return a text in the reader's language."""
    if isinstance(text, str):
        return text
    used = _used(reader.language, text.flow, text.key)
    if not used:
        return _fixed(reader.language, text.flow, text.key)
    given = text.params
    params = {name: _value(given[name], reader) for name in used if name in given}
    return _render(reader.language, text.flow, text.key, params)


@cache
def _blocks(language: str, flow: str) -> dict[str, nodes.Block]:
    """Return the messages of a file as they are parsed, not yet compiled."""
    source = (CHAT / language / f"{flow}.txt").read_text(encoding="utf-8")
    parsed = _environment(language).parse(source)
    return {block.name: block for block in parsed.find_all(nodes.Block)}


@cache
def _used(language: str, flow: str, key: str) -> frozenset[str]:
    """Return the variables a message uses; most use none."""
    alone = nodes.Template(_blocks(language, flow)[key].body, lineno=1)
    alone.set_environment(_environment(language))
    return frozenset(meta.find_undeclared_variables(alone)) - {"self"}


@cache
def _fixed(language: str, flow: str, key: str) -> str:
    """Return a message without variables; a plain one needs no compiling."""
    found = ""
    for part in _parts(_blocks(language, flow)[key]):
        if not isinstance(part, nodes.TemplateData):
            return _render(language, flow, key, {})
        found += part.data
    return found.strip()


def _parts(block: nodes.Block) -> Iterator[nodes.Node]:
    """Yield the texts of a message and whatever else it is made of."""
    for node in block.body:
        yield from node.nodes if isinstance(node, nodes.Output) else [node]


def _render(language: str, flow: str, key: str, params: dict[str, Any]) -> str:
    template = _template(language, flow)
    return "".join(template.blocks[key](template.new_context(params))).strip()


def _value(value: Any, reader: Reader) -> Any:
    if isinstance(value, Word):
        return text_of(value, reader)
    if isinstance(value, tuple):
        return [_value(item, reader) for item in value]
    if isinstance(value, datetime):
        return value.astimezone(ZoneInfo(reader.zone))
    return value


def draw(message: Say, reader: Reader) -> Drawn:
    """Put a message into words: a body for any channel, and what its numbers mean."""
    parts = [w for w in (message.before, message.text, message.after) if w]
    body: Body = {"text": "\n\n".join(text_of(w, reader) for w in parts)}
    if message.title:
        body["title"] = text_of(message.title, reader)
    if message.rows:
        body["rows"] = [
            [text_of(k, reader), text_of(v, reader)] for k, v in message.rows
        ]
    if message.link:
        label, path = message.link
        url = path if path.startswith("https://") else reader.base_url + path
        body["link"] = [text_of(label, reader), url]
    if message.image is not None:
        body["image"] = short(message.image)
    if message.document is not None:
        body |= document_body(message.document, reader)
    if message.drawing:
        body["drawing"] = [message.drawing.name, reader.base_url + message.drawing.path]
    if message.wish:
        label = Word("common", f"wish_{message.wish}")
        body["wish"] = [message.wish, text_of(label, reader)]
    if message.place:
        body["place"] = message.place
    shown = _numbered(message, reader)
    if shown:
        body["choices"] = [[s.number, s.label, s.press] for s in shown]
    return Drawn(body, shown)


def document_body(document: Document, reader: Reader) -> Body:
    """Return a document's id, name and size, and where it is seen without files."""
    where = text_of(Word("files", "where", {"address": reader.base_url}), reader)
    size = size_words(document.size)
    return {"document": [short(document.id), document.name, size, where]}


def line_of(label: str, value: str) -> str:
    """Return a row of a card as a line, with the colon of the label's script."""
    return f"{label}: {value}" if label.isascii() else f"{label}：{value}"


def numbered(number: int | None, label: str) -> str:
    """Return a choice's label after its number, where it has one."""
    return label if number is None else f"{number} {label}"


def _line(number: int | None, label: str) -> str:
    return f"- {label}" if number is None else f"{number}. {label}"


def lines_of(body: Body) -> list[str]:
    """Return the lines of a message for a reader who can only type."""
    place = f"  ({body['place']})" if "place" in body else ""
    lines = [f"【{body['title']}】"] if "title" in body else []
    lines += [line_of(*row) for row in body.get("rows", [])]
    lines += body.get("drawing", [])[1:]
    lines += ["🖼"] if "image" in body else []
    lines += _document_lines(body)
    lines += [f"{body.get('text', '')}{place}"]
    lines += [_line(number, label) for number, label, _ in body.get("choices", [])]
    if "link" in body:
        lines += [f"{body['link'][0]}: {body['link'][1]}"]
    return lines


def _document_lines(body: Body) -> list[str]:
    if "document" not in body:
        return []
    _, name, size, where = body["document"]
    return [f"📄 {name} ({size})", where]


def _numbered(message: Say, reader: Reader) -> list[Shown]:
    """Number the choices from 1; going back is 0.  Some messages have no numbers."""
    shown = [
        Shown(number, text_of(c.label, reader), c.press, _other_words(c))
        for number, c in enumerate(message.choices, 1)
    ]
    if message.back:
        shown.append(Shown(0, text_of(ZERO, reader), message.back))
    if message.beside or not message.numbered:
        return [replace(one, number=None) for one in shown]
    return shown


def _other_words(choice: Choice) -> str:
    """Return all other words that mean a choice: its own, and those of its labels."""
    labels = [word for word in (choice.label, choice.like) if isinstance(word, Word)]
    return " ".join([choice.keys, *(_meant(w.flow, w.key) for w in labels)]).strip()


@cache
def _meant(flow: str, key: str) -> str:
    """Return what people say in place of a label, and the label in every language."""
    found = []
    for language in LANGUAGES:
        found += _spoken(language)["means"].get(f"{flow}.{key}", [])
        if not _used(language, flow, key):
            found.append(_fixed(language, flow, key))
    return " ".join(dict.fromkeys(map(plain, found)))


@cache
def _spoken(language: str) -> dict[str, Any]:
    """Return how people say things in a language."""
    return tomllib.loads((CHAT / language / "spoken.toml").read_text("utf-8"))


def _all_spoken(table: str, name: str) -> list[str]:
    """Return the words of every language, the longest first."""
    found = [w for language in LANGUAGES for w in _spoken(language)[table][name]]
    return sorted(found, key=len, reverse=True)


@cache
def vocabulary() -> Vocabulary:
    """Return the command words and the texts handlers must know, in every language."""
    spoken = {language: _commands(language) for language in LANGUAGES}
    every = {w: press for words in spoken.values() for w, press in words.items()}
    return Vocabulary(
        commands=every,
        english=frozenset(spoken["en"]),
        before=tuple(map(plain, _all_spoken("around", "before"))),
        after=tuple(map(plain, _all_spoken("around", "after"))),
        doubts=tuple(map(plain, _all_spoken("doubts", "words"))),
        urgent=tuple(map(plain, _all_spoken("urgent", "words"))),
        introductions=tuple(_all_spoken("names", "before")),
        no_names=frozenset(map(plain, _all_spoken("names", "none"))),
        documents=_documents(),
    )


def _commands(language: str) -> dict[str, str]:
    """Return the command words of a language, and the press each one means."""
    with (CHAT / language / "commands.toml").open("rb") as file:
        presses: dict[str, list[str]] = tomllib.load(file)
    return {plain(w): press for press, words in presses.items() for w in words}


def _documents() -> dict[tuple[str, str], str]:
    """Return the labels a typed word is compared with, and the texts agreed to."""
    found = {}
    for language in LANGUAGES:
        for path in sorted((CHAT / language).glob("*.txt")):
            for key in _blocks(language, path.stem):
                if key.startswith(READ) or key == "consent_text":
                    found[language, f"{path.stem}.{key}"] = _fixed(
                        language, path.stem, key
                    )
    return found
