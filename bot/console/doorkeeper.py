"""The doorkeeper: the cookie of a session, and how often a browser may knock."""

import re
import time
from datetime import timedelta

from starlette.requests import Request
from starlette.responses import Response

from bot.config import Config
from bot.network import network_of
from bot.pace import Buckets
from models.console_session import Limits

BROWSERS = (
    ("MicroMessenger", "WeChat"),
    ("Edg", "Edge"),
    ("Firefox", "Firefox"),
    ("Chrome", "Chrome"),
    ("Safari", "Safari"),
)
SYSTEMS = (
    ("HarmonyOS", "HarmonyOS"),
    ("Android", "Android"),
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Windows", "Windows"),
    ("Mac OS", "Mac"),
    ("Linux", "Linux"),
)
SIGN_INS_PER_MINUTE = 20
"""How many from one network are looked at; a password's hash is dear to make."""


def browser_of(request: Request) -> str:
    """Return which browser this is, so that people know their own; no more of it."""
    agent = request.headers.get("user-agent", "")
    found = (
        next((name for part, name in kinds if part in agent), "")
        for kinds in (BROWSERS, SYSTEMS)
    )
    return " · ".join(filter(None, found)) or "?"


class Doorkeeper:
    """Who comes with which cookie, how long sessions last, who asks too often."""

    def __init__(self, config: Config) -> None:
        self.config = config
        self.secure = config.web.base_url.startswith("https://")
        self.cookie = "__Host-zhigong-console" if self.secure else "zhigong-console"
        self._buckets = Buckets()

    @property
    def limits(self) -> Limits:
        """How long a session lasts."""
        console = self.config.console
        return Limits(
            timedelta(minutes=console.idle_minutes), timedelta(hours=console.hours)
        )

    def token(self, request: Request) -> str:
        """Return the session's token that a browser brings; "" for none."""
        brought = request.cookies.get(self.cookie, "")
        return brought if re.fullmatch(r"[A-Za-z0-9_-]{32}", brought) else ""

    def let_in(self, response: Response, token: str) -> None:
        """Give a browser the cookie of its session, as long as the browser is open."""
        response.set_cookie(
            self.cookie,
            token,
            path="/",
            secure=self.secure,
            httponly=True,
            samesite="lax",
        )

    def wait(self, request: Request) -> float:
        """Return the seconds until this network may ask for another page."""
        per_minute = self.config.console.per_minute
        return self._take(f"page {network_of(request)}", per_minute / 60, per_minute)

    def wait_to_sign_in(self, request: Request) -> float:
        """Return the seconds until this network may try once more to sign in."""
        most = SIGN_INS_PER_MINUTE
        return self._take(f"enter {network_of(request)}", most / 60, most)

    def _take(self, name: str, rate: float, size: float) -> float:
        bucket = self._buckets.get(name, rate, size)
        seconds = bucket.wait(time.monotonic())
        if seconds == 0:
            bucket.take()
        return seconds
