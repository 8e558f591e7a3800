"""The way to the Bot API: python-telegram-bot's request over aiohttp.

httpx, the library's own backend, takes 72 % of a stock bot's time and gets slower with
concurrency; this one also tells a connection that never stood from an answer that never
came, since only the first is safe to repeat.
"""

from dataclasses import dataclass
from typing import Any, cast

import aiohttp
import orjson
from telegram.error import NetworkError, TimedOut
from telegram.request import BaseRequest, RequestData

CONNECT_SECONDS = 10
READ_SECONDS = 30


class NotConnected(NetworkError):
    """Nothing was sent (temporary)."""


@dataclass(frozen=True)
class Payload:
    """A call's parameters as plain JSON, without the library's objects."""

    values: dict[str, Any]


class Http(BaseRequest):
    """Requests over one aiohttp session."""

    def __init__(self, connections: int, read_seconds: float = READ_SECONDS) -> None:
        self._connections = connections
        self._read_seconds = read_seconds
        self._patience = _patience(read_seconds)
        self._session: aiohttp.ClientSession | None = None

    @property
    def read_timeout(self) -> float:
        """Seconds an answer may take."""
        return self._read_seconds

    async def initialize(self) -> None:
        """Open the session."""
        if self._session is None:
            connector = aiohttp.TCPConnector(
                limit=self._connections, keepalive_timeout=30
            )
            jar = aiohttp.DummyCookieJar()
            self._session = aiohttp.ClientSession(connector=connector, cookie_jar=jar)

    async def shutdown(self) -> None:
        """Close the session."""
        if self._session is not None:
            await self._session.close()
            self._session = None

    @staticmethod
    def parse_json_payload(payload: bytes) -> dict[str, Any]:
        """Read an answer."""
        try:
            answer: dict[str, Any] = orjson.loads(payload)
        except orjson.JSONDecodeError:
            raise NetworkError("The answer is no JSON") from None
        return answer

    async def call(
        self, url: str, values: dict[str, Any], read_seconds: float | None = None
    ) -> Any:
        """Make a call with JSON parameters; raise TelegramError."""
        data = cast(RequestData, Payload(values))
        return await self.post(url, data, read_timeout=read_seconds)

    async def do_request(
        self,
        url: str,
        method: str,
        request_data: RequestData | Payload | None = None,
        read_timeout: Any = None,
        write_timeout: Any = None,
        connect_timeout: Any = None,
        pool_timeout: Any = None,
    ) -> tuple[int, bytes]:
        """Make one HTTP request; raise NotConnected, TimedOut or NetworkError."""
        await self.initialize()
        assert self._session is not None  # noqa: S101 - just opened
        given = isinstance(read_timeout, int | float)
        timeout = _patience(read_timeout) if given else self._patience
        try:
            async with self._session.request(
                method, url, timeout=timeout, **_body(request_data)
            ) as response:
                return response.status, await response.read()
        except (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError) as error:
            raise NotConnected(type(error).__name__) from None
        except TimeoutError:
            raise TimedOut from None
        except aiohttp.ClientError as error:
            raise NetworkError(type(error).__name__) from None


def _patience(read_seconds: float) -> aiohttp.ClientTimeout:
    return aiohttp.ClientTimeout(
        total=None, sock_connect=CONNECT_SECONDS, sock_read=read_seconds
    )


def _body(data: RequestData | Payload | None) -> dict[str, Any]:
    """Return how aiohttp sends a call's parameters."""
    if data is None:
        return {}
    if isinstance(data, Payload):
        body, kind = orjson.dumps(data.values), "application/json"
        return {"data": body, "headers": {"Content-Type": kind}}
    if not data.multipart_data:
        return {"data": data.json_parameters}
    form = aiohttp.FormData(data.json_parameters)
    for name, (filename, content, mime) in data.multipart_data.items():
        form.add_field(name, content, filename=filename, content_type=mime)
    return {"data": form}
