"""The picture of a notice: sent to everybody it is for, kept as long as the notice."""

from dataclasses import replace
from datetime import datetime

from sqlmodel import Field, Session, SQLModel, col, delete

from models import notice
from models.columns import BigId, Utc, new_id
from models.notice import Notice, NoticeState
from models.place import Atlas
from models.recipient import Recipient
from models.staff import Staff


class NoticePicture(SQLModel, table=True):
    """What staff chose to show with a notice; it holds no camera data.

    It is no secret of anybody's, so it is not sealed.
    """

    __tablename__ = "notice_picture"

    id: int = Field(primary_key=True, sa_type=BigId)
    notice_id: int = Field(foreign_key="notice.id", sa_type=BigId, index=True)
    mime: str
    published: bytes
    at: datetime = Field(sa_type=Utc)


def illustrate(
    session: Session,
    atlas: Atlas,
    staff: Staff,
    row: Notice,
    picture: tuple[str, bytes] | None,
    now: datetime,
) -> None:
    """Give a notice a picture in place of any before, or none; it is a draft then."""
    number = new_id() if picture else 0
    content = replace(row.content, picture=number)
    notice.change(session, atlas, staff, row, content, now)
    before = delete(NoticePicture).where(col(NoticePicture.notice_id) == row.id)
    session.exec(before)
    if picture:
        mime, data = picture
        shown = NoticePicture(
            id=number, notice_id=row.id, mime=mime, published=data, at=now
        )
        session.add(shown)
        session.flush()


def may_see(session: Session, picture: NoticePicture, worker_id: int) -> bool:
    """Tell whether somebody got the notice of a picture, or tested it."""
    row = session.get_one(Notice, picture.notice_id)
    tester = session.get(Staff, row.tester_id) if row.tester_id else None
    if tester is not None and tester.worker_id == worker_id:
        return True
    got = session.get(Recipient, (row.id, worker_id)) is not None
    return got and row.state is not NoticeState.RECALLED
