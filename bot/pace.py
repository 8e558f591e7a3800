"""Pace: how fast a channel may be written to, with room kept free for live replies.

Telegram allows about 30 messages a second in bulk, one a second to a chat (short bursts
are forgiven) and 20 a minute to a group; see core.telegram.org/bots/faq.
"""

from dataclasses import dataclass, field

from models.message import AGAIN, Kind

FORGET = 10_000
"""Above this many chats, the buckets that are full again are dropped."""


@dataclass
class Bucket:
    """Tokens that refill at a steady rate up to a size."""

    rate: float
    size: float
    tokens: float = field(init=False)
    at: float = 0.0

    def __post_init__(self) -> None:
        self.tokens = self.size

    def refill(self, now: float) -> None:
        """Add what has flowed in since the last look."""
        self.tokens = min(self.size, self.tokens + (now - self.at) * self.rate)
        self.at = now

    def wait(self, now: float, above: float = 0.0) -> float:
        """Return the seconds until one token can be taken while leaving `above`."""
        self.refill(now)
        missing = above + 1 - self.tokens
        return max(0.0, missing / self.rate)

    def take(self) -> None:
        """Take a token, which is there or is owed."""
        self.tokens = max(0.0, self.tokens - 1)


class Buckets:
    """A bucket for each name; those that are full again are forgotten in time."""

    def __init__(self) -> None:
        self._named: dict[str, Bucket] = {}

    def get(self, name: str, rate: float, size: float) -> Bucket:
        """Return the bucket of a name, full when it is new."""
        bucket = self._named.get(name)
        if bucket is None:
            if len(self._named) >= FORGET:
                self._drop_full()
            bucket = self._named[name] = Bucket(rate, size)
        return bucket

    def _drop_full(self) -> None:
        newest = max(bucket.at for bucket in self._named.values())
        for name, bucket in list(self._named.items()):
            if bucket.tokens + (newest - bucket.at) * bucket.rate >= bucket.size:
                del self._named[name]


@dataclass
class Pace:
    """The limits of one channel; times are monotonic seconds, given by the caller."""

    per_second: float = 30.0
    chat_per_second: float = 1.0
    chat_burst: int = 5
    group_per_minute: int = 20

    def __post_init__(self) -> None:
        self._all = Bucket(self.per_second, self.per_second)
        self._chats = Buckets()
        self._held_until = 0.0

    @property
    def reserve(self) -> float:
        """How many tokens only live replies may take: two thirds of a second's."""
        return self.per_second * 2 / 3

    def hold(self, seconds: float, now: float) -> None:
        """Send nothing in bulk for so long, as the channel asked."""
        self._held_until = max(self._held_until, now + seconds)

    def is_held(self, now: float) -> bool:
        """Tell whether the channel has asked for a pause that is not over."""
        return now < self._held_until

    def room(self, now: float) -> int:
        """Return how many messages in bulk may leave at once."""
        if self.is_held(now):
            return 0
        self._all.refill(now)
        return max(0, int(self._all.tokens - self.reserve))

    def wait(self, address: str, kind: Kind, now: float) -> float:
        """Return the seconds to wait before this message; 0 takes its place.

        Replies are not held back by the bulk limit but count against it.
        """
        chat = self._chat(address)
        live = kind in AGAIN
        seconds = max(chat.wait(now), 0.0 if live else self._wait_in_bulk(now))
        if seconds > 0:
            return seconds
        self._all.refill(now)
        self._all.take()
        chat.take()
        return 0.0

    def _wait_in_bulk(self, now: float) -> float:
        return max(self._held_until - now, self._all.wait(now, self.reserve))

    def _chat(self, address: str) -> Bucket:
        if address.startswith("-"):  # Telegram's groups have negative ids.
            return self._chats.get(
                address, self.group_per_minute / 60, self.group_per_minute
            )
        return self._chats.get(address, self.chat_per_second, self.chat_burst)
