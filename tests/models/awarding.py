"""Awards in tests: one to vote in, its nominees, members and ballots."""

from __future__ import annotations

from collections import Counter
from datetime import datetime, timedelta
from typing import Any

from sqlmodel import Session, select

from models import ballot, nominee
from models.award import Award, Phase
from models.ballot import Ballot
from models.closing import close_all
from models.columns import new_id
from models.nominee import Nominee
from models.place import read_atlas
from models.review import fill, new_member_no
from models.staff import Staff, appoint
from models.worker import Worker
from tests.models.cast import KEYS, NOW, applicant, facts

DAY = timedelta(days=1)


def an_award(session: Session, **other: Any) -> Award:
    """Make an award of Guangzhou in the midst of its vote."""
    given: dict[str, Any] = {
        "id": new_id(),
        "code": f"gold-{new_id()}",
        "name": "金牌家政工",
        "name_en": "Gold-medal domestic workers",
        "union_code": "4401",
        "seats": 2,
        "choices": 3,
        "vote_share": 40,
        "jury_share": 60,
        "nominating_at": NOW - 10 * DAY,
        "voting_at": NOW - DAY,
        "jury_at": NOW + 10 * DAY,
        "notice_at": NOW + 20 * DAY,
        "over_at": NOW + 30 * DAY,
        "phase": Phase.VOTING,
    }
    award = Award(**given | other)
    award.make_key(KEYS)
    session.add(award)
    session.flush()
    return award


def member(session: Session, number: int, **other: Any) -> Worker:
    """Let somebody be a member of Guangzhou, by the short way."""
    row = applicant(session, number)
    worker = session.get_one(Worker, row.worker_id)
    fill(worker, KEYS, row, facts(number))
    worker.union_code, worker.member_since = "440106", NOW - 10 * DAY
    worker.member_no = new_member_no(session, "440106")
    for name, value in other.items():
        setattr(worker, name, value)
    session.add(worker)
    session.flush()
    return worker


def runs(session: Session, award: Award, worker: Worker, at: datetime = NOW) -> Nominee:
    """Let a member be nominated, agree and be confirmed, whatever the phase."""
    phase, award.phase = award.phase, Phase.NOMINATING
    row = nominee.nominate(session, KEYS, award, worker, "好人", award.nominating_at)
    assert row is not None
    nominee.agree(session, award, row, False, award.nominating_at)
    nominee.confirm(
        session, read_atlas(session), award, juror(session, "officer"), row, at
    )
    award.phase = phase
    session.flush()
    return row


def juror(session: Session, role: str = "jury", union: str = "4401") -> Staff:
    """Appoint somebody nobody has met."""
    return appoint(session, role, union, NOW)


def votes(session: Session, award: Award, worker: Worker, *rows: Nominee) -> None:
    """Let somebody vote for each of these."""
    for row in rows:
        ballot.vote(session, KEYS, award, worker, row, NOW)


def close_vote(session: Session, award: Award) -> None:
    """Let the vote be over, and closed."""
    award.phase = Phase.JURY
    session.add(award)
    session.flush()
    close_all(session, award.jury_at)
    session.refresh(award)


def votes_cast(session: Session, award: Award) -> Counter[int]:
    """Count the ballots that lie open, by the nominees' numbers."""
    cast = select(Ballot).where(Ballot.award_id == award.id)
    return Counter(n for one in session.exec(cast) for n in one.picks)
