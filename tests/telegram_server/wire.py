"""HTTP/1.1 as a Bot API server needs it: keep-alive, one request in flight each.

A request is answered by whoever holds its connection, at once or later; it may also
be left hanging, hung up on, or reset, which is what the faults are made of.
"""

from __future__ import annotations

import asyncio
import socket
import struct
from collections.abc import Callable
from dataclasses import dataclass
from http import HTTPStatus
from typing import cast

import httptools

JSON_TYPE = "application/json"
_RESET = struct.pack("ii", 1, 0)
_HEADS = {
    status.value: f"HTTP/1.1 {status.value} {status.phrase}\r\n".encode()
    for status in HTTPStatus
}


@dataclass(slots=True)
class Request:
    """One HTTP request, read to its end."""

    verb: str
    target: str
    content_type: str
    body: bytes


class Connection(asyncio.Protocol):
    """One client's connection."""

    def __init__(
        self,
        receive: Callable[[Request, Connection], None],
        lost: Callable[[Connection], None],
    ) -> None:
        self._receive = receive
        self._lost = lost
        self._transport: asyncio.Transport | None = None
        self._parser = httptools.HttpRequestParser(self)
        self._target = b""
        self._content_type = ""
        self._body: list[bytes] = []

    def answer(self, status: int, body: bytes, content_type: str = JSON_TYPE) -> None:
        """Send the answer to the request in flight."""
        if self._transport is None or self._transport.is_closing():
            return
        head = f"Content-Type: {content_type}\r\nContent-Length: {len(body)}\r\n\r\n"
        self._transport.write(_HEADS[status] + head.encode() + body)

    def hang_up(self) -> None:
        """Close without a word."""
        if self._transport is not None:
            self._transport.close()

    def reset(self) -> None:
        """Break the connection off with a TCP reset."""
        if self._transport is None:
            return
        sock = self._transport.get_extra_info("socket")
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET)
        self._transport.abort()

    # asyncio calls these.

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        # uvloop's transports are none of asyncio's classes, hence no check.
        self._transport = cast(asyncio.Transport, transport)

    def connection_lost(self, exc: Exception | None) -> None:
        self._transport = None
        self._lost(self)

    def data_received(self, data: bytes) -> None:
        try:
            self._parser.feed_data(data)
        except httptools.HttpParserError:
            self.hang_up()

    # httptools calls these.

    def on_message_begin(self) -> None:
        self._target, self._content_type, self._body = b"", "", []

    def on_url(self, url: bytes) -> None:
        self._target += url

    def on_header(self, name: bytes, value: bytes) -> None:
        if name.lower() == b"content-type":
            self._content_type = value.decode("latin-1")
        elif name.lower() == b"expect" and self._transport is not None:
            self._transport.write(b"HTTP/1.1 100 Continue\r\n\r\n")

    def on_body(self, body: bytes) -> None:
        self._body.append(body)

    def on_message_complete(self) -> None:
        verb = self._parser.get_method().decode()
        target = self._target.decode("latin-1")
        body = b"".join(self._body)
        self._receive(Request(verb, target, self._content_type, body), self)
