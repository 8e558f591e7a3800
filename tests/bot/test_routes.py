"""Every route of the whole site: headers on each answer, nothing for another's page."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from starlette.routing import Mount, Route
from starlette.testclient import TestClient

from bot.app import App
from bot.database import Database, Writer
from bot.pages import HEADERS
from tests.world import World

PARAMETER = re.compile(r"\{[^}]+\}")


@pytest.fixture
def app(sqlite: Database) -> Iterator[App]:
    world = World(sqlite)
    world.kit.writer = Writer(sqlite)
    yield App(world.kit)
    world.kit.writer.close()


def routes_of(app: App) -> list[tuple[str, set[str]]]:
    """Return the address and the methods of every route, with a row nobody has."""
    found = [
        (PARAMETER.sub("zzzz", route.path), set(route.methods or ()))
        for route in app.web.routes
        if isinstance(route, Route)
    ]
    assert len(found) > 100
    return found


def client_of(app: App) -> TestClient:
    return TestClient(app.web, follow_redirects=False)


def test_every_answer_carries_the_headers(app: App) -> None:
    client = client_of(app)
    mounted = [
        (r.path + "/none", {"GET"}) for r in app.web.routes if isinstance(r, Mount)
    ]
    for path, methods in [*routes_of(app), *mounted, ("/nowhere", {"GET"})]:
        if "stream" in path or "news" in path:
            continue  # it ends when the page is closed
        for method in methods & {"GET", "POST"}:
            answer = client.request(method, path)
            assert answer.status_code < 500, path
            for name, value in HEADERS.items():
                assert answer.headers.get(name) == value, (method, path, name)


def test_nothing_is_changed_for_a_page_of_another_site(app: App) -> None:
    client = client_of(app)
    posted = [path for path, methods in routes_of(app) if "POST" in methods]
    assert len(posted) > 50
    for path in posted:
        for origin in ("https://elsewhere.example", "null"):
            answer = client.post(path, headers={"origin": origin})
            assert answer.status_code == 403, path


def test_no_other_method_does_anything(app: App) -> None:
    client = client_of(app)
    for path, methods in routes_of(app):
        for method in {"PUT", "DELETE", "PATCH"} - methods:
            assert client.request(method, path).status_code in (404, 405, 429), path
