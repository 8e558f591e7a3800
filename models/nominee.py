"""Nominees: who may win an award, once they agreed and a social worker confirmed it.

    asked → proposed → confirmed → struck (an objection was right)
    asked, proposed or confirmed → declined;   proposed → refused or lapsed

The story is sealed under the nominee's own key; what voters read goes with the nominee.
"""

from datetime import datetime
from enum import StrEnum
from typing import cast

from sqlalchemy import Index, UniqueConstraint, delete, update
from sqlmodel import Field, Session, SQLModel, col, select

from models import audit, reminder
from models.award import SHOWN, Award, Phase, hold, require_phase
from models.columns import BigId, Utc, new_id, one_of
from models.errors import Failure
from models.identity import mask_name
from models.known import members_with
from models.own_words import OwnWords
from models.place import Atlas
from models.queue import Queue
from models.review import Asked
from models.sealing import Keyring
from models.staff import Staff, serves
from models.worker import Worker

ASKED = "nominee_asked"
"""The kind of reminder that asks somebody nominated by a colleague, by the row's id."""

SETTLED = "nominee_settled"
"""The kind of reminder that tells a nominee what staff decided."""

CHANGEABLE = (Phase.NOMINATING, Phase.VOTING)
"""The phases in which nominees agree, withdraw and are confirmed."""


class Candidacy(StrEnum):
    """Where a nominee stands."""

    ASKED = "asked"
    PROPOSED = "proposed"
    CONFIRMED = "confirmed"
    REFUSED = "refused"
    DECLINED = "declined"
    LAPSED = "lapsed"
    STRUCK = "struck"


NOT_RUNNING = (Candidacy.ASKED, Candidacy.REFUSED, Candidacy.DECLINED)
"""Where somebody does not run, but may put themselves up."""


class NotThere(Failure):
    """The nominee is no longer where this may be done (permanent)."""


class Nominee(OwnWords, table=True):
    """One person in one award; the number is what ballots and lists call them.

    `votes`, `jury_points` and `points` (in hundredths) and `place` are the result;
    `won` says for ever who had a seat when it was over.
    """

    __table_args__ = (
        UniqueConstraint("award_id", "worker_id"),
        UniqueConstraint("award_id", "number"),
        Index("nominee_queue", "standing", "award_id"),
    )

    id: int = Field(primary_key=True, sa_type=BigId)
    award_id: int = Field(foreign_key="award.id", sa_type=BigId)
    worker_id: int = Field(foreign_key="worker.id", sa_type=BigId, index=True)
    standing: Candidacy = Field(sa_type=one_of(Candidacy))
    number: int | None = None
    story: bytes
    photo_id: int | None = Field(default=None, sa_type=BigId, index=True)
    in_full: bool = False
    at: datetime = Field(sa_type=Utc)
    agreed_at: datetime | None = Field(default=None, sa_type=Utc)
    decided_at: datetime | None = Field(default=None, sa_type=Utc)
    staff_id: int | None = Field(default=None, foreign_key="staff.id", sa_type=BigId)
    why: bytes | None = None
    votes: int = 0
    jury_points: int = 0
    points: int = 0
    place: int | None = None
    won: bool = False

    def name(self, keys: Keyring, worker: Worker) -> str:
        """Return the name the nominee allows the public to read."""
        name = worker.unseal(keys, "name") or ""
        return name if self.in_full else mask_name(name)


QUEUE = Queue(
    Nominee,
    since=Nominee.agreed_at,
    union=Award.union_code,
    waits=(
        Nominee.standing == Candidacy.PROPOSED,
        col(Award.phase).in_(CHANGEABLE),
    ),
    joins=(Award.id == Nominee.award_id, col(Nominee.agreed_at).is_not(None)),
    people=(Nominee.worker_id,),
)
"""What waits for a union to be confirmed."""


def nominate(
    session: Session,
    keys: Keyring,
    award: Award,
    worker: Worker,
    story: str,
    now: datetime,
    oneself: bool = False,
) -> Nominee | None:
    """Put somebody up who has yet to agree; None where that was done before.

    Only oneself may try again after a refusal, or after saying no, or with words of
    one's own before one agrees to a colleague's.  Raises TooLate. The caller has made
    sure that the award is for them.
    """
    hold(session, award, shared=True)
    require_phase(award, now, Phase.NOMINATING)
    row = nominee_of(session, award.id, worker.id)
    if row is not None and not (oneself and row.standing in NOT_RUNNING):
        return None
    row = row or Nominee(
        id=new_id(),
        award_id=award.id,
        worker_id=worker.id,
        standing=Candidacy.ASKED,
        story=b"",
        at=now,
    )
    row.standing, row.number, row.why = Candidacy.ASKED, None, None
    row.decided_at = row.staff_id = None
    row.keep(keys, worker, "story", story)
    session.add(row)
    session.flush()
    return row


def ask(session: Session, row: Nominee, now: datetime) -> None:
    """Have a nominee asked, in a chat of their own, whether they agree."""
    reminder.schedule(session, ASKED, str(row.id), now)


def agree(
    session: Session, award: Award, row: Nominee, in_full: bool, now: datetime
) -> None:
    """Let a nominee agree to run under the name they allow; raises TooLate, NotThere.

    Pressing again only changes the name, which a social worker need not look at.
    """
    _hold(session, award, row, now)
    if row.standing is Candidacy.ASKED:
        row.standing, row.agreed_at = Candidacy.PROPOSED, now
    elif row.standing not in (Candidacy.PROPOSED, Candidacy.CONFIRMED):
        raise NotThere
    row.in_full = in_full
    session.add(row)
    session.flush()


def decline(session: Session, award: Award, row: Nominee, now: datetime) -> None:
    """Let a nominee say no, or step down; what was told of them goes."""
    _hold(session, award, row, now)
    row.standing, row.decided_at = Candidacy.DECLINED, now
    row.story, row.photo_id = b"", None
    session.add(row)
    session.flush()


def may_admit(atlas: Atlas, staff: Staff | None, award: Award, row: Nominee) -> bool:
    """Tell whether a staff member answers for an award, and is not up for it."""
    is_own = staff is not None and staff.worker_id == row.worker_id
    return serves(atlas, staff, award.union_code) and not is_own


def confirm(
    session: Session,
    atlas: Atlas,
    award: Award,
    staff: Staff,
    row: Nominee,
    now: datetime,
) -> None:
    """Admit a nominee, with the next number; raises TooLate, or NotThere."""
    _require_theirs(atlas, staff, award, row)
    hold(session, award)
    _require_proposed(session, award, row, now)
    award.last_number += 1
    row.number = award.last_number
    session.add(award)
    _settle(session, staff, row, Candidacy.CONFIRMED, now)


def refuse(
    session: Session,
    keys: Keyring,
    atlas: Atlas,
    award: Award,
    staff: Staff,
    row: Nominee,
    reason: str,
    now: datetime,
) -> None:
    """Refuse a nominee with a reason; raises TooLate, or NotThere."""
    _require_theirs(atlas, staff, award, row)
    _require_proposed(session, award, row, now)
    worker = session.get_one(Worker, row.worker_id)
    row.keep(keys, worker, "why", reason)
    _settle(session, staff, row, Candidacy.REFUSED, now)


def _require_theirs(atlas: Atlas, staff: Staff, award: Award, row: Nominee) -> None:
    if not may_admit(atlas, staff, award, row):
        raise NotThere


def _require_proposed(
    session: Session, award: Award, row: Nominee, now: datetime
) -> None:
    _hold(session, award, row, now)
    if row.standing is not Candidacy.PROPOSED:
        raise NotThere


def _hold(session: Session, award: Award, row: Nominee, now: datetime) -> None:
    """Lock a nominee and read the row as it is now, while it may change."""
    require_phase(award, now, *CHANGEABLE)
    session.flush()
    session.refresh(row, with_for_update={"key_share": True})


def _settle(
    session: Session, staff: Staff, row: Nominee, standing: Candidacy, now: datetime
) -> None:
    row.standing, row.decided_at, row.staff_id = standing, now, staff.id
    session.add(row)
    audit.record(session, now, staff.id, f"nominee.{standing}", row.id)
    reminder.schedule(session, SETTLED, str(row.id), now)
    session.flush()


def lapse(session: Session, award_id: int, now: datetime) -> None:
    """Tell those nobody has confirmed by the end of the vote that it is too late."""
    waiting = select(Nominee).where(
        Nominee.award_id == award_id, Nominee.standing == Candidacy.PROPOSED
    )
    for row in session.exec(waiting).all():
        row.standing, row.decided_at = Candidacy.LAPSED, now
        session.add(row)
        reminder.schedule(session, SETTLED, str(row.id), now)


def nominee_of(session: Session, award_id: int, worker_id: int) -> Nominee | None:
    """Return somebody's row in an award."""
    found = select(Nominee).where(
        Nominee.award_id == award_id, Nominee.worker_id == worker_id
    )
    return session.exec(found).first()


def nominees_of(session: Session, worker_id: int) -> list[Nominee]:
    """Return somebody's rows in all awards, oldest first."""
    found = select(Nominee).where(Nominee.worker_id == worker_id)
    return list(session.exec(found.order_by(col(Nominee.at))))


def drop_nominee(session: Session, row: Nominee) -> None:
    """Delete a row with what hangs on it; ballots go on to name its number."""
    tables = SQLModel.metadata.tables
    scores, objections = tables["score"], tables["objection"]
    session.execute(delete(scores).where(scores.c.nominee_id == row.id))
    theirs = update(objections).where(objections.c.nominee_id == row.id)
    session.execute(theirs.values(nominee_id=None))
    session.delete(row)
    session.flush()


def numbers_of(
    session: Session, award_id: int, by_place: bool = False
) -> list[tuple[int, int]]:
    """Return the ids and numbers of an award's nominees, without their words."""
    order = (Nominee.place, Nominee.number) if by_place else (Nominee.number,)
    found = select(Nominee.id, Nominee.number).where(
        Nominee.award_id == award_id, Nominee.standing == Candidacy.CONFIRMED
    )
    rows = session.exec(found.order_by(*map(col, order)))
    return [(number_id, number or 0) for number_id, number in rows]


def colleague(
    session: Session, keys: Keyring, atlas: Atlas, award: Award, number: str
) -> Worker | None:
    """Return the one member an award is for who has this member number or mobile."""
    members = members_with(session, keys, number)
    found = [w for w in members if award.is_for(atlas, w)]
    return found[0] if len(found) == 1 else None


def is_portrait(session: Session, picture_id: int) -> bool:
    """Tell whether a picture is shown to voters now."""
    shown = (
        select(Nominee.id)
        .join(Award, col(Award.id) == Nominee.award_id)
        .where(
            Nominee.photo_id == picture_id,
            Nominee.standing == Candidacy.CONFIRMED,
            col(Award.phase).in_(SHOWN),
        )
    )
    return session.exec(shown).first() is not None


def with_photo(session: Session, picture_id: int) -> Asked | None:
    """Return whose a nominee's picture is, and which union answers for the award."""
    found = (
        select(Nominee.worker_id, Award.union_code)
        .join(Award, col(Award.id) == Nominee.award_id)
        .where(Nominee.photo_id == picture_id)
    )
    return cast(Asked | None, session.exec(found).first())
