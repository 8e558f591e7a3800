"""The page's protocol: what the browser sends, and the shapes of the answers."""

import hashlib
import re
from typing import Any, Literal

import orjson
from pydantic import BaseModel, ConfigDict, Field
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from bot.pages import translated
from handlers.turn import Incoming

MOST = 2**31 - 1
"""No chat has more messages; a database keeps no larger number here."""


UNREAD = "That could not be read. Please reload the page and send it again."
_ID = "[A-Za-z0-9-]{8,64}"


class Sent(BaseModel):
    """What the browser sends; see templates/page/static/queue.js."""

    model_config = ConfigDict(extra="forbid")

    id: str = Field(pattern=f"^{_ID}$")
    kind: Literal["hello", "start", "text", "press", "location"]
    text: str = Field("", max_length=4096)
    press: str = Field("", max_length=128)
    label: str = Field("", max_length=200)
    code: str = Field("", max_length=64)
    lat: float = Field(0, ge=-90, le=90)
    lon: float = Field(0, ge=-180, le=180)
    shown: int = Field(0, ge=0, le=MOST)


class Seen(BaseModel):
    """How far the browser has shown the chat."""

    number: int = Field(ge=0, le=MOST)


class Type(BaseModel):
    """How large somebody wants to read."""

    large: bool


def is_id(given: str) -> bool:
    """Tell whether a message may have such an id."""
    return re.fullmatch(_ID, given) is not None


def incoming_of(sent: Sent, address: str) -> Incoming:
    """Return what a browser sent as an update of the chat at an address."""
    texts = {"press": sent.press, "start": sent.code}
    return Incoming(
        channel="page",
        bot="",
        address=address,
        key=key_of(address, sent.id),
        kind=sent.kind,
        text=texts.get(sent.kind, sent.text),
        label=sent.label,
        lat=sent.lat,
        lon=sent.lon,
        given_id=sent.id,
    )


def key_of(address: str, given_id: str) -> str:
    """Return the key of an update, which tells nothing of whose it was."""
    return hashlib.sha256(f"{address[:32]}:{given_id}".encode()).hexdigest()


def asked_number(request: Request, name: str) -> int | None:
    """Return a message number from the query, if there is a sound one."""
    text = request.query_params.get(name, "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else None


def event_of(name: str, data: Any, number: int | None = None) -> bytes:
    """Return one server-sent event."""
    head = f"event: {name}\n" + (f"id: {number}\n" if number is not None else "")
    return head.encode() + b"data: " + orjson.dumps(data) + b"\n\n"


def answer_of(data: Any, status: int = 200) -> Response:
    """Return an answer that nobody stores."""
    headers = {"Cache-Control": "no-store"}
    return Response(orjson.dumps(data), status, headers, "application/json")


def refusal_of(
    status: int, words: str, language: str, retry_after: int | None = None
) -> Response:
    """Return why a request was refused, in the page's own words."""
    body: dict[str, Any] = {"error": translated(language, words)}
    headers = {"Cache-Control": "no-store"}
    if retry_after is not None:
        body["retry_after"] = retry_after
        headers["Retry-After"] = str(retry_after)
    return JSONResponse(body, status, headers)
