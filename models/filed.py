"""Filed: what every sealed file has, whoever's key seals it.

A picture is small and lies in its row; a document lies in pieces, and its row keeps
their key instead.
"""

from datetime import datetime
from typing import Any

from sqlmodel import Field, Session, SQLModel, col

from models.columns import BigId, Utc, short
from models.document import PDF, Document
from models.file_piece import pieces_of
from models.sealing import seal, unseal


class Filed(SQLModel):
    """A picture or a document; bytes and name are sealed, and a picture has no name."""

    id: int = Field(primary_key=True, sa_type=BigId)
    mime: str
    data: bytes
    name: bytes | None = None
    size: int = 0
    at: datetime = Field(sa_type=Utc)

    @property
    def is_document(self) -> bool:
        """Whether it lies in pieces."""
        return self.mime == PDF

    @property
    def filename(self) -> str:
        """The name it has among others, which tells nothing."""
        return f"{short(self.id)}{'.pdf' if self.is_document else '.jpg'}"

    @classmethod
    def is_a_document(cls) -> Any:
        """Tell in SQL whether a row is a document's."""
        return col(cls.mime) == PDF

    def keep(self, key: bytes, data: bytes, name: str = "") -> None:
        """Seal the bytes, or the key of the pieces, and the name into the row."""
        self.data = seal(key, self._place("data"), data)
        self.name = seal(key, self._place("name"), name.encode()) if name else None

    def inner(self, key: bytes) -> bytes:
        """Return what the row itself has: the bytes, or the key of the pieces."""
        return unseal(key, self._place("data"), self.data)

    def read(self, session: Session, key: bytes) -> bytes:
        """Return the whole file."""
        inner = self.inner(key)
        if not self.is_document:
            return inner
        return b"".join(piece.read(inner) for piece in pieces_of(session, self.id))

    def called(self, key: bytes) -> str:
        """Return the name; a picture has none."""
        return unseal(key, self._place("name"), self.name).decode() if self.name else ""

    def document(self, key: bytes) -> Document | None:
        """Return what a message says of it, if it is a document."""
        named = Document(self.id, self.called(key), self.size)
        return named if self.is_document else None

    def _place(self, column: str) -> str:
        return f"{self.__tablename__}.{column}|{self.id}"
