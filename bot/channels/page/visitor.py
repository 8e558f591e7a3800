"""Visitors: the cookie that is a chat, and how often a visitor may ask."""

import hashlib
import re
import secrets
import time

from starlette.requests import Request
from starlette.responses import Response

from bot.config import Config
from bot.network import network_of
from bot.pace import Buckets

TOKEN = re.compile(r"[A-Za-z0-9_-]{43}")
YEAR = 365 * 24 * 3600


class Gate:
    """What a visitor may do, and how often."""

    def __init__(self, config: Config) -> None:
        self.config = config
        self.secure = config.web.base_url.startswith("https://")
        self.cookie = "__Host-zhigong" if self.secure else "zhigong"
        self._buckets = Buckets()

    def address(self, request: Request) -> str | None:
        """Return the chat address of a request's cookie: its hash, all we keep."""
        token = request.cookies.get(self.cookie, "")
        if not TOKEN.fullmatch(token):
            return None
        return hashlib.sha256(token.encode()).hexdigest()

    def let_in(self, response: Response) -> None:
        """Give a new visitor the cookie that will be their chat."""
        response.set_cookie(
            self.cookie,
            secrets.token_urlsafe(32),
            max_age=YEAR,
            path="/",
            secure=self.secure,
            httponly=True,
            samesite="lax",
        )

    def is_ours(self, request: Request) -> bool:
        """Tell whether a request to change something was made by our own page."""
        return request.headers.get("x-requested-with") == "zhigong"

    def wait_to_say(self, address: str) -> float:
        """Return the seconds until this chat may say more; 0 counts as said."""
        page = self.config.page
        return self._take(f"chat {address}", page.per_minute / 60, page.burst)

    def wait_to_begin(self, request: Request) -> float:
        """Return the seconds until another chat may begin from where this came from."""
        per_minute = self.config.page.new_per_minute
        return self._take(f"from {network_of(request)}", per_minute / 60, per_minute)

    def wait_to_look(self, request: Request) -> float:
        """Return the seconds until one more page without a chat may wait for news."""
        per_minute = self.config.page.new_per_minute
        return self._take(f"look {network_of(request)}", per_minute / 60, per_minute)

    def wait_to_mark(self, address: str) -> float:
        """Return the seconds until this chat may say again what it has shown."""
        page = self.config.page
        return self._take(f"shown {address}", page.per_minute / 60, page.burst)

    def wait_to_check(self, request: Request) -> float:
        """Return the seconds until another card may be checked from this address."""
        per_minute = self.config.card.per_minute
        return self._take(f"card {network_of(request)}", per_minute / 60, per_minute)

    def _take(self, name: str, rate: float, size: float) -> float:
        bucket = self._buckets.get(name, rate, size)
        seconds = bucket.wait(time.monotonic())
        if seconds == 0:
            bucket.take()
        return seconds
