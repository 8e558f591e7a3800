"""Updates waiting for the bot, by the rules of getUpdates.

An update stays until a call asks for a higher offset; an offset the server does not
know starts at the head again. Numbers are given late, when a batch is asked for, so
that a seeded shuffle can put chats (or even one chat) out of order as the net does.
"""

from __future__ import annotations

import random
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Literal

from .chats import Json

Numbered = tuple[int, Json]
KINDS_LEFT_OUT = {"chat_member", "message_reaction", "message_reaction_count"}
_AHEAD = 10
_BATCH = 100


@dataclass
class Delivery:
    """How badly updates travel: with up to so many copies more, out of order."""

    redeliver: float = 0.0
    copies: int = 4
    reorder: Literal["never", "between", "within"] = "never"


def chat_of(update: Json) -> int:
    """Tell which chat an update is about, 0 if none."""
    for kind, body in update.items():
        if kind != "update_id":
            holder = body.get("message", body)
            return int(holder["chat"]["id"]) if "chat" in holder else 0
    return 0


class Updates:
    """The queue of one bot."""

    def __init__(self, chance: random.Random, first: int = 100_000_001) -> None:
        self.delivery = Delivery()
        self.allowed: list[str] = []
        self.pushed = 0
        self.on_push: Callable[[], None] | None = None
        self._chance = chance
        self._next = first
        self._arrived: list[Json] = []
        self._waiting: deque[Numbered] = deque()
        self._again: deque[Numbered] = deque()

    def __len__(self) -> int:
        """Count the updates not confirmed yet."""
        return len(self._arrived) + len(self._waiting) + len(self._again)

    def push(self, update: Json) -> bool:
        """Take an update in; tell whether the bot wants its kind."""
        if not self._wanted(next(iter(update))):
            return False
        self.pushed += 1
        self._arrived.append(update)
        if self.on_push is not None:
            self.on_push()
        return True

    def restart(self, at: int) -> None:
        """Number on from a lower id, as Telegram may after a week of silence."""
        if len(self):
            raise ValueError("updates are waiting; ids restart only after silence")
        self._next = at

    def get(self, offset: int = 0, limit: int = _BATCH) -> list[Json]:
        """Confirm what is below the offset and give what follows."""
        self._number()
        if offset < 0:
            self._drop(max(0, len(self._waiting) + offset))
        elif self._known(offset):
            self._confirm(offset)
        again = [self._again.popleft() for _ in range(min(limit, len(self._again)))]
        following = islice(self._waiting, limit - len(again))
        return [{"update_id": at, **body} for at, body in (*again, *following)]

    def take(self) -> list[Json]:
        """Give all that waits, confirmed at once; a webhook delivers it itself."""
        self._number()
        again, waiting = list(self._again), list(self._waiting)
        self.clear()
        for update in waiting:
            self._repeat(update)
        return [{"update_id": at, **body} for at, body in (*again, *waiting)]

    def put_back(self, updates: list[Json]) -> None:
        """Return what a webhook did not deliver to the head of the queue."""
        for update in sorted(updates, key=lambda one: -int(one["update_id"])):
            body = {name: part for name, part in update.items() if name != "update_id"}
            self._waiting.appendleft((update["update_id"], body))

    def clear(self) -> None:
        """Forget everything that waits."""
        self._arrived.clear()
        self._waiting.clear()
        self._again.clear()

    def _wanted(self, kind: str) -> bool:
        return kind in self.allowed if self.allowed else kind not in KINDS_LEFT_OUT

    def _known(self, offset: int) -> bool:
        return bool(self._waiting) and 0 < offset <= self._next - 1 + _AHEAD

    def _number(self) -> None:
        for update in self._shuffled():
            self._waiting.append((self._next, update))
            self._next += 1
        self._arrived.clear()

    def _shuffled(self) -> list[Json]:
        if self.delivery.reorder == "never" or len(self._arrived) < 2:
            return self._arrived
        shuffled = self._chance.sample(self._arrived, len(self._arrived))
        if self.delivery.reorder == "within":
            return shuffled
        in_order: dict[int, Iterator[Json]] = {}
        for chat in {chat_of(update) for update in self._arrived}:
            in_order[chat] = iter([u for u in self._arrived if chat_of(u) == chat])
        return [next(in_order[chat_of(update)]) for update in shuffled]

    def _confirm(self, offset: int) -> None:
        while self._waiting and self._waiting[0][0] < offset:
            self._repeat(self._waiting.popleft())

    def _drop(self, count: int) -> None:
        for _ in range(count):
            self._waiting.popleft()

    def _repeat(self, update: Numbered) -> None:
        if self._chance.random() < self.delivery.redeliver:
            copies = self._chance.randint(1, self.delivery.copies)
            self._again.extend([update] * copies)
