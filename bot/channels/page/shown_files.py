"""The files of a chat on the page: photos, documents, and messages that are drawn."""

from sqlmodel import Session
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from bot.channels.page import history
from bot.channels.page.visitor import Gate
from bot.database import read
from bot.drawings import drawn
from bot.files import file_of
from bot.kit import Kit
from bot.pages import headers_of_file
from models import case_entry, nominee, site_fault, suggestion
from models.application import latest_of
from models.attachment import Attachment
from models.case import Case
from models.case_file import CaseFile
from models.columns import long
from models.document import Enclosed
from models.message import Body
from models.nominee import is_portrait
from models.notice_file import NoticeFile, may_see
from models.review import may_review
from models.staff import staff_of

WITH_PHOTO = (
    nominee.with_photo,
    site_fault.with_photo,
    suggestion.with_photo,
    case_entry.with_photo,
)
"""Find what a photo was sent with, for whoever decides on that."""


class ShownFiles:
    """Shows each file to its owner, and to who reviews the owner too.

    The photo of a nominee is shown to whoever has its key from the award, the file of a
    notice to whoever got it, and that of a case to who serves its union.
    """

    def __init__(self, kit: Kit, gate: Gate) -> None:
        self.kit, self.gate = kit, gate

    def routes(self) -> list[Route]:
        """Return the addresses of files."""
        return [
            Route("/chat/photo/{key}", self.file),
            Route("/chat/document/{key}", self.file),
            Route("/chat/drawing/{number:int}", self.drawing),
        ]

    async def file(self, request: Request) -> Response:
        """Return a file to who may see it."""
        address, key = self.gate.address(request), request.path_params["key"]

        def look(session: Session) -> Enclosed | None:
            chat = history.chat_at(session, address) if address else None
            number = long(key)
            if chat is None or not self._may_look(session, chat.worker_id, number):
                return None
            return file_of(session, self.kit, number)

        return _answer(await read(self.kit.database, look))

    def _may_look(self, session: Session, viewer: int, number: int) -> bool:
        shown = session.get(NoticeFile, number)
        if shown is not None:
            return may_see(session, shown, viewer)
        told = session.get(CaseFile, number)
        if told is not None:
            return self._may_hear(session, viewer, told)
        row = session.get(Attachment, number)
        return row is not None and self._may_see(session, viewer, row)

    def _may_see(self, session: Session, viewer: int, row: Attachment) -> bool:
        staff, owner = staff_of(session, viewer), row.worker_id
        asked = [latest_of(session, owner), *(f(session, row.id) for f in WITH_PHOTO)]
        reviews = any(a and may_review(self.kit.atlas, staff, a) for a in asked)
        return viewer == owner or reviews or is_portrait(session, row.id)

    def _may_hear(self, session: Session, viewer: int, row: CaseFile) -> bool:
        case = session.get_one(Case, row.case_id)
        serves = may_review(self.kit.atlas, staff_of(session, viewer), case)
        return viewer == case.worker_id or serves

    async def drawing(self, request: Request) -> Response:
        """Return the drawing of a message of the visitor's own chat."""
        address, number = self.gate.address(request), request.path_params["number"]

        def look(session: Session) -> Body | None:
            chat = history.chat_at(session, address) if address else None
            return history.body_of(session, self.kit, chat, number) if chat else None

        body = await read(self.kit.database, look)
        found = await drawn(body) if body else None
        return _answer(Enclosed(*found) if found else None)


def _answer(found: Enclosed | None) -> Response:
    """Answer with a file that nobody keeps; only a picture is shown in the browser."""
    if found is None:
        return Response(status_code=404)
    return Response(
        found.data, media_type=found.mime, headers=headers_of_file(found.name)
    )
