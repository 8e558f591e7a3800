"""Certificates: the page behind a certificate's QR code, for whoever was shown one.

The address holds the random id of one attendance, which nobody can guess.  The page
tells what the certificate says, with the name masked, and no more; whatever is no
certificate gets one and the same answer.
"""

from collections.abc import Callable
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from sqlmodel import Session
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from bot.database import read
from bot.kit import Kit
from bot.pages import language_of, page
from handlers.turn import named
from models.columns import long
from models.event import Event
from models.identity import mask_name
from models.place import Union
from models.signup import Signup
from models.worker import Worker


@dataclass(frozen=True)
class Certificate:
    """What a checker compares with the certificate in their hands."""

    name: str
    event: str
    day: str
    host: str
    number: str


class Certificates:
    """The route of the page that checks them; `wait` says who asks too often."""

    def __init__(self, kit: Kit, wait: Callable[[Request], float]) -> None:
        self.kit, self.wait = kit, wait

    def routes(self) -> list[Route]:
        """Return the page's route."""
        return [Route("/certificate/{code}", self.show)]

    async def show(self, request: Request) -> Response:
        """Show whether a code is that of a certificate."""
        language = language_of(request, self.kit.rules.language)
        if self.wait(request) > 0:
            return self._page(language, 429)
        code = request.path_params["code"]
        found = await read(self.kit.database, lambda s: self.check(s, code, language))
        return self._page(language, 200 if found else 410, found)

    def check(self, session: Session, code: str, language: str) -> Certificate | None:
        """Return the certificate a code stands for."""
        row = session.get(Signup, long(code))
        if row is None or row.certificate_no is None:
            return None
        worker = session.get_one(Worker, row.worker_id)
        event = session.get_one(Event, row.event_id)
        start = event.starts_at.astimezone(ZoneInfo(self.kit.rules.zone))
        return Certificate(
            name=mask_name(worker.unseal(self.kit.keys, "name") or ""),
            event=named(event, language),
            day=f"{start:%Y-%m-%d}",
            host=named(session.get_one(Union, event.union_code), language),
            number=row.certificate_no,
        )

    def _page(
        self, language: str, status: int, found: Certificate | None = None
    ) -> Response:
        return page(
            "certificate",
            language,
            status,
            name=self.kit.rules.product(language),
            certificate=found,
            too_many=status == 429,
        )
