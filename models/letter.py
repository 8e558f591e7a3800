"""A letter: what a notice says, in every language, with the blanks staff may leave.

A blank is a name in braces, one of a fixed list; nothing in a letter is ever carried
out, and what fills a blank is not looked through for blanks again.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import timedelta
from urllib.parse import urlsplit

from models.audience import Audience
from models.document import Document
from models.preference import Topic

BLANKS = ("name", "union", "group", "member_no")
"""What a letter may leave to be filled in for each reader."""

LONGEST_TITLE = 40
LONGEST_TEXT = 1000
LONGEST_LABEL = 20
LONGEST_WITH_FILE = 800
"""What is written below a picture or a document, channels hold short."""

MOST_OPTIONS = 6
MOST_HOURS = 24 * 30

_BLANK = re.compile(r"\{([^{}]*)\}")
_BRACE = re.compile(r"[{}]")
_WAY = re.compile(r"[vf]:[a-z_]+:[A-Za-z0-9._:-]{0,40}")


@dataclass(frozen=True)
class Option:
    """One answer to choose; or, with a `way`, a view or a form it leads to."""

    label: str
    label_en: str = ""
    way: str = ""

    def named(self, language: str) -> str:
        """Return the label in a language."""
        return self.label_en if language == "en" and self.label_en else self.label


@dataclass(frozen=True, kw_only=True)
class Letter:
    """All that staff say of a notice; one without English is read in Chinese.

    `picture` is the id of one, 0 for none; instead a `document` may go along.  With
    `urgent`, the reason, it does not wait for quiet hours to end.  It is told to nobody
    any more once it was `hours` on its way.
    """

    topic: Topic
    audience: Audience
    title: str
    text: str
    title_en: str = ""
    text_en: str = ""
    link: str = ""
    link_label: str = ""
    link_label_en: str = ""
    options: tuple[Option, ...] = ()
    urgent: str = ""
    hours: int = 72
    picture: int = 0
    document: Document | None = None

    @property
    def is_illustrated(self) -> bool:
        """Whether a file goes along, below which channels hold words short."""
        return bool(self.picture or self.document)

    @property
    def lasts(self) -> timedelta:
        """How long it may be on its way."""
        return timedelta(hours=self.hours)

    def words(self, language: str) -> tuple[str, str]:
        """Return the title and the text in a language, blanks as they stand."""
        english = language == "en" and self.text_en
        return (self.title_en, self.text_en) if english else (self.title, self.text)


def blanks_in(*texts: str) -> set[str]:
    """Return the names of the blanks in texts."""
    return {name for text in texts for name in _BLANK.findall(text)}


def unknown_in(text: str) -> str | None:
    """Return the first piece in braces that is no blank we know, or a brace alone."""
    for found in _BLANK.finditer(text):
        if found[1] not in BLANKS:
            return found[0]
    alone = _BRACE.search(_BLANK.sub("", text))
    return alone[0] if alone else None


def fill(text: str, values: Mapping[str, str]) -> str:
    """Return a text with its blanks filled in; one without a value stays."""
    return _BLANK.sub(lambda found: values.get(found[1], found[0]), text)


def fault_of(letter: Letter) -> str | None:
    """Return which part of a letter will not do, if one will not."""
    checks = {
        "title": 0 < len(letter.title.strip()) <= LONGEST_TITLE,
        "text": 0 < len(letter.text.strip()) <= LONGEST_TEXT,
        "picture": not letter.is_illustrated or _is_short(letter),
        "english": _has_all_english_or_none(letter),
        "blanks": all(unknown_in(text) is None for text in _texts(letter)),
        "link": _is_link(letter),
        "options": len(letter.options) <= MOST_OPTIONS
        and all(_is_option(option) for option in letter.options),
        "hours": 0 < letter.hours <= MOST_HOURS,
    }
    return next((part for part, sound in checks.items() if not sound), None)


def _texts(letter: Letter) -> tuple[str, ...]:
    return letter.title, letter.text, letter.title_en, letter.text_en


def _is_short(letter: Letter) -> bool:
    return max(len(letter.text), len(letter.text_en)) <= LONGEST_WITH_FILE


def _has_all_english_or_none(letter: Letter) -> bool:
    return (
        bool(letter.title_en.strip()) is bool(letter.text_en.strip())
        and len(letter.title_en) <= 2 * LONGEST_TITLE
        and len(letter.text_en) <= 2 * LONGEST_TEXT
    )


def _is_link(letter: Letter) -> bool:
    if not letter.link:
        return not letter.link_label
    address = urlsplit(letter.link)
    is_ours = letter.link.startswith("/") and not letter.link.startswith("//")
    safe = is_ours or bool(address.scheme == "https" and address.hostname)
    return safe and 0 < len(letter.link_label.strip()) <= LONGEST_LABEL


def _is_option(option: Option) -> bool:
    labelled = 0 < len(option.label.strip()) <= LONGEST_LABEL
    return labelled and bool(not option.way or _WAY.fullmatch(option.way))


def write_letter(letter: Letter) -> str:
    """Write a letter down as a row keeps it."""
    return json.dumps(asdict(letter), ensure_ascii=False)


def read_letter(text: str) -> Letter:
    """Read a letter that was written down."""
    kept = json.loads(text)
    document, options = kept.get("document"), kept["options"]
    return Letter(
        **kept
        | {
            "topic": Topic(kept["topic"]),
            "audience": Audience.of(kept["audience"]),
            "options": tuple(Option(**option) for option in options),
            "document": Document(**document) if document else None,
        }
    )
