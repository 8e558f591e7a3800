"""Entries of a case: what either side said or sent, and notes among staff, in order."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import update
from sqlmodel import Field, Session, SQLModel, col, select

from models.case import Case
from models.columns import BigId, Utc, one_of
from models.sealing import Keyring, seal, unseal


class Side(StrEnum):
    """Who wrote an entry; a note is staff's among themselves."""

    WORKER = "worker"
    STAFF = "staff"
    NOTE = "note"


class CaseEntry(SQLModel, table=True):
    """One entry; its words are sealed under the case's key.

    `picture_id` is the file that goes with it, a picture or a document.
    """

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


def add_entry(
    session: Session,
    keys: Keyring,
    row: Case,
    side: Side,
    words: str,
    now: datetime,
    staff_id: int | None = None,
    picture_id: int | None = None,
) -> CaseEntry:
    """Write down what one side said or sent, or a note; numbered within the case."""
    session.flush()
    one = update(Case).where(col(Case.id) == row.id)
    numbered = one.values(last_entry=Case.last_entry + 1).returning(
        col(Case.last_entry)
    )
    n: int = session.execute(
        numbered, execution_options={"synchronize_session": False}
    ).scalar_one()
    session.refresh(row, ["last_entry"])
    entry = CaseEntry(
        case_id=row.id,
        n=n,
        side=side,
        staff_id=staff_id,
        at=now,
        body=b"",
        picture_id=picture_id,
    )
    entry.keep(row.open_key(keys), words)
    session.add(entry)
    session.flush()
    return entry


def with_photo(session: Session, picture_id: int) -> Case | None:
    """Return the case a picture belongs to."""
    found = select(Case).join(CaseEntry, col(CaseEntry.case_id) == col(Case.id))
    return session.exec(found.where(CaseEntry.picture_id == picture_id)).first()
