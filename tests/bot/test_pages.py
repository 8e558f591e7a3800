"""Pages: every word is translated, and every answer carries the security headers."""

from __future__ import annotations

import ast
import re
from collections import Counter
from collections.abc import Iterator

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route
from starlette.testclient import TestClient

from bot.config import ROOT
from bot.pages import (
    HEADERS,
    TEMPLATES,
    BodyLimit,
    SameOrigin,
    SecurityHeaders,
    _catalogue,
    page,
    read_words,
    translated,
)

PAGES = [
    path
    for folder in ("page", "console")
    for path in sorted((ROOT / "templates" / folder).glob("*.html"))
]
SOURCES = sorted((ROOT / "bot").rglob("*.py"))
SPEAKING = {"translated": 1, "refusal_of": 1, "_sorry": 1, "Label": 0}
"""Functions of the program that take words of the pages, and from which argument on."""


def words_of_pages() -> Iterator[str]:
    for path in PAGES:
        yield from re.findall(r'_\("([^"]+)"\)', path.read_text("utf-8"))


def words_of_sources() -> Iterator[str]:
    trees = [ast.parse(path.read_text("utf-8")) for path in SOURCES]
    everywhere = {name: word for tree in trees for name, word in constants(tree)}
    for tree in trees:
        named = {**everywhere, **dict(constants(tree))}
        for call in (n for n in ast.walk(tree) if isinstance(n, ast.Call)):
            name = getattr(call.func, "id", None) or getattr(call.func, "attr", "")
            for argument in call.args[SPEAKING.get(str(name), len(call.args)) :]:
                word: object = getattr(argument, "value", None)
                if isinstance(argument, ast.Name):
                    word = named.get(argument.id)
                if isinstance(word, str):
                    yield word


def constants(tree: ast.Module) -> Iterator[tuple[str, object]]:
    """Give the constants of a module, by name."""
    for node in tree.body:
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Constant):
            for target in node.targets:
                if isinstance(target, ast.Name):
                    yield target.id, node.value.value


def test_every_word_of_the_pages_is_translated_and_no_translation_is_left_over() -> (
    None
):
    said = {*words_of_pages(), *words_of_sources()}
    assert len(said) > 40
    assert set(_catalogue("zh-CN")) == said


def test_no_word_is_translated_in_two_files() -> None:
    files = [read_words(path) for path in (TEMPLATES / "locale").rglob("*.po")]
    words = Counter(word for file in files for word in file)
    assert [word for word, files in words.items() if files > 1] == []


def test_the_words_of_the_scripts_are_handed_to_them() -> None:
    scripts = (ROOT / "templates/page/static").glob("*.js")
    asked = {
        found
        for path in scripts
        for found in re.findall(r'\bword\("([^"]+)"', path.read_text("utf-8"))
    }
    handed = (ROOT / "templates/page/chat.html").read_text("utf-8")
    assert asked
    assert {word for word in asked if f'"{word}":' not in handed} == set()


def test_an_unknown_word_or_language_stays_as_it_is() -> None:
    assert translated("zh-CN", "never written") == "never written"
    assert translated("en", "Submit") == "Submit"


def test_a_page_speaks_the_reader_s_language_and_is_not_stored() -> None:
    facts = {"name": "职工之家", "title": "出了点问题", "text": "<b>一会儿</b>"}
    shown = page("error", "zh-CN", 500, **facts)
    assert shown.status_code == 500
    assert shown.headers["Cache-Control"] == "no-store"
    assert b'lang="zh-CN"' in shown.body
    assert "&lt;b&gt;一会儿".encode() in shown.body


def make(secure: bool) -> TestClient:
    async def show(request: object) -> Response:
        return PlainTextResponse("shown", headers={"X-Frame-Options": "SAMEORIGIN"})

    web = Starlette(routes=[Route("/", show)])
    web.add_middleware(SecurityHeaders, secure=secure)
    return TestClient(web)


@pytest.mark.parametrize("path", ["/", "/nowhere"])
def test_every_answer_carries_the_headers(path: str) -> None:
    got = make(secure=True).get(path).headers
    for name in HEADERS:
        assert name in got
    assert "max-age" in got["Strict-Transport-Security"]


def test_an_answer_may_be_stricter_by_itself() -> None:
    assert make(secure=True).get("/").headers["X-Frame-Options"] == "SAMEORIGIN"


def test_plain_http_promises_no_https() -> None:
    assert "Strict-Transport-Security" not in make(secure=False).get("/").headers


OURS = "home.example.org"


@pytest.mark.parametrize(
    ("host", "origin", "status"),
    [
        (OURS, None, 200),
        (OURS, f"https://{OURS}", 200),
        ("10.0.0.5:8080", "http://10.0.0.5:8080", 200),
        ("127.0.0.1:8080", f"https://{OURS}", 200),  # a proxy that keeps the Host
        (OURS, "https://evil.example", 403),
        (OURS, f"https://{OURS}.evil.example", 403),
        (OURS, "null", 403),
        ("", "null", 403),
    ],
)
def test_only_a_page_of_our_own_may_change_something(
    host: str, origin: str | None, status: int
) -> None:
    async def write(request: object) -> Response:
        return PlainTextResponse("written")

    web = Starlette(routes=[Route("/", write, methods=["GET", "POST"])])
    refusal = PlainTextResponse("no", status_code=403)
    web.add_middleware(SameOrigin, base_url=f"https://{OURS}", refusal=refusal)
    headers = {"Host": host} | ({"Origin": origin} if origin else {})
    assert TestClient(web).post("/", headers=headers).status_code == status
    assert TestClient(web).get("/", headers=headers).status_code == 200


def limited(most: int) -> TestClient:
    async def echo(request: Request) -> Response:
        return PlainTextResponse(str(len(await request.body())))

    web = Starlette(routes=[Route("/", echo, methods=["POST"])])
    web.add_middleware(BodyLimit, most=most)
    return TestClient(web)


def test_a_body_as_long_as_allowed_is_read() -> None:
    assert limited(100).post("/", content=b"x" * 100).text == "100"


def test_a_longer_body_is_refused_though_nobody_stated_its_length() -> None:
    pieces = (b"x" * 60 for _ in range(3))
    assert limited(100).post("/", content=pieces).status_code == 413


def test_the_policy_lets_in_nothing_from_elsewhere() -> None:
    policy = HEADERS["Content-Security-Policy"]
    assert policy.startswith("default-src 'none'")
    assert "unsafe" not in policy
    assert "http" not in policy
