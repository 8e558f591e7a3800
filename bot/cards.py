"""Cards: the page behind a member card's QR code, for whoever checks it.

It tells that somebody is a member and no more than a checker needs to compare; whatever
is not a member's own fresh code gets one and the same answer.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlmodel import Session
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from bot.database import read
from bot.kit import Kit, clock
from bot.pages import language_of, page
from handlers.turn import named
from models.card import holder
from models.identity import mask_name
from models.place import Union

LAST = 4
"""How many digits of the member number are shown."""


@dataclass(frozen=True)
class Member:
    """What a checker sees of a member."""

    name: str
    number: str
    union: str
    until: datetime


class Cards:
    """The route of the page that checks cards; `wait` says who asks too often."""

    def __init__(self, kit: Kit, wait: Callable[[Request], float]) -> None:
        self.kit, self.wait = kit, wait

    def routes(self) -> list[Route]:
        """Return the page's route."""
        return [Route("/card/{code}", self.show)]

    async def show(self, request: Request) -> Response:
        """Show whether a code is that of a member."""
        language = language_of(request, self.kit.rules.language)
        if self.wait(request) > 0:
            return self._page(language, 429)
        code, now = request.path_params["code"], clock()
        member = await read(
            self.kit.database, lambda s: self.check(s, code, now, language)
        )
        return self._page(language, 200 if member else 410, member, now)

    def check(
        self, session: Session, code: str, now: datetime, language: str
    ) -> Member | None:
        """Return the member a code stands for now."""
        found = holder(session, self.kit.keys, code, now)
        if found is None:
            return None
        worker, until = found
        union = session.get(Union, worker.union_code)
        return Member(
            name=mask_name(worker.unseal(self.kit.keys, "name") or ""),
            number=(worker.member_no or "")[-LAST:],
            union=named(union, language) if union else "",
            until=until,
        )

    def _page(
        self,
        language: str,
        status: int,
        member: Member | None = None,
        now: datetime | None = None,
    ) -> Response:
        zone = ZoneInfo(self.kit.rules.zone)
        return page(
            "card",
            language,
            status,
            name=self.kit.rules.product(language),
            member=member,
            too_many=status == 429,
            now=now.astimezone(zone) if now else None,
            until=member.until.astimezone(zone) if member else None,
        )
