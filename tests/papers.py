"""Documents for tests: sound ones, bad ones, and a place from which files come."""

from __future__ import annotations

import zlib
from collections.abc import Callable
from typing import TYPE_CHECKING

from sqlmodel import Session

from bot.files import Files
from handlers.turn import Incoming
from models.attachment import new_document
from models.document import Enclosed
from models.file_piece import PIECE, write_piece
from models.message import Body
from models.sealing import new_key
from models.worker import Worker

if TYPE_CHECKING:
    from tests.world import World


def pdf(more: bytes = b"", size: int = 0) -> bytes:
    """Return a small sound document, or one of about a size."""
    body = b"1 0 obj\n<< /Type /Catalog >>\nendobj\n" + more
    filled = b"%PDF-1.7\n" + body + b"%" + b"x" * size
    return filled + b"\ntrailer\n<< /Root 1 0 R >>\nstartxref\n9\n%%EOF\n"


def packed(objects: bytes, deflate: Callable[[bytes], bytes] = zlib.compress) -> bytes:
    """Return a document that has objects in a packed list."""
    inner = deflate(objects)
    head = b"5 0 obj\n<< /Type /ObjStm /Filter /FlateDecode >>\nstream\n"
    return pdf(head + inner + b"\nendstream\nendobj\n")


class Cabinet(Files):
    """Files without a database: one that is fetched, and those that are kept."""

    def __init__(self, found: Enclosed | None = None, owner: int = 0) -> None:
        self.found, self.owner = found, owner
        self.fetched = 0
        self.kept: list[tuple[int, str, bytes]] = []

    @property
    def most(self) -> int:
        """How many bytes a document may have."""
        return 8 << 20

    async def fetch(self, body: Body) -> Enclosed | None:
        """Return the file that goes with a message."""
        self.fetched += 1
        return self.found if {"image", "document"} & {*body} else None

    async def owner_of(self, incoming: Incoming, trusted: bool) -> int:
        """Return whose a document is."""
        return self.owner

    async def keep(self, worker_id: int, name: str, data: bytes) -> int:
        """Keep a document."""
        self.kept.append((worker_id, name, data))
        return len(self.kept)


def put(world: World, who: str, name: str = "合同.pdf", data: bytes = b"") -> int:
    """Write a document down as it is before a chat is told; 0 where none is wanted."""
    given, key = data or pdf(size=PIECE + 9), new_key()

    def write(session: Session) -> int:
        files = Files(world.kit)
        coming = Incoming(world.adapter.name, "", who, new_key().hex(), "document")
        owner = files._owner(session, coming, trusted=world.adapter.can.trusted)
        if not owner:
            return 0
        worker = session.get_one(Worker, owner)
        made = new_document(world.kit.keys, worker, key, name, len(given), world.now)
        session.add(made)
        for n, start in enumerate(range(0, len(given), PIECE)):
            part = given[start : start + PIECE]
            write_piece(session, made.id, owner, n, key, part, world.now)
        return made.id

    return world.write(write)
