"""The file of a notice, a picture or a document: sent to everybody it is for, kept as
long as the notice."""

from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlmodel import Field, Session, SQLModel, col, delete

from models import notice
from models.columns import BigId, Utc, new_id
from models.document import Document, Enclosed
from models.notice import Notice, NoticeState
from models.place import Atlas
from models.recipient import Recipient
from models.staff import Staff


class NoticeFile(SQLModel, table=True):
    """What staff chose to go with a notice; a picture has no name nor camera data.

    It is no secret of anybody's, so it is not sealed.
    """

    __tablename__ = "notice_file"

    id: int = Field(primary_key=True, sa_type=BigId)
    notice_id: int = Field(foreign_key="notice.id", sa_type=BigId, index=True)
    mime: str
    name: str = ""
    published: bytes
    at: datetime = Field(sa_type=Utc)


def enclose(
    session: Session,
    atlas: Atlas,
    staff: Staff,
    row: Notice,
    chosen: Enclosed | None,
    now: datetime,
) -> None:
    """Give a notice a file in place of any before, or none; it is a draft then."""
    number = new_id()
    content = replace(row.content, **_named(number, chosen))
    notice.change(session, atlas, staff, row, content, now)
    session.exec(delete(NoticeFile).where(col(NoticeFile.notice_id) == row.id))
    if chosen:
        kept = NoticeFile(
            id=number,
            notice_id=row.id,
            mime=chosen.mime,
            name=chosen.name,
            published=chosen.data,
            at=now,
        )
        session.add(kept)
        session.flush()


def _named(number: int, chosen: Enclosed | None) -> dict[str, Any]:
    """Return how a letter says what goes with it."""
    nothing: dict[str, Any] = {"picture": 0, "document": None}
    if chosen is None:
        return nothing
    if not chosen.name:
        return nothing | {"picture": number}
    return nothing | {"document": Document(number, chosen.name, len(chosen.data))}


def may_see(session: Session, file: NoticeFile, worker_id: int) -> bool:
    """Tell whether somebody got the notice of a file, or tested it."""
    row = session.get_one(Notice, file.notice_id)
    tester = session.get(Staff, row.tester_id) if row.tester_id else None
    if tester is not None and tester.worker_id == worker_id:
        return True
    got = session.get(Recipient, (row.id, worker_id)) is not None
    return got and row.state is not NoticeState.RECALLED
