"""The control channel: how another process drives a server in its own process."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl

import orjson

from .updates import Delivery
from .wire import Request

if TYPE_CHECKING:
    from .server import TelegramServer


def control(server: TelegramServer, request: Request) -> tuple[int, bytes]:
    """Do what a request under /control/ asks and answer in JSON.

    GET stats, effects?since=N, refused, faulted; POST updates (a list without ids),
    chats (a list of ids), faults (a list that replaces those on), delivery.
    """
    path, _, query = request.target.partition("?")
    name = path.removeprefix("/control/")
    if request.verb == "GET":
        since = int(dict(parse_qsl(query)).get("since", 0))
        found = _read(server, name, since)
        return (404, b"null") if found is None else (200, orjson.dumps(found))
    return _write(server, name, orjson.loads(request.body))


def _read(server: TelegramServer, name: str, since: int) -> Any:
    if name == "stats":
        return server.stats()
    if name == "effects":
        return server.telegram.effects[since:]
    if name == "refused":
        return server.refused[since:]
    return server.faulted[since:] if name == "faulted" else None


def _write(server: TelegramServer, name: str, given: Any) -> tuple[int, bytes]:
    if name == "updates":
        for update in given:
            server.push(update)
    elif name == "chats":
        for chat_id in given:
            server.telegram.add_chat(chat_id)
    elif name == "faults":
        server.faults.clear()
        for fault in given:
            server.faults.add(**fault)
    elif name == "delivery":
        server.updates.delivery = Delivery(**given)
    else:
        return 404, b"null"
    return 200, b"true"
