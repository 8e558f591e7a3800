"""An election goes on by the clock: each phase begins once its instant has come.

Nothing is over while an objection waits: the notice then lasts until it is settled.
"""

from datetime import datetime

from sqlalchemy import delete
from sqlmodel import Session, col, select

from models import audit, reminder
from models.award import SHOWN, Award, Phase, TooLate, hold
from models.ballot import Voter
from models.nominee import lapse
from models.objection import is_contested
from models.place import Atlas
from models.result import name_winners, rank
from models.staff import Staff, must_serve

RESULT = "award_result"
"""The kind of reminder that tells a voter of a result: "worker.award"."""

WON = "award_won"
"""The kind of reminder that tells who has won, by the nominee's id."""

AT_ONCE = 50
"""How many voters a sweep has told, so that no reply waits."""

_DUE = {
    Phase.PLANNED: Award.nominating_at,
    Phase.NOMINATING: Award.voting_at,
    Phase.VOTING: Award.jury_at,
    Phase.JURY: Award.notice_at,
    Phase.NOTICE: Award.over_at,
}


def advance(session: Session, now: datetime) -> None:
    """Begin the phases whose instant has come, one for each award."""
    for phase, ends in _DUE.items():
        due = select(Award).where(Award.phase == phase, col(ends) <= now)
        for award in session.exec(due.order_by(col(Award.id))).all():
            hold(session, award)
            if award.phase is phase:  # another process may have been quicker
                _go_on(session, award, now)


def _go_on(session: Session, award: Award, now: datetime) -> None:
    if award.phase is Phase.NOTICE and is_contested(session, award.id):
        return
    if award.phase is Phase.JURY and not award.is_counted:
        return
    if award.phase is Phase.VOTING:
        lapse(session, award.id, now)
    if award.phase is Phase.JURY:
        rank(session, award)
    award.phase = SHOWN[SHOWN.index(award.phase) + 1]
    if award.phase is Phase.OVER:
        _tell_winners(session, award, now)
    session.add(award)
    audit.record(session, now, None, f"award.{award.phase}", award.id)
    session.flush()


def _tell_winners(session: Session, award: Award, now: datetime) -> None:
    """Have the winners told of that, and not of the result besides."""
    for row in name_winners(session, award):
        reminder.schedule(session, WON, str(row.id), now)
        voter = session.get(Voter, (award.id, row.worker_id))
        if voter is not None:
            session.delete(voter)


def tell_result(session: Session, now: datetime) -> None:
    """Have some voters of an award told that it is over; they are voters no more.

    Of an award that was cancelled nobody is told, but neither is it known who voted.
    """
    any_left = select(Voter.worker_id).where(Voter.award_id == Award.id).exists()
    ended = col(Award.phase).in_((Phase.OVER, Phase.CANCELLED))
    award = session.exec(
        select(Award).where(ended, col(Award.key).is_(None), any_left).limit(1)
    ).first()
    if award is None:
        return
    mine = col(Voter.award_id) == award.id
    some = select(Voter.worker_id).where(mine).limit(AT_ONCE)
    first = delete(Voter).where(mine, col(Voter.worker_id).in_(some))
    taken = first.returning(col(Voter.worker_id))
    taken = taken.execution_options(synchronize_session=False)
    voters = session.execute(taken).scalars().all()
    if award.phase is Phase.OVER:
        subjects = [f"{worker}.{award.id}" for worker in voters]
        reminder.schedule_all(session, RESULT, now, subjects)


def cancel(
    session: Session, atlas: Atlas, staff: Staff, award: Award, now: datetime
) -> None:
    """Cancel an award that is not over; raises TooLate, or NotTheirs.

    Its vote is then closed like another, so that nobody learns whose ballots are whose.
    """
    must_serve(atlas, staff, award.union_code)
    hold(session, award)
    if award.phase in (Phase.OVER, Phase.CANCELLED):
        raise TooLate
    award.phase = Phase.CANCELLED
    session.add(award)
    audit.record(session, now, staff.id, "award.cancelled", award.id)
    session.flush()
