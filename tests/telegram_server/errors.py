"""What the server refuses, in the shape Telegram gives it."""

from __future__ import annotations

from typing import Any

import orjson


class Refused(Exception):
    """The call is refused; code and description are the Bot API's own."""

    def __init__(self, code: int, description: str, **parameters: int) -> None:
        super().__init__(description)
        self.code = code
        self.description = description
        self.parameters = parameters

    def body(self) -> bytes:
        """Give the JSON that Telegram answers a refused call with."""
        answer: dict[str, Any] = {
            "ok": False,
            "error_code": self.code,
            "description": self.description,
        }
        if self.parameters:
            answer["parameters"] = self.parameters
        return orjson.dumps(answer)


def bad_request(reason: str) -> Refused:
    """Make the 400 that most wrong calls get."""
    return Refused(400, f"Bad Request: {reason}")


def conflict() -> Refused:
    """Make the 409 of a bot that polls twice."""
    return Refused(
        409,
        "Conflict: terminated by other getUpdates request; make sure that only one "
        "bot instance is running",
    )


def flood(retry_after: int) -> Refused:
    """Make the 429 that asks a bot to wait."""
    reason = f"Too Many Requests: retry after {retry_after}"
    return Refused(429, reason, retry_after=retry_after)
