"""Pieces: a large file lies in many rows, so that no transaction writes much of it.

They are sealed with a key of the file's own.  That key is kept, sealed, where a small
file has its bytes: the file may go over to another owner without its pieces, and
without that key nobody reads them any more.
"""

from datetime import datetime

from sqlmodel import Field, Session, SQLModel, col, select

from models.columns import BigId, Utc
from models.sealing import seal, unseal

PIECE = 256 << 10
"""How many bytes one row holds: a few milliseconds of writing."""


class FilePiece(SQLModel, table=True):
    """Some bytes of a file; `worker_id` says with whom it is erased."""

    __tablename__ = "file_piece"

    file_id: int = Field(primary_key=True, sa_type=BigId)
    n: int = Field(primary_key=True)
    worker_id: int = Field(foreign_key="worker.id", sa_type=BigId, index=True)
    at: datetime = Field(sa_type=Utc)
    data: bytes

    def read(self, key: bytes) -> bytes:
        """Return the bytes; raise CannotOpen."""
        return unseal(key, _place(self.file_id, self.n), self.data)


def _place(file_id: int, n: int) -> str:
    return f"file_piece.data|{file_id}|{n}"


def write_piece(
    session: Session,
    file_id: int,
    worker_id: int,
    n: int,
    key: bytes,
    data: bytes,
    now: datetime,
) -> None:
    """Write one piece down."""
    sealed = seal(key, _place(file_id, n), data)
    session.add(
        FilePiece(file_id=file_id, n=n, worker_id=worker_id, data=sealed, at=now)
    )


def pieces_of(session: Session, file_id: int) -> list[FilePiece]:
    """Return the pieces of a file, in order."""
    found = select(FilePiece).where(FilePiece.file_id == file_id)
    return list(session.exec(found.order_by(col(FilePiece.n))))
