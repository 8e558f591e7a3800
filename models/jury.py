"""The jury: staff with that role score each nominee from 0 to 100, until the notice."""

from datetime import datetime

from sqlmodel import Field, Session, SQLModel, col, func, select

from models import audit
from models.award import Award, Phase, hold, require_phase
from models.columns import BigId, Utc
from models.nominee import Candidacy, Nominee, NotThere
from models.place import Atlas
from models.staff import JURY, Staff, answers_for

SCORING = (Phase.VOTING, Phase.JURY)
"""The phases in which the jury scores: while members vote, and a while after."""

MOST = 100


class Score(SQLModel, table=True):
    """What one juror gives one nominee; the newest counts."""

    nominee_id: int = Field(primary_key=True, foreign_key="nominee.id", sa_type=BigId)
    staff_id: int = Field(primary_key=True, foreign_key="staff.id", sa_type=BigId)
    points: int
    at: datetime = Field(sa_type=Utc)


def may_score(atlas: Atlas, staff: Staff | None, award: Award, row: Nominee) -> bool:
    """Tell whether somebody is on the jury of an award, and not up for it."""
    return (
        staff is not None
        and staff.role == JURY
        and staff.worker_id != row.worker_id
        and answers_for(atlas, staff, award.union_code)
    )


def give(
    session: Session,
    atlas: Atlas,
    award: Award,
    staff: Staff,
    row: Nominee,
    points: int,
    now: datetime,
) -> None:
    """Score a nominee; raises TooLate, NotThere."""
    if not may_score(atlas, staff, award, row):
        raise NotThere
    hold(session, award, shared=True)
    require_phase(award, now, *SCORING)
    if row.standing is not Candidacy.CONFIRMED or not 0 <= points <= MOST:
        raise NotThere
    score = session.get(Score, (row.id, staff.id), with_for_update=True)
    score = score or Score(nominee_id=row.id, staff_id=staff.id, points=0, at=now)
    score.points, score.at = points, now
    session.add(score)
    audit.record(session, now, staff.id, "nominee.scored", row.id)
    session.flush()


def given_by(session: Session, award_id: int, staff_id: int) -> dict[int, int]:
    """Return what a juror gave so far, by the nominee's id."""
    found = (
        select(Score.nominee_id, Score.points)
        .join(Nominee, col(Nominee.id) == Score.nominee_id)
        .where(Nominee.award_id == award_id, Score.staff_id == staff_id)
    )
    return dict(session.exec(found).all())


def sums(session: Session, award_id: int) -> dict[int, tuple[int, int]]:
    """Return the sum and the count of the scores of each nominee, by id."""
    found = (
        select(Score.nominee_id, func.sum(Score.points), func.count())
        .join(Nominee, col(Nominee.id) == Score.nominee_id)
        .where(Nominee.award_id == award_id)
        .group_by(col(Score.nominee_id))
    )
    return {n: (int(points), count) for n, points, count in session.exec(found)}


def to_judge(session: Session, unions: set[str]) -> list[Award]:
    """Return the awards of these unions that the jury scores now."""
    found = select(Award).where(
        col(Award.phase).in_(SCORING), col(Award.union_code).in_(unions)
    )
    return list(session.exec(found.order_by(col(Award.notice_at), Award.code)))
