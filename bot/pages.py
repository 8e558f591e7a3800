"""Pages: Jinja2 templates in the reader's language, and the security headers."""

from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import quote

from babel.messages.pofile import read_po
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.datastructures import Headers, MutableHeaders
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from models.document import size_words

TEMPLATES = Path(__file__).resolve().parent.parent / "templates"
STATIC = TEMPLATES / "page" / "static"

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; "
    "img-src 'self' blob: data:; connect-src 'self'; form-action 'self'; "
    "base-uri 'none'; frame-ancestors 'none'; manifest-src 'self'"
)
HEADERS = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Permissions-Policy": "geolocation=(self), camera=(), microphone=()",
    "Cross-Origin-Opener-Policy": "same-origin",
    "X-Frame-Options": "DENY",
}


@cache
def _catalogue(language: str) -> dict[str, str]:
    """Return the translations of the pages' own words; English is the original.

    Those of the console lie in a folder, a file for each of its nouns.
    """
    locale = TEMPLATES / "locale"
    files = [locale / f"{language}.po", *sorted((locale / language).glob("*.po"))]
    return {word: text for path in files for word, text in read_words(path).items()}


def read_words(path: Path) -> dict[str, str]:
    """Return the translations in one file; a language without it has none."""
    if not path.exists():
        return {}
    with path.open("rb") as file:
        return {str(m.id): str(m.string) for m in read_po(file) if m.id and m.string}


def translated(language: str, text: str) -> str:
    """Return one of the pages' own words in a language."""
    return _catalogue(language).get(text, text)


def headers_of_file(name: str = "") -> dict[str, str]:
    """Return the headers of a file nobody keeps; one with a name is only saved.

    A copy in the browser would outlive the erasure of its owner.
    """
    headers = {"Cache-Control": "no-store"}
    if name:
        plain = "".join(c if c.isascii() else "_" for c in name)
        there = f"filename=\"{plain}\"; filename*=UTF-8''{quote(name)}"
        headers["Content-Disposition"] = f"attachment; {there}"
    return headers


def language_of(request: Request, usual: str) -> str:
    """Return the language a browser asks for, of those we have."""
    accepted = request.headers.get("accept-language", "")
    return "en" if accepted.lower().startswith("en") else usual


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES),
        undefined=StrictUndefined,
        autoescape=True,
        auto_reload=False,
    )
    environment.filters["size"] = size_words
    return environment


def page(kind: str, /, language: str, status: int = 200, **values: Any) -> HTMLResponse:
    """Return a rendered page."""
    return answer_with(rendered(f"page/{kind}", language, **values), status)


def rendered(template: str, language: str, **values: Any) -> str:
    """Return the text of a page."""

    def translate(text: str) -> str:
        return translated(language, text)

    found = _environment().get_template(f"{template}.html")
    return found.render(_=translate, language=language, **values)


def answer_with(html: str, status: int = 200) -> HTMLResponse:
    """Return a page's text as an answer that nobody stores."""
    return HTMLResponse(html, status, headers={"Cache-Control": "no-store"})


def pieces_of(kind: str, /, language: str, **values: Any) -> Iterator[str]:
    """Yield a rendered page as it is made; for one as long as a person's history."""

    def translate(text: str) -> str:
        return translated(language, text)

    template = _environment().get_template(f"page/{kind}.html")
    stream = template.stream(_=translate, language=language, **values)
    stream.enable_buffering(8)
    return stream


class BodyLimit:
    """Middleware that reads no more of a request than the longest one allowed."""

    def __init__(self, app: ASGIApp, most: int) -> None:
        self.app, self.most = app, most

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on; a body without a stated length is counted as it comes."""
        left = self.most

        async def counted() -> Message:
            nonlocal left
            message = await receive()
            left -= len(message.get("body", b""))
            if left < 0:
                raise HTTPException(413)
            return message

        await self.app(scope, counted, send)


class SameOrigin:
    """Middleware that changes nothing for a page of another site.

    Our own address is believed beside the Host, which a proxy may not pass on.
    """

    def __init__(self, app: ASGIApp, base_url: str, refusal: Response) -> None:
        self.app, self.refusal = app, refusal
        self.own = _host_of(base_url)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, unless it would change something and comes from there."""
        changes = scope["type"] == "http" and scope["method"] not in ("GET", "HEAD")
        foreign = changes and self._is_foreign(Headers(scope=scope))
        answer = self.refusal if foreign else self.app
        await answer(scope, receive, send)

    def _is_foreign(self, headers: Headers) -> bool:
        """Tell whether another site's page made a browser send a request."""
        origin = headers.get("origin")
        if origin is None:
            return False
        host = _host_of(origin)
        return not host or host not in (headers.get("host"), self.own)


def _host_of(address: str) -> str:
    return address.partition("://")[2].partition("/")[0]


def headers_of(secure: bool) -> dict[str, str]:
    """Return the security headers, with the one that only makes sense over TLS."""
    lasting = {"Strict-Transport-Security": "max-age=31536000"}
    return HEADERS | lasting if secure else HEADERS


class SecurityHeaders:
    """Middleware that puts the security headers on every answer."""

    def __init__(self, app: ASGIApp, secure: bool) -> None:
        self.app, self.headers = app, headers_of(secure)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on."""

        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in self.headers.items():
                    headers.setdefault(name, value)
            await send(message)

        await self.app(scope, receive, with_headers)
