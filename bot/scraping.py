"""Scraping: Prometheus reads the metrics, with the token that the settings name.

Without a token there is no such page: an address is no proof, since behind a proxy
everybody comes from this machine.
"""

import hmac
from collections.abc import Iterator
from typing import Any

from prometheus_client import CollectorRegistry, Gauge, generate_latest
from sqlmodel import Session
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from bot.database import read
from bot.health import Health, look
from bot.kit import Kit, clock

MIME = "text/plain; version=0.0.4; charset=utf-8"

Value = tuple[str, str, dict[str, str], float]
"""A gauge: its name, what it says, its labels, and its value."""


class Scraping:
    """The page for Prometheus."""

    def __init__(self, kit: Kit) -> None:
        self.kit = kit

    def routes(self) -> list[Route]:
        """Return its route."""
        return [Route("/metrics", self.show)]

    async def show(self, request: Request) -> Response:
        """Show what this process counted, and how the product is."""
        token = self.kit.config.web.metrics_token.get_secret_value()
        if not token:
            raise HTTPException(404)
        given = request.headers.get("authorization", "")
        if not hmac.compare_digest(given.encode(), f"Bearer {token}".encode()):
            return Response(status_code=401, headers={"WWW-Authenticate": "Bearer"})
        counted = generate_latest(self.kit.metrics.registry)
        gauges = await read(self.kit.database, self._gauges)
        return Response(
            counted + gauges, media_type=MIME, headers={"Cache-Control": "no-store"}
        )

    def _gauges(self, session: Session) -> bytes:
        now = clock()
        found = look(session, self.kit, now)
        values = list(_values(found))
        if found.last_backup is not None:
            age = (now - found.last_backup).total_seconds()
            values.append(("backup_age_seconds", "Since the last backup.", {}, age))
        for one in found.backlogs:
            label = {"queue": one.name}
            values.append(("queue", "What waits.", label, one.count))
            oldest = one.age(now)
            values.append(("queue_oldest_seconds", "The oldest.", label, oldest))
        leads = float(found.leader == self.kit.process)
        values.append(("leader", "Whether this process leads.", {}, leads))
        return _written(values)


def _values(found: Health) -> Iterator[Value]:
    about = {
        "version": found.version,
        "schema": found.revision,
        "database": found.database,
    }
    yield "info", "The version of the product and its schema.", about, 1
    yield "database_bytes", "The size of the database.", {}, found.database_bytes
    yield "disk_free_bytes", "Room left beside the data.", {}, found.disk_free
    yield "processes", "Processes at work.", {}, len(found.processes)


def _written(values: list[Value]) -> bytes:
    """Write gauges in Prometheus' own text, those of a name together."""
    registry = CollectorRegistry()
    gauges: dict[str, Gauge] = {}
    for name, says, labels, value in values:
        if name not in gauges:
            own: dict[str, Any] = {"namespace": "zhigong", "registry": registry}
            gauges[name] = Gauge(name, says, list(labels), **own)
        gauge = gauges[name]
        (gauge.labels(**labels) if labels else gauge).set(value)
    return generate_latest(registry)
