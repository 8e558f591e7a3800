"""Every route of the whole site: headers on each answer, nothing for another's page."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from httpx2 import Response
from pydantic import SecretStr
from starlette.routing import Mount, Route
from starlette.testclient import TestClient

from bot.app import App
from bot.database import Database, Writer
from bot.pages import HEADERS
from tests.world import World

from .test_sent_twice import TELEGRAM

METRICS = "t" * 32
BEARER = {"authorization": f"Bearer {METRICS}"}
PARAMETER = re.compile(r"\{[^}]+\}")


@pytest.fixture
def app(sqlite: Database) -> Iterator[App]:
    world = World(sqlite)
    web = world.kit.config.web.model_copy(update={"metrics_token": SecretStr(METRICS)})
    also = {"web": web, "telegram": TELEGRAM}
    world.kit.config = world.kit.config.model_copy(update=also)
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
            assert is_covered(answer), (method, path)


def is_covered(answer: Response) -> bool:
    """Tell whether an answer carries every security header."""
    return all(answer.headers.get(name) == value for name, value in HEADERS.items())


@pytest.mark.parametrize("path", ["/static/chat.css", "/console/static/console.js"])
def test_a_file_carries_the_headers(app: App, path: str) -> None:
    client = client_of(app)
    for answer in (client.get(path), client.get(f"{path}.none"), client.post(path)):
        assert is_covered(answer)
    assert client.get(path).status_code == 200


def test_the_metrics_carry_the_headers(app: App) -> None:
    for headers, status in ((BEARER, 200), ({}, 401)):
        answer = client_of(app).get("/metrics", headers=headers)
        assert (answer.status_code, is_covered(answer)) == (status, True)


def test_who_sends_too_much_gets_the_headers(app: App) -> None:
    most = app.kit.config.web.upload_mb << 20
    sent = {"password": "x" * (most + (1 << 20))}
    answer = client_of(app).post("/console/sign-in", data=sent)
    assert (answer.status_code, is_covered(answer)) == (413, True)


def test_a_fault_of_ours_carries_the_headers(
    app: App, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*asked: object) -> None:
        raise RuntimeError

    monkeypatch.setattr("bot.console.doorkeeper.Doorkeeper.wait", fail)
    client = TestClient(app.web, raise_server_exceptions=False)
    answer = client.get("/console/today")
    assert (answer.status_code, is_covered(answer)) == (500, True)
    assert answer.headers["cache-control"] == "no-store"
    assert "RuntimeError" not in answer.text


def test_what_people_read_is_stored_nowhere(app: App) -> None:
    client = client_of(app)
    for path, _ in routes_of(app):
        if "stream" in path or "news" in path:
            continue
        answer = client.get(path)
        if "html" in answer.headers.get("content-type", ""):
            assert answer.headers.get("cache-control") == "no-store", path


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
            answer = client.request(method, path)
            assert answer.status_code in (404, 405, 429), path
            assert is_covered(answer), path
