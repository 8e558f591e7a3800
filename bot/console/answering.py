"""Answering: a file that nobody stores, and the way on with what was done."""

import base64

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from bot.console.views import File
from bot.pages import headers_of_file
from bot.pictures import at_the_table

SAID = "zhigong-console-said"
"""The cookie that carries to the next page what a form's sender is told."""


async def file_of(view: File) -> Response:
    """Answer with a file that nobody stores: a copy would outlive its erasure."""
    given = view.data
    data = given if isinstance(given, bytes) else await at_the_table(given)
    return Response(data, media_type=view.mime, headers=headers_of_file(view.name))


def went_to(path: str, said: str, secure: bool) -> Response:
    """Send a browser on, and let the next page say what was done."""
    response = RedirectResponse(path, 303)
    if said:
        text = base64.urlsafe_b64encode(said.encode()).decode()
        response.set_cookie(
            *(SAID, text, 60),
            path="/console",
            secure=secure,
            httponly=True,
            samesite="lax",
        )
    return response


def said_to(request: Request) -> str:
    """Return what a form that was just sent has its sender told."""
    try:
        text = base64.urlsafe_b64decode(request.cookies.get(SAID, ""))
        return text.decode()[:500]
    except ValueError:
        return ""
