"""Telegram's limits on sending, and the wait a 429 asks for.

A send that comes while a wait is on is a violation, whoever asked for the wait: a
fault or a limit. The clock's reading is an argument.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field

from .errors import Refused, flood

UNDER_WAY = 0.1
"""Sends under way in other chats when a wait for the whole bot begins are no fault."""


@dataclass(slots=True)
class _Bucket:
    """Tokens that grow back: `size` at once, `rate` a second."""

    rate: float
    size: float
    tokens: float
    at: float

    def wait(self, now: float) -> float:
        """Tell how long until one more send is allowed."""
        self.tokens = min(self.size, self.tokens + (now - self.at) * self.rate)
        self.at = now
        return max(0.0, (1 - self.tokens) / self.rate)


@dataclass(frozen=True)
class Limits:
    """Sends a second over all chats and in one chat; sends a minute in a group."""

    overall: float = 30
    per_chat: float = 1
    burst: float = 3
    per_group: float = 20


PAID = Limits(overall=1000)


@dataclass
class Gate:
    """What may be sent now; a message is `under_way` for so many seconds."""

    limits: Limits | None = None
    under_way: float = UNDER_WAY
    violations: list[tuple[int, float]] = field(default_factory=list)
    _buckets: dict[int, _Bucket] = field(default_factory=dict)
    _closed: dict[int, tuple[float, float]] = field(default_factory=dict)

    def close(self, chat: int | None, now: float, retry_after: int) -> Refused:
        """Ask for a wait, in one chat or (None) everywhere."""
        self._closed[chat or 0] = (now, now + retry_after)
        return flood(retry_after)

    def pass_through(self, chat: int, now: float) -> None:
        """Let one send pass or refuse it."""
        if self._closed:
            self._check_waits(chat, now)
        if self.limits is not None:
            self._check_limits(self.limits, chat, now)

    def _check_waits(self, chat: int, now: float) -> None:
        for key in (0, chat):
            since, until = self._closed.get(key, (0.0, 0.0))
            if now >= until:
                self._closed.pop(key, None)
                continue
            if key == chat or now > since + self.under_way:
                self.violations.append((chat, now))
            raise flood(math.ceil(until - now))

    def _check_limits(self, limits: Limits, chat: int, now: float) -> None:
        minute = limits.per_group / 60
        own = (
            (limits.per_chat, limits.burst) if chat > 0 else (minute, limits.per_group)
        )
        buckets = [
            (None, self._bucket(0, limits.overall, limits.overall, now)),
            (chat, self._bucket(chat, *own, now)),
        ]
        for closes, bucket in buckets:
            wait = bucket.wait(now)
            if wait > 1e-9:
                raise self.close(closes, now, math.ceil(wait))
        for _, bucket in buckets:
            bucket.tokens -= 1

    def _bucket(self, key: int, rate: float, size: float, now: float) -> _Bucket:
        found = self._buckets.get(key)
        if found is None:
            found = self._buckets[key] = _Bucket(rate, size, size, now)
        return found
