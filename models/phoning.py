"""Phoning: whom no channel reaches is called, and it is written down, once."""

from datetime import datetime

from sqlalchemy import ColumnElement
from sqlmodel import Session, col, update

from models import audit
from models.message import Fate
from models.place import Atlas
from models.recipient import UNREACHABLE, Recipient
from models.staff import Staff, must_answer_for
from models.worker import Worker


def to_phone(notice_id: int) -> tuple[ColumnElement[bool], ...]:
    """Return the condition that a copy of a notice is told by phone alone."""
    return (
        col(Recipient.notice_id) == notice_id,
        col(Recipient.fate) == Fate.SKIPPED,
        col(Recipient.reason).in_(UNREACHABLE),
    )


def mark_called(
    session: Session,
    atlas: Atlas,
    staff: Staff,
    notice_id: int,
    worker: Worker,
    now: datetime,
) -> bool:
    """Write down that somebody was called; False where a colleague was quicker.

    Raises NotTheirs for a member of others.
    """
    must_answer_for(atlas, staff, worker.union_code)
    mark = update(Recipient).where(
        *to_phone(notice_id),
        col(Recipient.worker_id) == worker.id,
        col(Recipient.called_at).is_(None),
    )
    if not session.exec(mark.values(called_at=now, called_by=staff.id)).rowcount:
        return False
    audit.record(session, now, staff.id, "member.called", worker.id)
    return True
