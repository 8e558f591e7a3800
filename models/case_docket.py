"""The docket: which cases there are to see to, in which order, and whose they are."""

from datetime import date

from sqlalchemy import case as one_of_these
from sqlmodel import Session, and_, col, func, or_, select

from models.case import OPEN, WAITING_SQL, Case
from models.queue import Queue

PRESSING = one_of_these(
    (col(Case.urgent), date.min), else_=func.coalesce(Case.safe_day, date.max)
).label("pressing")
"""The day by which a case presses, for a database to sort by: see `Case.pressing`."""


def _queue(urgent: bool) -> Queue:
    return Queue(
        Case,
        since=Case.opened_at,
        union=Case.union_code,
        waits=(col(Case.course).in_(OPEN), col(Case.urgent) == urgent),
        people=(Case.worker_id,),
        holder=Case.staff_id,
        urgent=urgent,
    )


QUEUE, URGENT_QUEUE = _queue(urgent=False), _queue(urgent=True)
"""What a union has to see to; what somebody has taken, they alone."""


def open_cases(session: Session, worker_id: int) -> int:
    """Count the cases a person has open."""
    found = select(func.count()).where(
        Case.worker_id == worker_id, col(Case.course).in_(OPEN)
    )
    return session.exec(found).one()


def urgent_case(session: Session, worker_id: int) -> Case | None:
    """Return the open urgent case of a person, to which what follows is added."""
    found = select(Case).where(
        Case.worker_id == worker_id, col(Case.course).in_(OPEN), col(Case.urgent)
    )
    return session.exec(found.order_by(col(Case.opened_at))).first()


def cases_of(session: Session, worker_id: int, start: int, limit: int) -> list[Case]:
    """Return some of a person's cases, the newest first."""
    found = select(Case).where(Case.worker_id == worker_id)
    order = (col(Case.opened_at).desc(), col(Case.id))
    return list(session.exec(found.order_by(*order).offset(start).limit(limit)))


def late(session: Session, today: date, long_ago: date) -> list[Case]:
    """Return some of what waits past its day and nobody was reminded of, oldest first.

    A second reminder is for what was due before `long_ago` and had the first.
    """
    found = select(Case).where(
        WAITING_SQL,
        or_(
            and_(col(Case.chased) == 0, Case.due < today),
            and_(col(Case.chased) == 1, Case.due < long_ago),
        ),
    )
    return list(session.exec(found.order_by(col(Case.due)).limit(20)))
