"""Files: a picture or a document by its id, and how a document comes to be kept.

What is sent is told apart by its bytes alone.  A document is looked at beside the event
loop and written piece by piece before anybody is told of it, so that no reply waits;
what nobody then refers to goes with the next nightly sweep.
"""

import logging
from functools import partial

from sqlmodel import Session, select

from bot.database import is_outage, read
from bot.kit import Kit, clock
from bot.people import chat_at, has_come, place_of
from bot.pictures import at_the_table
from handlers.files import owner_of_next
from handlers.turn import Incoming
from models.attachment import Attachment, new_document
from models.case import Case
from models.case_file import CaseFile
from models.columns import long
from models.document import Document, Enclosed, clean_name, fault_of
from models.file_piece import PIECE, write_piece
from models.filed import Filed
from models.message import Body
from models.notice_file import NoticeFile
from models.sealing import new_key
from models.worker import Worker

log = logging.getLogger(__name__)


def file_of(session: Session, kit: Kit, number: int) -> Enclosed | None:
    """Return a file, whosever it is."""
    if found := _sealed(session, kit, number):
        sent, key = found
        return Enclosed(sent.mime, sent.read(session, key), sent.called(key))
    row = session.get(NoticeFile, number)
    return Enclosed(row.mime, row.published, row.name) if row else None


def document_of(session: Session, kit: Kit, number: int) -> Document | None:
    """Return what is said of a document somebody sent, without reading it."""
    found = _sealed(session, kit, number)
    return found[0].document(found[1]) if found else None


def _sealed(session: Session, kit: Kit, number: int) -> tuple[Filed, bytes] | None:
    """Return a file that somebody sent, with the key that opens it."""
    sent = session.get(Attachment, number)
    if sent is not None:
        return sent, session.get_one(Worker, sent.worker_id).open_key(kit.keys)
    told = session.get(CaseFile, number)
    if told is not None:
        return told, session.get_one(Case, told.case_id).open_key(kit.keys)
    return None


def is_there(session: Session, number: int) -> bool:
    """Tell whether there still is a file of this number."""
    kinds = (Attachment, CaseFile, NoticeFile)
    found = (select(kind.id).where(kind.id == number) for kind in kinds)
    return any(session.exec(one).first() is not None for one in found)


def enclosed_in(body: Body) -> str:
    """Return the id of the file that goes with a message; "" where none does."""
    document = body.get("document")
    return document[0] if document else body.get("image", "")


class Files:
    """Reads files beside the event loop, and keeps documents as they come."""

    def __init__(self, kit: Kit) -> None:
        self.kit = kit

    @property
    def most(self) -> int:
        """How many bytes a document may have."""
        return self.kit.config.web.upload_mb << 20

    async def fetch(self, body: Body) -> Enclosed | None:
        """Return the file that goes with a message, if it is still there."""
        number = long(enclosed_in(body))
        if not number:
            return None
        return await read(
            self.kit.database, lambda session: file_of(session, self.kit, number)
        )

    async def owner_of(self, incoming: Incoming, trusted: bool) -> int:
        """Return whose a document is that comes; 0 if not wanted, or it came before."""
        return await read(
            self.kit.database, lambda session: self._owner(session, incoming, trusted)
        )

    def _owner(self, session: Session, incoming: Incoming, trusted: bool) -> int:
        """Return whose it is; what fails here fails in the step too, as poison."""
        try:
            chat = chat_at(session, place_of(incoming))
            if chat is None or has_come(session, incoming):
                return 0
            worker = session.get_one(Worker, chat.worker_id)
            turn = self.kit.turn(session, chat, worker, clock(), trusted)
            return owner_of_next(turn) or 0
        except Exception as error:
            if is_outage(error):
                raise
            log.warning("nobody knows whose a document is: %s", type(error).__name__)
            return 0

    async def fault(self, data: bytes) -> str:
        """Return what is wrong with a file as a document; "" where nothing is."""
        return await at_the_table(fault_of, data, self.most) or ""

    async def keep(self, worker_id: int, name: str, data: bytes) -> int:
        """Write a document down as a worker's and return its id; 0 if they are gone."""
        key = new_key()
        write, size = self.kit.writer.write, len(data)
        begin = partial(self._begin, worker_id, key, name, size)
        number = await write(begin)
        for n, start in enumerate(range(0, size, PIECE)):
            part = data[start : start + PIECE]
            if not await write(partial(_add, number, n, key, part)):
                return 0
        return number

    async def drop(self, number: int) -> None:
        """Delete a document that was kept and then not made part of anything."""
        if number:
            await self.kit.writer.write(partial(_drop, number))

    def _begin(
        self, worker_id: int, key: bytes, name: str, size: int, session: Session
    ) -> int:
        worker = session.get(Worker, worker_id)
        if worker is None:
            return 0
        made = (self.kit.keys, worker, key, clean_name(name), size, clock())
        row = new_document(*made)
        session.add(row)
        return row.id


def _add(number: int, n: int, key: bytes, data: bytes, session: Session) -> bool:
    """Write one more piece down; False where the document is gone meanwhile."""
    row = session.get(Attachment, number)
    if row is None:
        return False
    write_piece(session, row.id, row.worker_id, n, key, data, clock())
    return True


def _drop(number: int, session: Session) -> None:
    row = session.get(Attachment, number)
    if row is not None:  # it is none any more where a case has it
        session.delete(row)
