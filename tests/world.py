"""A small world for conversations: people, a clock, a database, and the real step.

Every deed is one update in a transaction and session of its own, as after a restart,
and every message that comes of it is checked for what no message may be.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar, cast

from sqlmodel import Session, col, select

from bot.config import Config
from bot.database import Database, Writer, in_transaction
from bot.forms import Answered, Forms
from bot.kit import Kit
from bot.reminding import FINDING, find_due, tell
from bot.sections import Product, Web
from bot.step import take_batch
from bot.words import vocabulary
from handlers.offers import plain
from handlers.turn import Incoming
from models.benefit import Benefit
from models.chat import Chat
from models.clerk import appoint_clerk
from models.closing import close_all
from models.conversation import Conversation, Draft
from models.message import Body, Message, unseal_body
from models.partner import open_partner
from models.place import Atlas
from models.rules import Rules
from models.sealing import Keyring
from models.slot import add_slot
from models.staff import appoint, invite
from models.worker import Worker
from tests.adapters import PAGE, Adapter

MONDAY = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)
"""A Monday, ten in the morning where the product is at home."""

PAUSE = timedelta(seconds=10)
"""How long people take between two deeds."""

LONGEST_PRESS = 64
"""How many bytes a button carries on the channel that carries least."""

ANSWERS = {
    "consent": "同意，开始填写",
    "full_name": "张三",
    "resident_id": "440106199003070001",
    "mobile": "13812345678",
    "group": "货车司机",
    "work_form": "打零工",
    "platform": "跳过",
    "employer": "跳过",
    "city": "广州",
    "district": "白云",
    "street": "跳过",
    "migrant": "不是",
    "belong": "工作的地方",
    "wished_union": "请工会安排",
    "plate": "跳过",
    "vehicle": "跳过",
    "skills": "跳过",
    "certificate": "跳过",
}
"""What a worker answers when the test is about something else."""

SAME = {"w:back": "b", "w:cancel": "x"}
"""Commands that are also buttons of a conversation."""

T = TypeVar("T")


@dataclass
class World:
    """Everybody who talks with the bot, over one channel."""

    database: Database
    adapter: Adapter = PAGE
    now: datetime = MONDAY
    rules: Rules = field(default_factory=Rules)
    screens: dict[str, list[Body]] = field(default_factory=dict)
    elsewhere: dict[str, list[Body]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Assemble what the program would at its start."""
        self._keys = itertools.count(1)
        config = Config.model_construct(product=Product(), web=Web())
        keyring = Keyring({1: b"w" * 32}, 1, {1: b"i" * 32})
        writer = cast(Writer, None)
        atlas = Atlas(edition=-1)
        self.kit = Kit(config, self.database, writer, keyring, self.rules, atlas)
        self.cans = {self.adapter.name: self.adapter.can}

    def write(self, work: Callable[[Session], T]) -> T:
        """Do something in a transaction of its own."""
        return in_transaction(self.database, work)

    def do(
        self, kind: str, text: str = "", who: str = "工人", **more: Any
    ) -> list[Body]:
        """Let somebody do something; return what the bot says to them."""
        incoming = Incoming(
            channel=self.adapter.name,
            bot="",
            address=who,
            key=str(next(self._keys)),
            kind=kind,
            text=text,
            **more,
        )
        return self.take(self.adapter.read(incoming))

    def take(self, incoming: Incoming) -> list[Body]:
        """Take an update as it came."""
        before = self._numbers()
        batch = [incoming]
        self.screens.setdefault(incoming.address, [])
        self.write(lambda s: take_batch(s, self.kit, self.cans, batch, self.now))
        self.elsewhere = self._news(before)
        return self.elsewhere.pop(incoming.address, [])

    def say(self, text: str, who: str = "工人") -> list[Body]:
        """Type something, after a pause."""
        self.now += PAUSE
        return self.do("text", text, who)

    def tap(self, label: str, who: str = "工人") -> list[Body]:
        """Press the choice with this label on the newest message that has it."""
        self.now += PAUSE
        return self.tap_at_once(label, who)

    def tap_at_once(self, label: str, who: str = "工人") -> list[Body]:
        """Press without a pause; where there are no buttons, type the number."""
        for age, body in enumerate(reversed(self.screens[who])):
            for number, words, press in body.get("choices", []):
                if words == label and self.adapter.buttons:
                    return self.do("press", press, who, label=words)
                if words == label and age == 0:
                    return self.do(
                        "text", label if number is None else str(number), who
                    )
        raise LookupError(f"nobody offered {label}")

    def fill(self, until: str, who: str = "工人", **other: str) -> list[Body]:
        """Join up to a question, with the usual answers but for `other` ones."""
        heard = (
            []
            if who in self.screens and self._is_joining(who)
            else self.say("入会", who)
        )
        while (question := self.asked(who)) != until:
            assert question is not None
            typed = {**ANSWERS, **other}[question]
            by_link = "link" in self.screens[who][-1]
            heard = self.fill_form(typed, who) if by_link else self.say(typed, who)
        return heard

    def _is_joining(self, who: str) -> bool:
        if who not in self.screens:
            return False
        open_ = self.write(lambda s: self._chat(s, who).conversation_id)
        return open_ is not None

    def fill_form(self, text: str, who: str = "工人") -> list[Body]:
        """Fill in the page behind the newest link."""
        self.now += PAUSE
        before = self._numbers().get(who, 0)
        bodies = (b for b in reversed(self.screens[who]) if "link" in b)
        token = next(bodies)["link"][1].rsplit("/", 1)[1]
        forms = Forms(self.kit, self.cans, lambda written: None)
        done: Answered | None = self.write(
            lambda s: forms.take(s, token, text, self.now)
        )
        if done is None:
            return [{"text": "（链接已失效）"}]
        if done.refusal:
            return [{"text": f"（网页）{done.refusal}"}]
        return self._heard(who, before)

    def wait(self, time: timedelta) -> dict[str, list[Body]]:
        """Let time pass and what is due be said; return what each person hears."""
        self.now += time
        before = self._numbers()
        for remind in FINDING:
            self.write(lambda s, r=remind: r.find(s, self.kit.rules, self.now))  # type: ignore[misc]
        self.write(lambda s: close_all(s, self.now))
        for due in self.write(lambda s: find_due(s, self.now)):
            self.write(lambda s, at=due: tell(s, self.kit, self.cans, at, self.now))  # type: ignore[misc]
        return self._news(before)

    def appoint(
        self, union: str, who: str = "社工", role: str = "social_worker"
    ) -> list[Body]:
        """Make somebody a social worker of a union, by an invitation."""

        def work(session: Session) -> str:
            staff = appoint(session, role, union, self.now)
            return invite(session, staff, self.now)

        return self.do("start", self.write(work), who)

    def appoint_clerk(self, partner: str, who: str = "收银员") -> list[Body]:
        """Make somebody a clerk at a partner's counter, by an invitation."""

        def work(session: Session) -> str:
            staff = appoint_clerk(session, open_partner(session, partner), self.now)
            return invite(session, staff, self.now)

        return self.do("start", self.write(work), who)

    def open_slot(self, ahead: timedelta, capacity: int = 1) -> None:
        """Let there be a time for health checks."""
        at = "health-check", "health-first", self.now + ahead, capacity
        self.write(lambda s: add_slot(s, *at))

    def close_benefit(self, code: str) -> None:
        """Let a benefit be given no more."""

        def work(session: Session) -> None:
            given = session.get_one(Benefit, code)
            given.active = False
            session.add(given)

        self.write(work)

    def conversation(self, who: str = "工人") -> tuple[Conversation, Draft]:
        """Return somebody's newest conversation and its draft."""

        def look(session: Session) -> tuple[Conversation, Draft]:
            chat = self._chat(session, who)
            row = session.exec(
                select(Conversation)
                .where(Conversation.chat_id == chat.id)
                .order_by(col(Conversation.created_at).desc())
            ).first()
            assert row is not None
            worker = session.get_one(Worker, chat.worker_id)
            return row, row.load(self.kit.keys, worker)

        return self.write(look)

    def conversations(self) -> list[Conversation]:
        """Return everybody's conversations, oldest first."""
        ordered = select(Conversation).order_by(col(Conversation.created_at))
        return self.write(lambda s: list(s.exec(ordered).all()))

    def own_words(self, who: str = "工人") -> list[str]:
        """Return what the history keeps of what somebody said."""
        return [body["text"] for body in self.history(who, "worker")]

    def history(self, who: str, *sides: str) -> list[Body]:
        """Return what the history of somebody's chat keeps, of both sides or of one."""

        def look(session: Session) -> list[Body]:
            return [
                self._open(session, row)
                for side in sides or ("bot", "worker")
                for row in self.messages_of(session, who, side=side)
            ]

        return self.write(look)

    def messages_of(
        self, session: Session, who: str, after: int = 0, side: str = "bot"
    ) -> list[Message]:
        """Return one side's messages of somebody's chat, in order."""
        found = select(Message).where(
            Message.chat_id == self._chat(session, who).id,
            Message.number > after,
            col(Message.side).in_(("bot", "person") if side == "bot" else (side,)),
        )
        return list(session.exec(found.order_by(col(Message.number))).all())

    def asked(self, who: str = "工人") -> str | None:
        """Return the question somebody is at."""
        return self.conversation(who)[0].asked

    def answers(self, who: str = "工人") -> dict[str, Any]:
        """Return what somebody has answered so far."""
        return self.conversation(who)[1].answers

    def _chat(self, session: Session, who: str) -> Chat:
        return session.exec(select(Chat).where(Chat.address == who)).one()

    def _numbers(self) -> dict[str, int]:
        """Return the number of the last message of each chat."""
        found = select(Chat.address, Chat.last_number)
        return dict(self.write(lambda s: s.exec(found).all()))

    def _news(self, before: dict[str, int]) -> dict[str, list[Body]]:
        """Return what each person has heard since."""
        now = self._numbers()
        heard = {
            who: self._heard(who, before.get(who, 0))
            for who in self.screens
            if now.get(who, 0) > before.get(who, 0)
        }
        return {who: bodies for who, bodies in heard.items() if bodies}

    def _heard(self, who: str, before: int) -> list[Body]:
        """Return, and check, what the bot has said to somebody since."""

        def look(session: Session) -> list[Body]:
            rows = self.messages_of(session, who, before)
            return [self._open(session, row) for row in rows]

        bodies = [self.adapter.draw(checked(body)) for body in self.write(look)]
        self.screens.setdefault(who, []).extend(bodies)
        return bodies

    def _open(self, session: Session, row: Message) -> Body:
        about = session.get_one(Worker, row.about_id)
        key = about.open_key(self.kit.keys)
        return unseal_body(key, row.chat_id, row.number, row.body)


def checked(body: Body) -> Body:
    """Return a message that is as every message must be."""
    assert body["text"].strip(), "a message without words"
    assert "{" not in body["text"], "a placeholder nobody filled"
    choices = body.get("choices", [])
    labels = [plain(label) for _, label, _ in choices]
    assert len(set(labels)) == len(labels), f"two choices read alike: {labels}"
    assert len(choices) <= 10, "more choices than digits"
    for number, label, press in choices:
        assert label.strip(), f"choice {number} has no label"
        assert len(press.encode()) <= LONGEST_PRESS, f"{press} does not fit a button"
        assert _is_no_trap(label, press), (
            f"{label} is a command that means another thing"
        )
    return body


def _is_no_trap(label: str, press: str) -> bool:
    """Tell whether typing a label does what pressing it does."""
    command = vocabulary().commands.get(plain(label))
    if command is None or command == press:
        return True
    return SAME.get(command) == press[:1] or bool(re.match("f:join:|r:|v:", press))
