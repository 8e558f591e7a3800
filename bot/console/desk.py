"""The desk: all that a page of the console is dealt about who works there, and how.

A page reads in a session that cannot write; a form is carried out in one that can.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cached_property
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from sqlmodel import Session, col, select

from bot.channels import Can
from bot.kit import Kit
from bot.pages import translated
from bot.step import Ledger, Written
from bot.words import text_of
from handlers.say import Say, Word
from handlers.turn import Named, Turn
from models.chat import Chat, newest_chat
from models.clerk import counter_of
from models.console_session import ConsoleSession, Limits, SignedIn
from models.document import Enclosed
from models.partner import Partner
from models.staff import PARTNER_CLERK, Staff
from models.worker import Worker

if TYPE_CHECKING:
    from bot.console.views import Drawable


class Label:
    """Words of the console in English; templates/locale has them in other languages."""

    def __init__(self, text: str, /, **params: object) -> None:
        self.text, self.params = text, params

    def read_in(self, language: str) -> str:
        """Return the words in a language, with what they are about."""
        found = translated(language, self.text)
        return found.format(**self.params) if self.params else found


Text = str | Word | Label
"""What is shown: as it stands, the chat's words, or the console's own."""


COMMA, SEMICOLON, COLON = Label(", "), Label("; "), Label(": ")
"""Signs between what is told together; each language has its own."""


class Wrong(Exception):
    """A form cannot be carried out: what is wrong, by field; "" is the form itself."""

    def __init__(self, **errors: Text) -> None:
        super().__init__()
        self.errors: dict[str, Text] = dict(errors)

    @classmethod
    def altogether(cls, text: Text) -> "Wrong":
        """Make the error of a form as a whole."""
        error = cls()
        error.errors[""] = text
        return error


@dataclass(frozen=True)
class Went:
    """A form was carried out: where its sender goes, and what they are told there.

    A `view` is shown at once instead, and only once: of it nothing is kept.
    """

    path: str
    said: Text = ""
    view: "Drawable | None" = None


@dataclass(frozen=True)
class Fields:
    """What came with a form; `names` are those of its files.

    `enclosed` is the file a form is about, made ready; `kept` is the attachment as
    which it was written before, 0 for a small one.
    """

    values: Mapping[str, Sequence[str]] = field(default_factory=dict)
    files: Mapping[str, bytes] = field(default_factory=dict)
    names: Mapping[str, str] = field(default_factory=dict)
    enclosed: Enclosed | None = None
    kept: int = 0

    def get(self, name: str) -> str:
        """Return a field without the space around it; "" where it is not there."""
        return next(iter(self.all(name)), "")

    def all(self, name: str) -> list[str]:
        """Return everything that was chosen or written in a field."""
        return [text.replace("\0", "").strip() for text in self.values.get(name, ())]


@dataclass
class Desk:
    """What a page is dealt; `query` is of the address, `fields` of a form.

    `errors` are what was wrong with the fields when they came last.
    """

    kit: Kit
    session: Session
    now: datetime
    signed_in: SignedIn
    limits: Limits
    cans: Mapping[str, Can] = field(default_factory=dict)
    query: Mapping[str, str] = field(default_factory=dict)
    fields: Fields = field(default_factory=Fields)
    errors: Mapping[str, Text] = field(default_factory=dict)
    new_form: Callable[[], str] = lambda: ""
    """Make the key of a form; see bot/console/once.py."""

    @property
    def staff(self) -> Staff:
        """The position of who works here."""
        return self.signed_in.staff

    @property
    def worker(self) -> Worker:
        """Who works here."""
        return self.signed_in.worker

    @property
    def own_session(self) -> ConsoleSession:
        """The session of this browser."""
        return self.signed_in.session

    @property
    def language(self) -> str:
        """The language of who works here."""
        return self.worker.language

    @cached_property
    def unions(self) -> set[str]:
        """The unions whose people this position serves; a clerk serves nobody's."""
        if self.staff.role == PARTNER_CLERK:
            return set()
        return self.kit.atlas.branch(self.staff.union_code)

    @cached_property
    def partner(self) -> Partner | None:
        """The partner at whose counter a clerk is."""
        counter = counter_of(self.session, self.worker.id)
        return counter.partner if counter else None

    @property
    def today(self) -> date:
        """The date where the product is used."""
        return self.now.astimezone(ZoneInfo(self.kit.rules.zone)).date()

    @cached_property
    def turn(self) -> Turn:
        """The hand of a chat's handler, for what the chat does too; it is trusted."""
        number = newest_chat(self.session, self.worker.id)
        chat = self.session.get(Chat, number) if number else None
        return self._turn(chat or _no_chat(self.worker, self.now), self.worker, True)

    def _turn(self, chat: Chat, worker: Worker, trusted: bool) -> Turn:
        return self.kit.turn(self.session, chat, worker, self.now, trusted)

    def text(self, text: Text) -> str:
        """Put something into the language of who works here."""
        if isinstance(text, Label):
            return text.read_in(self.language)
        return text_of(text, self.kit.reader(self.worker))

    def joined(self, texts: Iterable[Text], sign: Text = COMMA) -> str:
        """Put several things one after another, with the sign of who reads."""
        return self.text(sign).join(map(self.text, texts))

    def named(self, row: Named) -> str:
        """Return a row's name in the language of who works here."""
        return self.turn.named(row)

    def union(self, code: str | None) -> str:
        """Return a union's name."""
        found = self.kit.atlas.unions.get(code or "")
        return self.named(found) if found else ""

    def moment(self, at: datetime | None) -> str:
        """Return an instant as people there read it."""
        if at is None:
            return ""
        return f"{at.astimezone(ZoneInfo(self.kit.rules.zone)):%Y-%m-%d %H:%M}"

    @cached_property
    def ledger(self) -> Ledger:
        """Where what is said in chats is written."""
        return Ledger(self.session, self.kit, self.now)

    def tell(self, chat_id: int, saying: Callable[[Turn], Sequence[Say]]) -> None:
        """Say something in a chat, in its own language and as its channel can."""
        locked = select(Chat).where(col(Chat.id) == chat_id).with_for_update()
        chat = self.session.exec(locked).one()
        can = self.cans.get(chat.channel)
        if can is None:  # a channel that is closed now
            return
        worker = self.session.get_one(Worker, chat.worker_id)
        turn = self._turn(chat, worker, can.trusted)
        self.ledger.mind([chat])
        self.ledger.say(turn, can, saying(turn))

    def close(self) -> Written | None:
        """Write what was said; return what is to be sent once that is committed."""
        return self.ledger.close() if "ledger" in vars(self) else None


def _no_chat(worker: Worker, now: datetime) -> Chat:
    """Stand in for the chat of who has none any more; it is never kept."""
    return Chat(
        id=0, channel="", bot="", address="", worker_id=worker.id, created_at=now
    )
