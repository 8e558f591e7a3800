"""Quotas: of what is limited each takes one, and what was not used comes back.

Each is one conditional UPDATE of a counter, so that however many come at once none is
given twice and none is lost.
"""

from typing import Any

from sqlalchemy import update
from sqlmodel import Session, col, or_, select

from models.benefit import (
    OPEN,
    Benefit,
    Hurdle,
    MayNot,
    Person,
    Use,
    Why,
    again,
    period_of,
    why_not,
)
from models.columns import add_once


def take(session: Session, benefit: Benefit, person: Person, worker_id: int) -> str:
    """Take one for a person out of all that is limited; return the period it counts in.

    Raises MayNot, and then has taken nothing.
    """
    hurdle = why_not(benefit, person)
    if hurdle is not None:
        raise MayNot(hurdle)
    period = period_of(benefit.per, person.today)
    if not _take_of_all(session, benefit):
        raise MayNot(Hurdle(Why.NONE_LEFT))
    if not _take_share(session, worker_id, benefit.code, OPEN, 1):
        _return_to_all(session, benefit.code)
        raise MayNot(Hurdle(Why.HAS_ONE))
    if not _take_share(session, worker_id, benefit.code, period, benefit.share):
        _return_to_all(session, benefit.code)
        close_one(session, worker_id, benefit.code)
        raise MayNot(Hurdle(Why.USED_UP, again(benefit, person.today)))
    return period


def give_back(session: Session, worker_id: int, benefit_code: str, period: str) -> None:
    """Return what was not used: to all, and to the person's share of its period."""
    _return_to_all(session, benefit_code)
    _return_share(session, worker_id, benefit_code, period)
    close_one(session, worker_id, benefit_code)


def close_one(session: Session, worker_id: int, benefit_code: str) -> None:
    """Note that what somebody had open of a benefit is settled."""
    _return_share(session, worker_id, benefit_code, OPEN)


def _take_of_all(session: Session, benefit: Benefit) -> bool:
    """Take one of a limited number; what has no limit is not counted here.

    All who want one would else wait for each other at one row.
    """
    left = or_(col(Benefit.quota).is_(None), col(Benefit.taken) < col(Benefit.quota))
    one = update(Benefit).where(col(Benefit.code) == benefit.code, left)
    if benefit.quota is None:
        return True
    return _changed(session, one.values(taken=Benefit.taken + 1))


def _return_to_all(session: Session, code: str) -> None:
    limited = (col(Benefit.quota).is_not(None), col(Benefit.taken) > 0)
    one = update(Benefit).where(col(Benefit.code) == code, *limited)
    _changed(session, one.values(taken=Benefit.taken - 1))


def _take_share(
    session: Session, worker_id: int, code: str, period: str, share: int | None
) -> bool:
    """Take one of a person's share; the row is made by the first."""
    row = _use(worker_id, code, period)
    if share is not None:
        row = row.where(col(Use.used) < share)
    more = row.values(used=Use.used + 1)
    if _changed(session, more):
        return True
    first = Use(worker_id=worker_id, benefit_code=code, period=period, used=1)
    if share != 0 and add_once(session, first):
        return True
    return _changed(session, more)


def _return_share(session: Session, worker_id: int, code: str, period: str) -> None:
    row = _use(worker_id, code, period).where(col(Use.used) > 0)
    _changed(session, row.values(used=Use.used - 1))


def _use(worker_id: int, code: str, period: str) -> Any:
    return update(Use).where(
        col(Use.worker_id) == worker_id,
        col(Use.benefit_code) == code,
        col(Use.period) == period,
    )


def _changed(session: Session, change: Any) -> bool:
    done: Any = session.execute(change)
    return bool(done.rowcount == 1)


def add_uses(session: Session, stray_id: int, member_id: int) -> None:
    """Count as the member's own what somebody used who turned out to be that one."""
    for use in session.exec(select(Use).where(Use.worker_id == stray_id)).all():
        theirs = session.get(Use, (member_id, use.benefit_code, use.period))
        if theirs is None:
            theirs = Use(**use.model_dump() | {"worker_id": member_id, "used": 0})
        theirs.used += use.used
        session.add(theirs)
        session.delete(use)
    session.flush()
