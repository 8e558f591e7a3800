"""A step: one update is handled and its replies are written, inside a transaction.

Everything here is synchronous and runs in the writer's thread; nothing leaves the
machine.  What must be sent afterwards is returned.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import bindparam, insert
from sqlmodel import Session, col, or_, select

from bot.channels import Can, Outgoing
from bot.kit import Kit
from bot.people import conversations_of, first_seen, people_of, place_of
from bot.unsaying import unsay
from bot.words import document_body, draw, text_of
from handlers.route import step
from handlers.say import Say, Word
from handlers.turn import Incoming, Saying, Turn
from models.chat import Chat, Shown
from models.message import AGAIN, Body, Fate, Kind, Message, seal_body
from models.worker import Worker

LEASE_SECONDS = 15
"""How long a message being sent belongs to its process, which renews it every second;
what a chat is told next waits as long for one that died."""


SENT = ("photo", "document", "location", "contact")
"""What is named in the history where it has no words of its own."""

_INSERT = insert(Message)
_NOT_OURS = (
    select(Message.chat_id, Message.holder)
    .where(
        col(Message.chat_id).in_(bindparam("chats", expanding=True)),
        Message.fate == Fate.WAITING,
        or_(Message.holder != bindparam("process"), Message.attempt == 0),
    )
    .order_by(col(Message.number))
)


@dataclass
class Written:
    """What a transaction leaves to do: messages to send, chats with news.

    Out of the chats in `cut` messages were taken, perhaps some that are on their way.
    """

    outgoing: list[Outgoing]
    news: set[int]
    cut: set[int] = field(default_factory=set)


class Ledger:
    """The messages of one transaction: numbered at once, inserted at its end."""

    def __init__(self, session: Session, kit: Kit, now: datetime) -> None:
        self.session, self.kit, self.now = session, kit, now
        self._rows: list[dict[str, Any]] = []
        self._sends: list[Outgoing] = []
        self._left_to: dict[int, str] = {}
        self._cut: set[int] = set()
        self._news: set[int] = set()

    def say(self, turn: Turn, can: Can, messages: Sequence[Say]) -> None:
        """Put messages into words, number them, and remember what is on the screen."""
        reader = self.kit.reader(turn.worker)
        erased = unsay(self.session, self.kit, turn, self._rows)
        if erased and can.lasting and messages:
            messages = [_said_elsewhere(messages[0]), *messages[1:]]
        for message in messages:
            drawn = draw(message, reader)
            if erased:
                drawn.body["erased"], erased = erased, []
            number = turn.chat.next_number()
            self._bot(turn, can, number, message, drawn.body)
            if not message.beside:
                turn.chat.show(self.kit.keys, turn.worker, drawn.choices)

    def _bot(self, turn: Turn, can: Can, number: int, message: Say, body: Body) -> None:
        about = self._about(turn, message.about)
        row = self._row(turn.chat, about, number, message.side, message.kind, body)
        row["conversation_id"] = turn.chat.conversation_id
        stopped = turn.chat.stopped_at is not None
        if not can.push:
            row["fate"] = Fate.KEPT
        elif stopped:
            row.update(fate=Fate.SKIPPED, reason="stopped")
        else:
            self._send(turn, number, message, body, row)
        self._rows.append(row)

    def _send(
        self, turn: Turn, number: int, message: Say, body: Body, row: dict[str, Any]
    ) -> None:
        again = message.kind in AGAIN
        lease = self.now + timedelta(seconds=LEASE_SECONDS)
        left_to = self._left_to.get(turn.chat.id)
        row.update(
            fate=Fate.WAITING,
            holder=left_to or self.kit.process,
            lease_until=lease,
            attempt=int(again and left_to is None),
        )
        if left_to is None:
            chat = turn.chat
            self._sends.append(
                Outgoing(
                    channel=chat.channel,
                    address=chat.address,
                    chat_id=chat.id,
                    number=number,
                    kind=message.kind,
                    body=body,
                    attempt=int(again),
                )
            )

    def _about(self, turn: Turn, about: int | None) -> Worker:
        if about in (None, turn.worker.id):
            return turn.worker
        return self.session.get_one(Worker, about)

    def cut(self, chats: set[int]) -> None:
        """Note that messages were taken out of chats."""
        self._cut |= chats

    def own(
        self,
        turn: Turn,
        number: int,
        given_id: str | None,
        body: Body,
        conversation_id: int | None,
    ) -> None:
        """Keep what the worker said, where the channel shows our history."""
        about = self._about(turn, turn.about)
        row = self._row(turn.chat, about, number, "worker", Kind.REPLY, body)
        row.update(
            fate=Fate.RECEIVED, given_id=given_id, conversation_id=conversation_id
        )
        self._rows.append(row)

    def _row(
        self,
        chat: Chat,
        about: Worker,
        number: int,
        side: str,
        kind: Kind,
        body: Body,
    ) -> dict[str, Any]:
        key = about.open_key(self.kit.keys)
        return {
            "chat_id": chat.id,
            "number": number,
            "about_id": about.id,
            "conversation_id": None,
            "side": side,
            "kind": kind,
            "body": seal_body(key, chat.id, number, body),
            "at": self.now,
            "fate": Fate.KEPT,
            "reason": "",
            "given_id": None,
            "holder": "",
            "lease_until": None,
            "attempt": 0,
        }

    def mind(self, chats: Iterable[Chat]) -> None:
        """Leave a chat's messages to the process that is still sending it others.

        What was left to this process and is not yet in its memory has no attempt: what
        follows it must be found in the table after it, or it would overtake.
        """
        of = {"chats": [c.id for c in chats], "process": self.kit.process}
        self._left_to.update(self.session.exec(_NOT_OURS, params=of).all())

    def write(self) -> None:
        """Insert the rows there are."""
        if self._rows:
            self.session.flush()
            self.session.execute(_INSERT, self._rows)
            self._news |= {row["chat_id"] for row in self._rows}
            self._rows = []

    def close(self) -> Written:
        """Insert the rows and return what is to be done after the commit."""
        self.write()
        return Written(self._sends, self._news | self._cut, self._cut)


def take_batch(
    session: Session,
    kit: Kit,
    cans: dict[str, Can],
    batch: list[Incoming],
    now: datetime,
) -> Written:
    """Handle the updates not seen before, in order, each chat's and person's locked."""
    kit.refresh(session, now)
    fresh = first_seen(session, batch, now)
    people = people_of(session, kit, fresh, now)
    # A session forgets rows nobody holds: these are at hand while the batch runs.
    held = conversations_of(session, people)
    ledger = Ledger(session, kit, now)
    ledger.mind(chat for chat, _ in people.values())
    for incoming in fresh:
        can = cans[incoming.channel]
        place = place_of(incoming)
        chat, worker = people[place]
        if worker.id != chat.worker_id:  # another's word a moment ago made it so
            worker = session.get_one(Worker, chat.worker_id)
        turn = kit.turn(session, chat, worker, now, can.trusted)
        take_one(ledger, turn, cans, incoming)
        people[place] = turn.chat, turn.worker
    del held
    return ledger.close()


def take_one(
    ledger: Ledger, turn: Turn, cans: dict[str, Can], incoming: Incoming
) -> None:
    """Handle one update and write down what was said on both sides, and elsewhere."""
    can = cans[incoming.channel]
    own = can.history and incoming.kind not in ("hello", "start", "stop")
    body = _own_body(ledger.kit, turn, incoming) if own else None
    number = turn.chat.next_number() if own else 0
    before = turn.chat.conversation_id
    turn.settle = ledger.write
    messages = step(turn, incoming)
    ledger.cut(turn.cut)
    if body is not None and turn.chat.id not in turn.cut:
        if turn.picture is not None:
            body["image"] = turn.picture
        if turn.document is not None:
            body |= document_body(turn.document, ledger.kit.reader(turn.worker))
        body["text"] = turn.said or body["text"]
        within = turn.chat.conversation_id or before
        ledger.own(turn, number, incoming.given_id, body, within)
    ledger.say(turn, can, messages)
    say_elsewhere(ledger, cans, turn.elsewhere)


def say_elsewhere(
    ledger: Ledger, cans: Mapping[str, Can], sayings: Iterable[tuple[int, Saying]]
) -> None:
    """Say things in other chats, each as in a turn of its own."""
    for chat_id, saying in sayings:
        ledger.session.flush()  # to be locked a chat is read anew
        chat = ledger.session.get(Chat, chat_id, with_for_update=True)
        if chat is None or chat.channel not in cans:
            continue
        can, worker = cans[chat.channel], ledger.session.get_one(Worker, chat.worker_id)
        turn = ledger.kit.turn(ledger.session, chat, worker, ledger.now, can.trusted)
        ledger.mind([chat])
        ledger.say(turn, can, saying(turn))


def _said_elsewhere(message: Say) -> Say:
    """Say honestly that a channel of others keeps showing what we erased."""
    return replace(message, after=Word("common", "erased_here"))


def _own_body(kit: Kit, turn: Turn, incoming: Incoming) -> Body:
    """Return what the worker did, as it stands in the history."""
    if incoming.kind == "press":
        shown = turn.chat.shown(kit.keys, turn.worker)
        return {"text": _label_of(shown, incoming)}
    if incoming.kind == "text":
        return {"text": incoming.text}
    key = incoming.kind if incoming.kind in SENT else "other"
    return {"text": text_of(Word("common", f"sent_{key}"), kit.reader(turn.worker))}


def _label_of(shown: list[Shown], incoming: Incoming) -> str:
    found = (s.label for s in shown if s.press == incoming.text)
    return next(found, incoming.label or "·")
