"""What a channel is: how it can send, what it can do, and what may go wrong."""

from dataclasses import dataclass
from typing import Protocol

from models.message import Body, Kind

IN_BULK = 100
"""How many copies of a notice may be on their way at once, beside what is live."""


@dataclass(frozen=True)
class Can:
    """What a channel can do, as data; no flow asks which channel it is on.

    `push`: it can write first; else messages are kept until the next contact.
    `history`: the channel shows what was said from our rows, both sides.
    `trusted`: private answers may be typed here.
    `lasting`: what was said stays visible there, whatever we erase.
    `retracts`: a message sent lately can be taken back.
    """

    push: bool
    history: bool
    trusted: bool
    lasting: bool = False
    retracts: bool = False


@dataclass(slots=True)
class Outgoing:
    """A message on its way: its row, where to, and what it says.

    `attempt` is written to its row before each request; `doubts` counts, in this
    process alone, how often nobody could tell whether it arrived.
    """

    channel: str
    address: str
    chat_id: int
    number: int
    kind: Kind
    body: Body
    attempt: int = 1
    doubts: int = 0


class Channel(Protocol):
    """A way to reach people."""

    name: str
    bot: str
    can: Can

    async def send(self, message: Outgoing) -> str:
        """Send one message and return its id there; raise Undelivered."""

    async def retract(self, address: str, external_id: str) -> None:
        """Take a message back, where the channel can; raise Undelivered."""


class Undelivered(Exception):
    """A message did not certainly arrive."""


class Unreachable(Undelivered):
    """Nothing left this machine; sending again is safe (temporary)."""


class Uncertain(Undelivered):
    """The request left, but nobody knows whether it was carried out (temporary)."""


class TryLater(Undelivered):
    """The channel asks to wait `seconds` (temporary, and no failure)."""

    def __init__(self, seconds: float) -> None:
        super().__init__(seconds)
        self.seconds = seconds


class Busy(TryLater):
    """This message waits for another; the channel takes all others (temporary)."""


class Stopped(Undelivered):
    """The person blocked us; nothing goes there until they write (permanent)."""


class Refused(Undelivered):
    """The channel will never take this message (permanent)."""
