"""Addressing: a group of people is told of a notice, or it is written down why not.

Synchronous and inside a transaction; `bot.noticing` does the sending.  What goes out
over a channel is claimed here and rendered from the one letter; a page's copy becomes a
message of the chat, which waits there for its reader.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import Row, bindparam, select
from sqlmodel import Session, col

from bot.channels import Can, Outgoing
from bot.kit import Kit
from bot.rendering import Rendering, Renderings
from bot.step import Ledger, Written
from models import notice_total, recipient
from models.chat import Chat
from models.message import Fate, Kind
from models.notice import Notice, NoticeState
from models.outcome import Outcome, lease_end, settle
from models.preference import (
    MEAL_GROUPS,
    Preference,
    Topic,
    opening,
    quiet_hours,
)
from models.rules import Rules
from models.worker import Worker

GROUP = 50
"""How many people one transaction looks at, at most."""

FEWEST = 10
"""How many it looks at where fewer may leave: some of them are not to be sent to."""

PAGES = 20
"""How many messages it writes into chats of ours: each is sealed, and replies wait."""

Person = Row[Any]
"""What of a worker and their preferences decides how they are told."""


class Copy(NamedTuple):
    """One claimed copy of a notice: whose, and the message it is."""

    notice_id: int
    worker_id: int
    message: Outgoing


@dataclass
class Group:
    """What a transaction did, and leaves to send or show.

    Of those it `looked` at, so many `ended`: they are claimed, told or put off.
    """

    looked: int = 0
    ended: int = 0
    copies: list[Copy] = field(default_factory=list)
    written: Written = field(default_factory=lambda: Written([], set()))


_PEOPLE = (
    select(
        col(Worker.id),
        col(Worker.language),
        col(Worker.group),
        col(Worker.union_code),
        col(Worker.member_no),
        *(getattr(Preference, topic) for topic in Topic),
        col(Preference.quiet_start),
        col(Preference.quiet_end),
        col(Preference.meals),
    )
    .outerjoin(Preference, col(Preference.worker_id) == col(Worker.id))
    .where(col(Worker.id).in_(bindparam("ids", expanding=True)))
)
_CHATS = (
    select(
        col(Chat.id),
        col(Chat.worker_id),
        col(Chat.channel),
        col(Chat.address),
        col(Chat.stopped_at),
    )
    .where(col(Chat.worker_id).in_(bindparam("ids", expanding=True)))
    .order_by(col(Chat.created_at), col(Chat.id))
)
_PAGES = (
    select(Chat, Worker)
    .join(Worker, col(Worker.id) == col(Chat.worker_id))
    .where(col(Chat.id).in_(bindparam("ids", expanding=True)))
    .order_by(col(Chat.id))
    .with_for_update()
)


def address(
    session: Session,
    renderings: Renderings,
    cans: Mapping[str, Can],
    notice_id: int,
    room: int,
    now: datetime,
) -> Group:
    """Tell the next people of a notice, at most `room` of them over a channel.

    A notice that is paused, over or gone is told to nobody.
    """
    notice = session.get(Notice, notice_id)
    if notice is None or notice.state is not NoticeState.SENDING:
        return Group()
    due = recipient.next_due(session, notice_id, now, min(GROUP, max(room, FEWEST)))
    rendering = renderings.of(notice)
    return _Addressing(session, rendering, cans, notice, now).go(due, room)


class _Addressing:
    """One group's transaction; `opens` has when quiet hours end that many share."""

    def __init__(
        self,
        session: Session,
        rendering: Rendering,
        cans: Mapping[str, Can],
        notice: Notice,
        now: datetime,
    ) -> None:
        self.session, self.cans, self.now = session, cans, now
        self.notice, self.rendering = notice, rendering
        self.kit, self.content = rendering.kit, rendering.content
        self.names: dict[int, str | None] = {}
        self.opens: dict[Any, datetime] = {}

    def go(self, due: list[int], room: int) -> Group:
        """Tell everybody who is due, or write down why not."""
        people, chats = self._look_up(due)
        if self.rendering.needs_name:
            self.names = _names(self.session, self.kit, due)
        for worker_id in {*due} - {person.id for person in people}:
            notice_total.forget(self.session, worker_id)  # erased since it was queued
        group, kept = Group(len(due)), list[int]()
        outcomes: list[Outcome] = []
        for person in people:
            chat, outcome = self._decide(person, chats[person.id])
            if outcome is not None:
                outcomes.append(outcome)
            elif not self.cans[chat.channel].push:
                if len(kept) < PAGES:
                    kept.append(chat.id)
            elif len(group.copies) < room:
                outcomes.append(self._claim(person, chat))
                group.copies.append(self._copy(person, chat))
        if kept:
            outcomes += self._keep(group, kept)
        settle(self.session, self.notice.id, outcomes)
        group.ended = len(outcomes)
        return group

    def _look_up(self, due: list[int]) -> tuple[Sequence[Person], dict[int, list[Any]]]:
        """Return those who are due and still there, and everybody's chats."""
        # Always as many, so that PostgreSQL plans a statement once: 0 is nobody's id.
        ids = {"ids": [*due, *[0] * (GROUP - len(due))]}
        connection = self.session.connection()
        people = connection.execute(_PEOPLE, ids).all()
        chats: dict[int, list[Any]] = defaultdict(list)
        for chat in connection.execute(_CHATS, ids):
            chats[chat.worker_id].append(chat)
        return people, chats

    def _decide(
        self, person: Person, chats: Sequence[Row[Any]]
    ) -> tuple[Any, Outcome | None]:
        """Return where somebody is told, or what becomes of their copy instead."""
        reach = [chat for chat in chats if chat.channel in self.cans]
        live = [chat for chat in reach if chat.stopped_at is None]
        if not live:
            return None, self._skip(person, "stopped" if reach else "no_chat")
        if getattr(person, self.content.topic) is False:
            return None, self._skip(person, "opted_out")
        at = self._opening(person)
        if self.notice.expires_at is not None and at >= self.notice.expires_at:
            return None, self._skip(person, "too_late")
        if at > self.now:
            return None, Outcome(person.id, Fate.WAITING, at)
        # The newest, rather one that can tell them at once.
        return max(live, key=lambda chat: self.cans[chat.channel].push), None

    def _skip(self, person: Person, why: str) -> Outcome:
        return Outcome(person.id, Fate.SKIPPED, self.now, why)

    def _opening(self, person: Person) -> datetime:
        """Return when somebody's quiet hours end; many have the same ones."""
        if self.content.urgent:
            return self.now
        meals = person.meals
        if meals is None:
            meals = person.group in MEAL_GROUPS
        own = (person.quiet_start, person.quiet_end, meals)
        if own not in self.opens:
            self.opens[own] = _opening(self.kit.rules, *own, self.now)
        return self.opens[own]

    def _claim(self, person: Person, chat: Row[Any]) -> Outcome:
        until = lease_end(self.now)
        return Outcome(person.id, Fate.WAITING, until, claimed=True, chat_id=chat.id)

    def _copy(self, person: Person, chat: Row[Any]) -> Copy:
        message = Outgoing(
            channel=chat.channel,
            address=chat.address,
            chat_id=chat.id,
            number=0,
            kind=Kind.BROADCAST,
            body=self.rendering.body(
                person, self.names.get(person.id), person.language
            ),
        )
        return Copy(self.notice.id, person.id, message)

    def _keep(self, group: Group, chat_ids: Sequence[int]) -> list[Outcome]:
        """Write messages into the chats of pages, which show them when they are open.

        Only now are those locked; whoever has no such chat any more is looked at again.
        """
        ledger = Ledger(self.session, self.kit, self.now)
        found = self.session.execute(_PAGES, {"ids": chat_ids}).all()
        kept = [self._write(ledger, chat, worker) for chat, worker in found]
        group.written = ledger.close()
        return kept

    def _write(self, ledger: Ledger, chat: Chat, worker: Worker) -> Outcome:
        can = self.cans[chat.channel]
        turn = self.kit.turn(self.session, chat, worker, self.now, can.trusted)
        needs_name = self.rendering.needs_name
        name = worker.unseal(self.kit.keys, "name") if needs_name else None
        ledger.say(turn, can, [self.rendering.say(worker, name, worker.language)])
        return Outcome(
            worker.id, Fate.KEPT, self.now, chat_id=chat.id, number=chat.last_number
        )


def _names(session: Session, kit: Kit, ids: list[int]) -> dict[int, str | None]:
    found = session.scalars(select(Worker).where(col(Worker.id).in_(ids)))
    return {worker.id: worker.unseal(kit.keys, "name") for worker in found}


def _opening(
    rules: Rules, start: Any, end: Any, meals: bool, now: datetime
) -> datetime:
    own = Preference(worker_id=0, quiet_start=start, quiet_end=end)
    return opening(rules, quiet_hours(rules, own), meals, now)
