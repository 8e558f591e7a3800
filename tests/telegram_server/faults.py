"""Faults: what may go wrong with a call, drawn from a seeded chance."""

from __future__ import annotations

import random
from dataclasses import dataclass
from enum import StrEnum

from .errors import Refused, bad_request, conflict


class Kind(StrEnum):
    """What goes wrong."""

    SLOW = "slow"
    REFUSE = "refuse"
    HANG = "hang_after_accept"
    RESET = "reset_after_accept"
    FLOOD = "flood"
    BLOCKED = "blocked"
    BAD_REQUEST = "bad_request"
    CONFLICT = "conflict"
    ERROR_BEFORE = "error_before"
    ERROR_AFTER = "error_after"


REFUSALS = {
    Kind.BLOCKED: Refused(403, "Forbidden: bot was blocked by the user"),
    Kind.BAD_REQUEST: bad_request("a fault of the server"),
    Kind.CONFLICT: conflict(),
    Kind.ERROR_BEFORE: Refused(500, "Internal Server Error"),
    Kind.ERROR_AFTER: Refused(500, "Internal Server Error"),
}
AFTER_THE_EFFECT = {Kind.HANG, Kind.RESET, Kind.ERROR_AFTER}


@dataclass
class Fault:
    """One thing that goes wrong, for some calls.

    No method means every method but getUpdates; `times` ends it by itself. A flood
    closes the chat until `retry_after` has passed, or with `whole_bot` every chat.
    """

    kind: Kind
    method: str | None = None
    chat: int | None = None
    probability: float = 1.0
    times: int | None = None
    delay: float = 0.0
    retry_after: int = 1
    whole_bot: bool = False

    def befalls(self, method: str, chat: int | None) -> bool:
        """Tell whether a call is within this fault's reach."""
        if self.method is None:
            reached = method != "getUpdates"
        else:
            reached = self.method == method
        return reached and self.chat in (None, chat)


class Faults:
    """The faults switched on now."""

    def __init__(self, chance: random.Random) -> None:
        self._chance = chance
        self._on: list[Fault] = []

    def add(self, kind: Kind | str, **facts: object) -> Fault:
        """Switch a fault on."""
        fault = Fault(Kind(kind), **facts)  # type: ignore[arg-type]
        self._on.append(fault)
        return fault

    def remove(self, fault: Fault) -> None:
        """Switch a fault off; one that ended by itself is off already."""
        self._on = [one for one in self._on if one is not fault]

    def clear(self) -> None:
        """Switch every fault off."""
        self._on.clear()

    def draw(self, method: str, chat: int | None) -> tuple[float, Fault | None]:
        """Give the delay of a call's answer and the fault that meets the call."""
        if not self._on:
            return 0.0, None
        delay, met = 0.0, None
        for fault in list(self._on):
            if met is not None and fault.kind is not Kind.SLOW:
                continue
            if fault.befalls(method, chat) and self._strikes(fault):
                if fault.kind is Kind.SLOW:
                    delay += fault.delay
                else:
                    met = fault
        return delay, met

    def _strikes(self, fault: Fault) -> bool:
        if fault.probability < 1 and self._chance.random() >= fault.probability:
            return False
        if fault.times is not None:
            fault.times -= 1
            if fault.times <= 0:
                self.remove(fault)
        return True
