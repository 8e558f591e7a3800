"""Answers: what people chose where a notice asks them something; one each, changeable.

A choice that leads somewhere, such as to an event, is no answer and leaves no row.
"""

from datetime import datetime

from sqlmodel import Field, Session, SQLModel, col, delete, func, select

from models.columns import BigId, Utc, add_once
from models.notice import BEGUN, Notice


class NoticeAnswer(SQLModel, table=True):
    """Which of a notice's options somebody chose, counted from 0."""

    __tablename__ = "notice_answer"

    notice_id: int = Field(primary_key=True, foreign_key="notice.id", sa_type=BigId)
    worker_id: int = Field(
        primary_key=True, foreign_key="worker.id", sa_type=BigId, index=True
    )
    choice: int
    at: datetime = Field(sa_type=Utc)


def answer(
    session: Session, row: Notice, worker_id: int, choice: int, now: datetime
) -> bool:
    """Keep somebody's answer in place of any before; False where it is too late."""
    options = row.content.options
    in_time = row.expires_at is not None and now < row.expires_at
    if row.state not in BEGUN or not in_time or not 0 <= choice < len(options):
        return False
    given = NoticeAnswer(notice_id=row.id, worker_id=worker_id, choice=choice, at=now)
    if not add_once(session, given):
        own = session.get_one(NoticeAnswer, (row.id, worker_id))
        own.choice, own.at = choice, now
        session.add(own)
    session.flush()
    return True


def answer_of(session: Session, notice_id: int, worker_id: int) -> int | None:
    """Return what somebody chose, if they did."""
    found = session.get(NoticeAnswer, (notice_id, worker_id))
    return found.choice if found else None


def answers_to(session: Session, notice_id: int) -> dict[int, int]:
    """Count the answers to a notice, by option."""
    found = (
        select(NoticeAnswer.choice, func.count())
        .where(NoticeAnswer.notice_id == notice_id)
        .group_by(col(NoticeAnswer.choice))
    )
    return dict(session.exec(found).all())


def move(session: Session, stray_id: int, member_id: int) -> None:
    """Drop a stray's answers to what the member answered themselves."""
    own = select(NoticeAnswer.notice_id).where(NoticeAnswer.worker_id == member_id)
    twice = delete(NoticeAnswer).where(
        col(NoticeAnswer.worker_id) == stray_id, col(NoticeAnswer.notice_id).in_(own)
    )
    session.exec(twice)
