"""Entries of a case: what either side said or sent, and notes among staff, in order."""

from datetime import datetime
from enum import StrEnum

from sqlmodel import Field, Session, SQLModel, col, select

from models.columns import BigId, Utc, one_of
from models.sealing import seal, unseal


class Side(StrEnum):
    """Who wrote an entry; a note is staff's among themselves."""

    WORKER = "worker"
    STAFF = "staff"
    NOTE = "note"


class CaseEntry(SQLModel, table=True):
    """One entry; its words are sealed under the case's key."""

    __tablename__ = "case_entry"

    case_id: int = Field(primary_key=True, foreign_key="case.id", sa_type=BigId)
    n: int = Field(primary_key=True)
    side: Side = Field(sa_type=one_of(Side))
    staff_id: int | None = Field(default=None, foreign_key="staff.id", sa_type=BigId)
    at: datetime = Field(sa_type=Utc)
    body: bytes
    picture_id: int | None = Field(default=None, sa_type=BigId, index=True)

    def read(self, case_key: bytes) -> str:
        """Open the words; empty where there are none."""
        return unseal(case_key, self._place, self.body).decode()

    def keep(self, case_key: bytes, words: str) -> None:
        """Seal the words into the row."""
        self.body = seal(case_key, self._place, words.encode())

    @property
    def _place(self) -> str:
        return f"case_entry.body|{self.case_id}|{self.n}"


def entries_of(session: Session, case_id: int, after: int = 0) -> list[CaseEntry]:
    """Return the entries of a case behind a number, in order."""
    found = select(CaseEntry).where(CaseEntry.case_id == case_id, CaseEntry.n > after)
    return list(session.exec(found.order_by(col(CaseEntry.n))))


def last_entries(session: Session, case_id: int, limit: int) -> list[CaseEntry]:
    """Return the last entries of a case, in order."""
    found = select(CaseEntry).where(CaseEntry.case_id == case_id)
    newest = session.exec(found.order_by(col(CaseEntry.n).desc()).limit(limit)).all()
    return [*reversed(newest)]
