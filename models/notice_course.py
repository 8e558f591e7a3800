"""The course of a notice: what happens to it by itself, from its time to its end."""

from datetime import datetime

from sqlmodel import Session, col, select, update

from models import audience, recipient
from models.notice import Notice, move
from models.notice import NoticeState as S
from models.place import Atlas

SLICE = 4000
"""How many recipients are queued at once, so that a reply need not wait for it."""

AT_WORK = (S.SCHEDULED, S.SENDING, S.STOPPED, S.RECALLED)
"""Where there may be something to do by itself."""


def at_work(session: Session, now: datetime) -> list[Notice]:
    """Return the notices with something to do, those that begin first before others."""
    found = select(Notice).where(
        col(Notice.state).in_(AT_WORK),
        col(Notice.send_at) <= now,
        col(Notice.settled).is_(False),
    )
    return list(session.exec(found.order_by(col(Notice.send_at), col(Notice.id))))


def begin(session: Session, notice_id: int, many: int) -> bool:
    """Begin to send a notice whose time has come, to about so many people."""
    slices = many // SLICE + 1
    begun = {"state": S.SENDING, "slices": slices, "sliced": 0}
    return move(session, notice_id, (S.SCHEDULED,), **begun)


def queue_slice(session: Session, atlas: Atlas, row: Notice, now: datetime) -> bool:
    """Make the next part of the recipients; False where there is none to make.

    A part is made in one transaction with the count of parts: none is made twice.
    """
    if row.is_queued:
        return False
    number = row.sliced
    claim = update(Notice).where(
        col(Notice.id) == row.id,
        col(Notice.sliced) == number,
        col(Notice.state) == S.SENDING,
    )
    done = session.exec(claim.values(sliced=number + 1))
    if done.rowcount != 1:
        return False
    part = audience.part(atlas, row.content.audience, number, row.slices, now)
    made = recipient.queue(session, row.id, part, now)
    grown = update(Notice).where(col(Notice.id) == row.id)
    session.exec(grown.values(queued=col(Notice.queued) + made))
    session.refresh(row)
    return True


def end(session: Session, row: Notice, now: datetime) -> bool:
    """Mark what has nothing left to do; a notice that was being sent is done.

    One that staff stopped or recalled since it was read has something to do again.
    """
    if recipient.waits(session, row.id):
        return False
    if row.state is S.SENDING:
        return move(session, row.id, (S.SENDING,), state=S.DONE, changed_at=now)
    return move(session, row.id, (row.state,), settled=True)


def over_reason(row: Notice, now: datetime) -> str:
    """Return why what waits is skipped, if it is; empty while it may be sent."""
    if row.state is S.STOPPED:
        return "called_off"
    if row.state is S.RECALLED:
        return "recalled"
    late = row.expires_at is not None and now >= row.expires_at
    return "too_late" if late else ""
