"""Quotas: of what is limited each takes one, and what was not used comes back.

Each is one conditional UPDATE of a counter, so that however many come at once none is
given twice and none is lost.
"""

from datetime import UTC, date, datetime, time, timedelta
from typing import Any, Protocol

from sqlalchemy import delete, update
from sqlmodel import Session, col, or_

from models.benefit import (
    OPEN,
    Benefit,
    Hurdle,
    MayNot,
    Person,
    Use,
    Why,
    again,
    next_period,
    period_of,
    why_not,
)
from models.columns import add_once


class Took(Protocol):
    """What somebody took of a benefit; a voucher or a request will do.

    Only what was `counted` among all there are comes back to them: what was taken
    while there was no limit makes no later limit wider.
    """

    @property
    def worker_id(self) -> int: ...

    @property
    def benefit_code(self) -> str: ...

    @property
    def period(self) -> str: ...

    @property
    def counted(self) -> bool: ...


def take(
    session: Session, benefit: Benefit, person: Person, worker_id: int
) -> tuple[str, bool]:
    """Take one for a person out of all that is limited.

    Return the period it counts in, and whether it is counted among all there are.
    Raises MayNot, and then has taken nothing.
    """
    hurdle = why_not(benefit, person)
    if hurdle is not None:
        raise MayNot(hurdle)
    period = period_of(benefit.per, person.today)
    counted = benefit.quota is not None
    if not _take_of_all(session, benefit):
        raise MayNot(Hurdle(Why.NONE_LEFT))
    one_open = Use(worker_id=worker_id, benefit_code=benefit.code, period=OPEN)
    if not _take_share(session, one_open, 1):
        _return_to_all(session, benefit.code, counted)
        raise MayNot(Hurdle(Why.HAS_ONE))
    share = Use(worker_id=worker_id, benefit_code=benefit.code, period=period)
    share.until = _over(next_period(benefit.per, person.today))
    if not _take_share(session, share, benefit.share):
        _return_to_all(session, benefit.code, counted)
        close_one(session, worker_id, benefit.code)
        raise MayNot(Hurdle(Why.USED_UP, again(benefit, person.today)))
    return period, counted


def give_back(session: Session, took: Took) -> None:
    """Return what was not used: to all, and to the person's share of its period."""
    _return_to_all(session, took.benefit_code, took.counted)
    _return_share(session, took.worker_id, took.benefit_code, took.period)
    close_one(session, took.worker_id, took.benefit_code)


def close_one(session: Session, worker_id: int, benefit_code: str) -> None:
    """Note that what somebody had open of a benefit is settled."""
    _return_share(session, worker_id, benefit_code, OPEN)


def _take_of_all(session: Session, benefit: Benefit) -> bool:
    """Take one of a limited number; what has no limit is not counted.

    All who want one would else wait for each other at one row.
    """
    left = or_(col(Benefit.quota).is_(None), col(Benefit.taken) < col(Benefit.quota))
    one = update(Benefit).where(col(Benefit.code) == benefit.code, left)
    if benefit.quota is None:
        return True
    return _changed(session, one.values(taken=Benefit.taken + 1))


def _return_to_all(session: Session, code: str, counted: bool) -> None:
    if counted:
        one = update(Benefit).where(col(Benefit.code) == code, col(Benefit.taken) > 0)
        _changed(session, one.values(taken=Benefit.taken - 1))


def _over(start: date | None) -> datetime | None:
    """Return when a period is past wherever somebody is, by the day after it begins."""
    if start is None:
        return None
    return datetime.combine(start + timedelta(days=1), time(), UTC)


def _take_share(session: Session, use: Use, share: int | None) -> bool:
    """Take one of a person's share; the row is made by the first."""
    row = _use(use.worker_id, use.benefit_code, use.period)
    if share is not None:
        row = row.where(col(Use.used) < share)
    more = row.values(used=Use.used + 1)
    if _changed(session, more):
        return True
    use.used = 1
    if share != 0 and add_once(session, use):
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
    gone = (
        delete(Use)
        .where(col(Use.worker_id) == stray_id)
        .returning(
            *(col(c) for c in (Use.benefit_code, Use.period, Use.used, Use.until))
        )
    )
    for code, period, used, until in session.execute(gone).all():
        more = _use(member_id, code, period).values(used=Use.used + used)
        if not _changed(session, more):
            first = {"benefit_code": code, "period": period, "until": until}
            add_once(session, Use(worker_id=member_id, **first))
            _changed(session, more)
