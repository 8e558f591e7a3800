"""Live pieces: an open page hears by itself what is new in it, while it is open.

A page that returns a `Piece` is asked once, as JSON, or followed as a stream of events
that tells each new mark.  The stream ends when who listens may not see it any more.
"""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import orjson
from starlette.responses import Response, StreamingResponse

from bot.console.views import Piece

EVENTS = "text/event-stream"
SLICE_SECONDS = 1.0
"""How often a stream looks; what another process wrote wakes nobody here."""

PING_SECONDS = 15.0
MOST = 200
"""How many streams are held open at once; further pages ask by themselves."""

EACH = 4
"""How many of them are of one browser."""

Ask = Callable[[str], Awaitable[Piece | None]]


class Live:
    """The streams of the console, until `closing` is set."""

    def __init__(self) -> None:
        self.closing = asyncio.Event()
        self._open: Counter[str] = Counter()

    def follow(self, token: str, after: str, ask: Ask) -> Response:
        """Answer with what follows a mark, as it comes; 503 where there is no room."""
        if self._open.total() >= MOST or self._open[token] >= EACH:
            return Response(status_code=503)
        headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
        events = self._events(token, after, ask)
        return StreamingResponse(events, media_type=EVENTS, headers=headers)

    async def _events(self, token: str, after: str, ask: Ask) -> AsyncIterator[bytes]:
        self._open[token] += 1
        try:
            yield _event("ping", "")
            async for piece in self._pieces(after, ask):
                yield piece
        finally:
            self._open[token] -= 1
            if not self._open[token]:
                del self._open[token]

    async def _pieces(self, after: str, ask: Ask) -> AsyncIterator[bytes]:
        quiet = 0.0
        while not self.closing.is_set():
            piece = await ask(after)
            if piece is None:
                yield _event("away", "")
                return
            if piece.mark != after:
                after, quiet = piece.mark, 0.0
                yield _event("piece", vars(piece))
            elif quiet >= PING_SECONDS:
                quiet = 0.0
                yield _event("ping", "")
            await asyncio.sleep(SLICE_SECONDS)
            quiet += SLICE_SECONDS


def answer_of(piece: Piece) -> Response:
    """Answer with a piece, once."""
    headers = {"Cache-Control": "no-store"}
    data = orjson.dumps(vars(piece))
    return Response(data, headers=headers, media_type="application/json")


def _event(name: str, data: Any) -> bytes:
    return f"event: {name}\ndata: ".encode() + orjson.dumps(data) + b"\n\n"
