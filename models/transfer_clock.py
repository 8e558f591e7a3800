"""The clock of transfers: what is late goes on, what cannot be undone any more ends."""

from datetime import date, datetime
from typing import Any

from sqlmodel import Session, and_, col, or_, select

from models import audit, reminder
from models.transfer import (
    TIMED,
    WAITING_SQL,
    Moving,
    Transfer,
    TransferStep,
    record_step,
)


def late(session: Session, today: date, long_ago: date) -> list[Transfer]:
    """Return, locked, some of what waits for its last day or longer, not chased yet.

    A release that did not come in time is among it; a second reminder is for what was
    due before `long_ago` and had the first.
    """
    chased, due = col(Transfer.chased), col(Transfer.due)
    requested = Transfer.standing == Moving.REQUESTED
    found = select(Transfer).where(
        WAITING_SQL,
        or_(
            and_(requested, or_(due < today, and_(due == today, chased == 0))),
            and_(chased == 0, due < today),
            and_(chased == 1, due < long_ago),
        ),
    )
    return _for_the_clock(session, found.order_by(due))


def time_out(session: Session, row: Transfer, now: datetime, due: date) -> None:
    """Go on without a release that did not come in time; the member is told."""
    row.union_code, row.due, row.chased = row.to_union, due, 0
    step = record_step(session, row, Moving.TIMED_OUT, now)
    audit.record(session, now, None, "transfer.timed_out", row.id)
    reminder.schedule(session, TIMED, str(step.id), now)


def close_received(session: Session, before: datetime, now: datetime) -> None:
    """Close what was received before a moment: it can be undone no more."""
    found = (
        select(Transfer)
        .join(TransferStep, col(TransferStep.transfer_id) == Transfer.id)
        .where(
            Transfer.standing == Moving.RECEIVED,
            TransferStep.standing == Moving.RECEIVED,
            TransferStep.at <= before,
            ~col(TransferStep.undone),
        )
    )
    for row in _for_the_clock(session, found):
        record_step(session, row, Moving.DONE, now)


def _for_the_clock(session: Session, found: Any) -> list[Transfer]:
    """Return, locked, some of what was found; not what somebody decides just now."""
    free = found.with_for_update(key_share=True, skip_locked=True, of=Transfer)
    return list(session.exec(free.limit(20)))
