"""One turn: what came in, and all a handler may know while it decides what to say."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cached_property
from typing import Protocol
from zoneinfo import ZoneInfo

from sqlmodel import Session

from handlers.say import Say, Text
from models.application import Application, latest_of
from models.chat import Chat
from models.document import Document
from models.place import Atlas
from models.rules import Rules
from models.sealing import Keyring
from models.worker import Worker

LONGEST = 4096
"""No channel carries a longer text; what is beyond is not read."""


class Named(Protocol):
    """Any row with a name in Chinese and in English."""

    @property
    def name(self) -> str: ...

    @property
    def name_en(self) -> str: ...


@dataclass(frozen=True)
class Incoming:
    """Something a person did in a chat, the same for every channel.

    `kind` is text, press, location, photo, document, contact, start (with a code),
    hello, stop, return (after a stop), group or other; `key` is unique within the
    channel and names this update.  A photo comes as its `data`; of a document `file` is
    the attachment it was kept as, 0 where nobody wanted it or where `text` says what is
    wrong with it, after a colon how many MB it may have.  `caption` are the words that
    came with either.
    """

    channel: str
    bot: str
    address: str
    key: str
    kind: str
    text: str = ""
    lat: float = 0.0
    lon: float = 0.0
    data: bytes = b""
    mime: str = ""
    file: int = 0
    label: str = ""
    caption: str = ""
    given_id: str | None = None
    language: str | None = None

    def __post_init__(self) -> None:
        """Leave out what no database can keep: half characters and the zero byte."""
        for name in ("text", "label", "caption"):
            kept = getattr(self, name)[:LONGEST].replace("\0", "")
            whole = kept.encode(errors="ignore").decode()
            object.__setattr__(self, name, whole)


@dataclass(frozen=True)
class Vocabulary:
    """What of the templates a handler must know: how people talk, texts agreed to.

    `commands` gives the press a typed word means, `english` which of these are English;
    `before` and `after` are what people put around a word; `doubts` are what a question
    about us has in it, `urgent` what brings a person at once; `introductions` come
    before a name, `no_names` are none; `documents` the exact text of a block by
    (language, block).
    """

    commands: Mapping[str, str] = field(default_factory=dict)
    english: frozenset[str] = frozenset()
    before: tuple[str, ...] = ()
    after: tuple[str, ...] = ()
    doubts: tuple[str, ...] = ()
    introductions: tuple[str, ...] = ()
    no_names: frozenset[str] = frozenset()
    urgent: tuple[str, ...] = ()
    documents: Mapping[tuple[str, str], str] = field(default_factory=dict)

    def is_urgent(self, typed: str) -> bool:
        """Tell whether words are such that a person must come at once."""
        return any(word in typed for word in self.urgent)

    def bare(self, words: str) -> str:
        """Return folded words without what politeness puts around them."""
        for start in self.before:
            if words.startswith(start) and words != start:
                return self.bare(words.removeprefix(start))
        for end in self.after:
            if words.endswith(end) and words != end:
                return self.bare(words.removesuffix(end))
        return words

    def readings(self, text: Text) -> list[str]:
        """Return how a label reads, in every language."""
        if isinstance(text, str):
            return [text]
        block = f"{text.flow}.{text.key}"
        return [t for (_, name), t in self.documents.items() if name == block]


@dataclass
class Turn:
    """The hand a handler is dealt; it touches nothing else.

    `said` is what the history keeps of the worker's words, if not all, `picture` and
    `document` what they sent, `about` whom they speak of, `cut` the chats that lost
    messages.  `ended` takes the conversations that end without effect: their words are
    erased.  `elsewhere` takes what is to be said in other chats: by whoever is dealt
    their turn.
    """

    session: Session
    now: datetime
    worker: Worker
    chat: Chat
    keys: Keyring
    atlas: Atlas
    rules: Rules = field(default_factory=Rules)
    trusted: bool = True
    vocabulary: Vocabulary = field(default_factory=Vocabulary)
    said: str | None = None
    picture: str | None = None
    document: Document | None = None
    about: int | None = None
    cut: set[int] = field(default_factory=set)
    ended: list[int] = field(default_factory=list)
    elsewhere: list[tuple[int, "Saying"]] = field(default_factory=list)
    settle: Callable[[], None] = lambda: None
    """Write down what was said so far, before its rows go to another person."""

    @cached_property
    def latest(self) -> Application | None:
        """The application that counts, as it was when first asked for."""
        return latest_of(self.session, self.worker.id)

    def belong_to(self, worker: Worker, chat: Chat) -> None:
        """Let the rest of this turn be another person's."""
        self.worker, self.chat = worker, chat
        vars(self).pop("latest", None)

    @property
    def language(self) -> str:
        """The language this person reads."""
        return self.worker.language

    @property
    def today(self) -> date:
        """The date where the product is used."""
        return self.now.astimezone(ZoneInfo(self.rules.zone)).date()

    def named(self, row: Named) -> str:
        """Return a row's name in this person's language."""
        return named(row, self.language)


Saying = Callable[[Turn], list[Say]]
"""What is said to whoever's turn it is."""


def named(row: Named, language: str) -> str:
    """Return a row's name in a language."""
    return row.name_en if language == "en" and row.name_en else row.name
