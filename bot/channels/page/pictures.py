"""The pictures of a chat on the page: photos, and messages that are drawn."""

from sqlmodel import Session
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from bot.channels.page import history
from bot.channels.page.visitor import Gate
from bot.database import read
from bot.drawings import drawn
from bot.kit import Kit
from bot.step import picture_of
from models import case_entry, nominee, site_fault, suggestion
from models.application import latest_of
from models.attachment import Attachment
from models.columns import long
from models.message import Body
from models.nominee import is_portrait
from models.notice_picture import NoticePicture, may_see
from models.review import may_review
from models.staff import staff_of

WITH_PHOTO = (
    nominee.with_photo,
    site_fault.with_photo,
    suggestion.with_photo,
    case_entry.with_photo,
)
"""Find what a photo was sent with, for whoever decides on that."""


class Pictures:
    """Shows each picture to its owner, and a photo to who reviews the owner too.

    The photo of a nominee is shown to whoever has its key from the award, the picture
    of a notice to whoever got it.
    """

    def __init__(self, kit: Kit, gate: Gate) -> None:
        self.kit, self.gate = kit, gate

    def routes(self) -> list[Route]:
        """Return the addresses of pictures."""
        return [
            Route("/chat/photo/{key}", self.photo),
            Route("/chat/drawing/{number:int}", self.drawing),
        ]

    async def photo(self, request: Request) -> Response:
        """Return a photo to its owner, or to who reviews the owner's application."""
        address, key = self.gate.address(request), request.path_params["key"]

        def look(session: Session) -> tuple[str, bytes] | None:
            chat = history.chat_at(session, address) if address else None
            number = long(key)
            if chat is None or not self._may_look(session, chat.worker_id, number):
                return None
            return picture_of(session, self.kit, number)

        return _answer(await read(self.kit.database, look))

    def _may_look(self, session: Session, viewer: int, number: int) -> bool:
        shown = session.get(NoticePicture, number)
        if shown is not None:
            return may_see(session, shown, viewer)
        row = session.get(Attachment, number)
        return row is not None and self._may_see(session, viewer, row)

    def _may_see(self, session: Session, viewer: int, row: Attachment) -> bool:
        staff, owner = staff_of(session, viewer), row.worker_id
        asked = [latest_of(session, owner), *(f(session, row.id) for f in WITH_PHOTO)]
        reviews = any(a and may_review(self.kit.atlas, staff, a) for a in asked)
        return viewer == owner or reviews or is_portrait(session, row.id)

    async def drawing(self, request: Request) -> Response:
        """Return the drawing of a message of the visitor's own chat."""
        address, number = self.gate.address(request), request.path_params["number"]

        def look(session: Session) -> Body | None:
            chat = history.chat_at(session, address) if address else None
            return history.body_of(session, self.kit, chat, number) if chat else None

        body = await read(self.kit.database, look)
        return _answer(await drawn(body) if body else None)


def _answer(found: tuple[str, bytes] | None) -> Response:
    """Answer with a picture that nobody keeps."""
    if found is None:
        return Response(status_code=404)
    mime, data = found
    # A copy in the browser would outlive the erasure of its owner.
    headers = {"Cache-Control": "no-store"}
    return Response(data, media_type=mime, headers=headers)
