"""Importing members: a file is sent, looked through, confirmed, and written bit by bit.

    sent → checked → confirmed → done;  sent → refused

The file, and the rows read from it, are sealed pieces that only who sent it sees.  A
piece of good rows goes in the transaction that makes members of them, so what is left
is told from the rows alone; all of it goes after a day.
"""

import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import delete, update
from sqlmodel import Field, Session, SQLModel, col, select

from models import audit
from models.columns import BigId, Utc, new_id, one_of
from models.import_rows import Person
from models.sealing import Keyring, seal, unseal
from models.staff import Staff
from models.worker import Worker

KEPT = timedelta(days=1)
"""How long a file, and what was read from it, is kept."""

AT_ONCE = 3
"""How many people one piece has, and one transaction makes members."""

PIECES = 50
"""How many pieces one transaction writes, or drops."""


class Course(StrEnum):
    """How far an import is."""

    SENT = "sent"
    CHECKED = "checked"
    REFUSED = "refused"
    CONFIRMED = "confirmed"
    DONE = "done"


class Consented(StrEnum):
    """How the people of a list agreed, as who sends it states."""

    PAPER = "paper"
    ONLINE = "online"
    MEETING = "meeting"


class Part(StrEnum):
    """What a piece holds."""

    FILE = "file"
    GOOD = "good"
    BAD = "bad"


class MemberImport(SQLModel, table=True):
    """A list of members somebody sent; `staff_id` alone sees it."""

    __tablename__ = "member_import"

    id: int = Field(primary_key=True, sa_type=BigId)
    worker_id: int = Field(foreign_key="worker.id", sa_type=BigId, index=True)
    staff_id: int = Field(foreign_key="staff.id", sa_type=BigId, index=True)
    union_code: str = Field(foreign_key="union.code")
    consent: Consented = Field(sa_type=one_of(Consented))
    course: Course = Field(default=Course.SENT, sa_type=one_of(Course), index=True)
    why: str = ""
    good: int = 0
    bad: int = 0
    written: int = 0
    at: datetime = Field(sa_type=Utc, index=True)


class ImportPiece(SQLModel, table=True):
    """Some of an import, sealed with the key of who sent it."""

    __tablename__ = "import_piece"

    import_id: int = Field(
        primary_key=True, foreign_key="member_import.id", sa_type=BigId
    )
    part: Part = Field(primary_key=True, sa_type=one_of(Part))
    n: int = Field(primary_key=True)
    data: bytes

    @property
    def _place(self) -> str:
        return f"import_piece.data|{self.import_id}|{self.part}|{self.n}"

    def keep(self, key: bytes, data: bytes) -> None:
        """Seal what the piece holds."""
        self.data = seal(key, self._place, data)

    def load(self, key: bytes) -> bytes:
        """Open what the piece holds."""
        return unseal(key, self._place, self.data)


def send(
    session: Session,
    keys: Keyring,
    staff: Staff,
    sender: Worker,
    union_code: str,
    consent: Consented,
    data: bytes,
    now: datetime,
) -> MemberImport:
    """Take a file in, to be looked through; nothing else happens yet."""
    row = MemberImport(
        id=new_id(),
        worker_id=sender.id,
        staff_id=staff.id,
        union_code=union_code,
        consent=consent,
        at=now,
    )
    session.add(row)
    session.flush()
    put_pieces(session, row, sender.open_key(keys), Part.FILE, 0, [data])
    audit.record(session, now, staff.id, "import.sent", row.id)
    return row


def put_pieces(
    session: Session,
    row: MemberImport,
    key: bytes,
    part: Part,
    first: int,
    given: Sequence[bytes],
) -> None:
    """Write pieces down, numbered from `first`."""
    for n, data in enumerate(given, first):
        piece = ImportPiece(import_id=row.id, part=part, n=n, data=b"")
        piece.keep(key, data)
        session.add(piece)
    session.flush()


def pieces(session: Session, row: MemberImport, part: Part) -> Iterable[ImportPiece]:
    """Yield the pieces of a part, in order."""
    found = select(ImportPiece).where(
        ImportPiece.import_id == row.id, ImportPiece.part == part
    )
    return session.exec(found.order_by(col(ImportPiece.n)))


def file_of(session: Session, keys: Keyring, row: MemberImport) -> bytes:
    """Return the file as it was sent."""
    key = session.get_one(Worker, row.worker_id).open_key(keys)
    return b"".join(piece.load(key) for piece in pieces(session, row, Part.FILE))


def rows_in(
    session: Session, keys: Keyring, row: MemberImport, part: Part
) -> list[Any]:
    """Return the rows of a part."""
    key = session.get_one(Worker, row.worker_id).open_key(keys)
    found = (json.loads(piece.load(key)) for piece in pieces(session, row, part))
    return [one for some in found for one in some]


def packed(rows: Sequence[Any], size: int = AT_ONCE) -> list[bytes]:
    """Return rows as pieces."""
    return [
        json.dumps(rows[start : start + size], ensure_ascii=False).encode()
        for start in range(0, len(rows), size)
    ]


def packed_people(people: Sequence[Person]) -> list[bytes]:
    """Return people as pieces, each as large as one transaction can take."""
    return packed([asdict(one) for one in people])


def drop_pieces(
    session: Session, row: MemberImport, parts: Sequence[Part] = tuple(Part)
) -> bool:
    """Drop some pieces; False where none was left."""
    some = select(ImportPiece.part, ImportPiece.n).where(
        ImportPiece.import_id == row.id, col(ImportPiece.part).in_(parts)
    )
    found = session.exec(some.limit(PIECES)).all()
    for part, n in found:
        session.execute(
            delete(ImportPiece).where(
                col(ImportPiece.import_id) == row.id,
                col(ImportPiece.part) == part,
                col(ImportPiece.n) == n,
            )
        )
    return bool(found)


def check_done(session: Session, row: MemberImport, good: int, bad: int) -> None:
    """Write down that a file was looked through; the file itself goes."""
    _move(session, row, Course.SENT, Course.CHECKED, good=good, bad=bad)


def refuse(session: Session, row: MemberImport, why: str) -> None:
    """Write down that a file cannot be read, and why."""
    _move(session, row, Course.SENT, Course.REFUSED, why=why)


def confirm(session: Session, staff: Staff, row: MemberImport, now: datetime) -> bool:
    """Have the good rows written; False where that is not what comes next."""
    if not row.good or not _move(session, row, Course.CHECKED, Course.CONFIRMED):
        return False
    audit.record(session, now, staff.id, "import.confirmed", row.id, f"good={row.good}")
    return True


def finish(session: Session, row: MemberImport, now: datetime) -> None:
    """Write down that all good rows are written."""
    if _move(session, row, Course.CONFIRMED, Course.DONE):
        done = session.get_one(MemberImport, row.id, populate_existing=True)
        detail = f"written={done.written} bad={done.bad}"
        audit.record(session, now, None, "import.done", row.id, detail)


def _move(
    session: Session, row: MemberImport, before: Course, after: Course, **values: Any
) -> bool:
    """Move an import on, if it is where this comes next."""
    there = update(MemberImport).where(
        col(MemberImport.id) == row.id, col(MemberImport.course) == before
    )
    moved = session.connection().execute(there.values(course=after, **values))
    session.expire_all()
    return bool(moved.rowcount)


def to_do(session: Session) -> list[MemberImport]:
    """Return the imports in which there is something to do, the oldest first."""
    work = (Course.SENT, Course.CONFIRMED)
    found = select(MemberImport).where(col(MemberImport.course).in_(work))
    return list(session.exec(found.order_by(col(MemberImport.at))))


def past(session: Session, now: datetime) -> list[MemberImport]:
    """Return the imports kept long enough; one being written is finished first."""
    found = select(MemberImport).where(
        MemberImport.at < now - KEPT, MemberImport.course != Course.CONFIRMED
    )
    return list(session.exec(found))


def forget_some(session: Session, row: MemberImport) -> bool:
    """Drop some of an import; False once all of it is gone."""
    if drop_pieces(session, row):
        return True
    session.execute(delete(MemberImport).where(col(MemberImport.id) == row.id))
    return False


def drop(session: Session, staff: Staff, row: MemberImport, now: datetime) -> None:
    """Drop an import at the wish of who sent it: it goes with the next sweep."""
    unwritten = (Course.CHECKED, Course.REFUSED, Course.DONE)
    session.refresh(row)
    if row.course in unwritten:
        row.at = now - KEPT - timedelta(seconds=1)
        session.add(row)
        audit.record(session, now, staff.id, "import.dropped", row.id)


def of_staff(session: Session, staff: Staff) -> list[MemberImport]:
    """Return what a member of staff sent, the newest first."""
    found = select(MemberImport).where(MemberImport.staff_id == staff.id)
    return list(session.exec(found.order_by(col(MemberImport.at).desc())))
