"""Exports: one-time pages where people fetch all that is kept about them.

The archive never goes over a channel and is never kept: it is read in slices and sent
as it is made, beside the event loop and away from the thread that writes.
"""

from collections.abc import AsyncIterator, Callable
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlmodel import Session, col, select
from starlette.concurrency import iterate_in_threadpool
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import Route

from bot.archive import archive_of
from bot.channels import Can
from bot.database import read
from bot.kit import Kit, clock
from bot.pages import page
from bot.step import Ledger, Written
from handlers import export
from models import audit
from models.chat import Chat
from models.export_link import ExportLink, find_export_link, use_export_link
from models.worker import Worker


class Exports:
    """The routes by which people fetch their own data."""

    def __init__(
        self, kit: Kit, cans: dict[str, Can], put: Callable[[Written], None]
    ) -> None:
        self.kit, self.cans, self.put = kit, cans, put

    def routes(self) -> list[Route]:
        """Return the export's routes."""
        return [
            Route("/export/{token}", self.show, methods=["GET"]),
            Route("/export/{token}", self.fetch, methods=["POST"]),
        ]

    async def show(self, request: Request) -> Response:
        """Show what is in the archive and a button; a look uses nothing up."""
        token, now = request.path_params["token"], clock()

        def look(session: Session) -> str | None:
            link = find_export_link(session, token, now)
            if link is None:
                return None
            return session.get_one(Worker, link.worker_id).language

        return self._page(await read(self.kit.database, look), token)

    async def fetch(self, request: Request) -> Response:
        """Use the link up and send the archive; the chat is told."""
        token, now = request.path_params["token"], clock()
        claimed = await self.kit.writer.write(
            lambda session: self.claim(session, token, now)
        )
        if claimed is None:
            return self._page(None, token)
        link, written = claimed
        self.put(written)
        day = now.astimezone(ZoneInfo(self.kit.rules.zone))
        name = f"attachment; filename=my-data-{day:%Y%m%d}.zip"
        headers = {"Cache-Control": "no-store", "Content-Disposition": name}
        return StreamingResponse(
            self._archive(link, now), media_type="application/zip", headers=headers
        )

    def claim(
        self, session: Session, token: str, now: datetime
    ) -> tuple[ExportLink, Written] | None:
        """Use a link up, write it down, and tell the chat; None where it is over."""
        found = find_export_link(session, token, now)
        if found is None:
            return None
        locked = select(Chat).where(col(Chat.id) == found.chat_id).with_for_update()
        chat = session.exec(locked).one()
        link = use_export_link(session, token, now)
        if link is None:
            return None
        audit.record(session, now, None, "data.exported", link.worker_id)
        ledger = Ledger(session, self.kit, now)
        can = self.cans.get(chat.channel)
        if can is not None:
            ledger.mind([chat])
            worker = session.get_one(Worker, link.worker_id)
            turn = self.kit.turn(session, chat, worker, now, can.trusted)
            ledger.say(turn, can, [export.fetched(turn)])
        return link, ledger.close()

    async def _archive(self, link: ExportLink, now: datetime) -> AsyncIterator[bytes]:
        """Send the archive; only one that has arrived whole ends the day."""
        pieces = archive_of(self.kit, link.worker_id, link.chat_id, now)
        async for piece in iterate_in_threadpool(pieces):
            yield piece
        await self.kit.writer.write(lambda s: _arrived(s, link.worker_id, now))

    def _page(self, language: str | None, token: str) -> Response:
        """Show the button; without a language, that the link is over."""
        language, over = language or self.kit.rules.language, language is None
        return page(
            "export",
            language,
            status=410 if over else 200,
            name=self.kit.rules.product(language),
            over=over,
            action=f"/export/{token}",
        )


def _arrived(session: Session, worker_id: int, now: datetime) -> None:
    link = session.get(ExportLink, worker_id)
    if link is not None:  # else its owner is erased by now
        link.fetched_at = now
        session.add(link)
