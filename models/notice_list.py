"""What staff see of notices: which wait, are under way or stuck, and how far one is."""

from datetime import datetime, timedelta

from sqlmodel import Session, col, select

from models import notice_total, recipient
from models.message import Fate
from models.notice import Notice
from models.notice import NoticeState as S

PATIENCE = timedelta(minutes=10)
"""How long after its time a notice may take to begin, or to end."""


def awaiting_second(session: Session, unions: set[str]) -> list[Notice]:
    """Return the notices of these unions that wait for a second person."""
    found = select(Notice).where(
        col(Notice.state) == S.WAITING, col(Notice.union_code).in_(unions)
    )
    return list(session.exec(found.order_by(col(Notice.changed_at))))


def under_way(session: Session, unions: set[str]) -> list[Notice]:
    """Return the notices of these unions that are to be sent or are paused."""
    found = select(Notice).where(
        col(Notice.state).in_((S.SCHEDULED, S.SENDING, S.PAUSED)),
        col(Notice.union_code).in_(unions),
    )
    return list(session.exec(found.order_by(col(Notice.send_at))))


def is_stuck(row: Notice, now: datetime) -> bool:
    """Tell whether a notice should have got further by itself."""
    if row.state is S.SCHEDULED:
        return row.send_at is not None and now >= row.send_at + PATIENCE
    ends = row.expires_at
    return row.state is S.SENDING and ends is not None and now >= ends + PATIENCE


def progress(session: Session, row: Notice) -> dict[Fate, int]:
    """Count a notice's copies by what became of them; they add up to `queued`."""
    counts = dict.fromkeys(recipient.FATES, 0)
    for (fate, _), many in notice_total.sums_of(session, row.id).items():
        counts[fate] += many
    return counts
