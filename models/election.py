"""An election goes on by the clock: each phase begins once its instant has come.

Nothing is over while an objection waits: the notice then lasts until it is settled.
"""

from datetime import datetime

from sqlmodel import Session, col, select

from models import audit, reminder
from models.award import RUNNING, Award, NotTheirs, Phase, TooLate, hold
from models.ballot import Voter, seal_ballots
from models.objection import is_contested
from models.place import Atlas
from models.result import rank, winners
from models.staff import Staff

RESULT = "award_result"
"""The kind of reminder that tells a voter or winner of a result: "worker.award"."""

AT_ONCE = 100
"""How many voters a sweep has told, so that no reply waits."""

_DUE = {
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
    if award.phase is Phase.VOTING:
        seal_ballots(session, award)
    if award.phase is Phase.JURY:
        rank(session, award)
    order = [*RUNNING, Phase.OVER]
    award.phase = order[order.index(award.phase) + 1]
    if award.phase is Phase.OVER:
        _name_winners(session, award)
    session.add(award)
    audit.record(session, now, None, f"award.{award.phase}", award.id)
    session.flush()


def _name_winners(session: Session, award: Award) -> None:
    """Let who wins hear of it among those who voted."""
    for row in winners(session, award):
        if session.get(Voter, (award.id, row.worker_id)) is None:
            session.add(Voter(award_id=award.id, worker_id=row.worker_id))


def tell_result(session: Session, now: datetime) -> None:
    """Have some of those told who took part in an award that is over."""
    waiting = (
        select(Voter)
        .join(Award, col(Award.id) == Voter.award_id)
        .where(Award.phase == Phase.OVER, ~col(Voter.told))
        .limit(AT_ONCE)
        .with_for_update(of=Voter, skip_locked=True)
    )
    for row in session.exec(waiting):
        row.told = True
        session.add(row)
        subject = f"{row.worker_id}.{row.award_id}"
        reminder.schedule(session, RESULT, subject, now)


def cancel(
    session: Session, atlas: Atlas, staff: Staff, award: Award, now: datetime
) -> None:
    """Cancel an award that is not over; raises TooLate, or NotTheirs.

    Its ballots are not counted, and nobody learns any more whose they were.
    """
    if not staff.active or award.union_code not in atlas.branch(staff.union_code):
        raise NotTheirs
    hold(session, award)
    if award.phase in (Phase.OVER, Phase.CANCELLED):
        raise TooLate
    if award.phase is Phase.VOTING:
        seal_ballots(session, award)
    award.destroy_key()
    award.phase = Phase.CANCELLED
    session.add(award)
    audit.record(session, now, staff.id, "award.cancelled", award.id)
    session.flush()
