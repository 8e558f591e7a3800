"""Objections: what somebody says against a winner while the result is on notice.

An officer settles each.  Where one is right the nominee is struck off, and the result
is counted anew without them.
"""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import Index, text
from sqlmodel import Field, Session, col, func, select

from models import audit, reminder
from models.application import new_number
from models.award import Award, Phase, hold, require_phase
from models.columns import BigId, Utc, add_once, new_id, one_of
from models.errors import Failure
from models.nominee import SETTLED as DECIDED
from models.nominee import Candidacy, Nominee, NotThere
from models.own_words import OwnWords
from models.place import Atlas
from models.queue import Queue
from models.result import rank
from models.sealing import Keyring
from models.staff import OFFICER, Staff, answers_for
from models.worker import Worker

SETTLED = "objection"
"""The kind of reminder that tells who objected what came of it, by the row's id."""


class Heard(StrEnum):
    """What may become of an objection."""

    WAITING = "waiting"
    UPHELD = "upheld"
    DISMISSED = "dismissed"


_WAITING_SQL = text("standing = 'waiting'")


class WaitsAlready(Failure):
    """An objection of this person to this nominee has yet to be settled (permanent)."""


class Objection(OwnWords, table=True):
    """One objection; the words are sealed under the key of who objects."""

    __table_args__ = (
        Index("objection_queue", "standing", "award_id"),
        Index(
            "one_objection_at_a_time",
            *("worker_id", "nominee_id"),
            unique=True,
            sqlite_where=_WAITING_SQL,
            postgresql_where=_WAITING_SQL,
        ),
    )

    id: int = Field(primary_key=True, sa_type=BigId)
    number: str = Field(unique=True)
    award_id: int = Field(foreign_key="award.id", sa_type=BigId)
    worker_id: int = Field(foreign_key="worker.id", sa_type=BigId, index=True)
    nominee_id: int | None = Field(
        default=None, foreign_key="nominee.id", sa_type=BigId, index=True
    )
    text: bytes
    why: bytes | None = None
    standing: Heard = Field(default=Heard.WAITING, sa_type=one_of(Heard))
    at: datetime = Field(sa_type=Utc)
    settled_at: datetime | None = Field(default=None, sa_type=Utc)
    staff_id: int | None = Field(default=None, foreign_key="staff.id", sa_type=BigId)


_AGAINST = select(Nominee.worker_id).where(Nominee.id == Objection.nominee_id)
"""Whom an objection is against; nobody, where they are gone."""

QUEUE = Queue(
    Objection,
    since=Objection.at,
    union=Award.union_code,
    waits=(Objection.standing == Heard.WAITING, Award.phase == Phase.NOTICE),
    joins=(Award.id == Objection.award_id,),
    people=(
        Objection.worker_id,
        func.coalesce(_AGAINST.correlate(Objection).scalar_subquery(), 0),
    ),
    role=OFFICER,
)
"""What waits for a union to be heard."""


def object_to(
    session: Session,
    keys: Keyring,
    award: Award,
    nominee: Nominee,
    worker: Worker,
    words: str,
    now: datetime,
) -> Objection:
    """File an objection against a winner; raises TooLate, NotThere or WaitsAlready."""
    hold(session, award, shared=True)
    require_phase(award, now, Phase.NOTICE)
    if nominee.award_id != award.id or nominee.standing is not Candidacy.CONFIRMED:
        raise NotThere
    row = Objection(
        id=new_id(),
        number=new_number(),
        award_id=award.id,
        worker_id=worker.id,
        nominee_id=nominee.id,
        text=b"",
        at=now,
    )
    row.keep(keys, worker, "text", words)
    if not add_once(session, row):
        raise WaitsAlready
    return row


def may_settle(
    session: Session, atlas: Atlas, staff: Staff, award: Award, row: Objection
) -> bool:
    """Tell whether an officer answers for an award, and neither made nor met this."""
    against = session.get(Nominee, row.nominee_id) if row.nominee_id else None
    return (
        staff.role == OFFICER
        and staff.worker_id != row.worker_id
        and (against is None or staff.worker_id != against.worker_id)
        and answers_for(atlas, staff, award.union_code)
    )


def settle(
    session: Session,
    keys: Keyring,
    atlas: Atlas,
    award: Award,
    staff: Staff,
    row: Objection,
    upheld: bool,
    answer: str,
    now: datetime,
) -> None:
    """Settle an objection with an answer; raises NotThere where that was done.

    So it does where it is not this staff member's to settle.
    """
    if not may_settle(session, atlas, staff, award, row):
        raise NotThere
    hold(session, award)
    session.refresh(row, with_for_update={"key_share": True})
    if row.standing is not Heard.WAITING or award.phase is not Phase.NOTICE:
        raise NotThere
    row.standing = Heard.UPHELD if upheld else Heard.DISMISSED
    row.settled_at, row.staff_id = now, staff.id
    row.keep(keys, session.get_one(Worker, row.worker_id), "why", answer)
    session.add(row)
    nominee = session.get(Nominee, row.nominee_id) if row.nominee_id else None
    if upheld and nominee is not None and nominee.standing is Candidacy.CONFIRMED:
        nominee.standing, nominee.place = Candidacy.STRUCK, None
        session.add(nominee)
        rank(session, award)
        reminder.schedule(session, DECIDED, str(nominee.id), now)
    audit.record(session, now, staff.id, f"objection.{row.standing}", row.id)
    reminder.schedule(session, SETTLED, str(row.id), now)
    session.flush()


def unheard(session: Session) -> list[tuple[Objection, str]]:
    """Return what waits to be settled, each with the union that has to."""
    found = select(Objection, Award.union_code).where(*QUEUE.waits, *QUEUE.joins)
    return list(session.exec(found.order_by(col(Objection.id))))


def is_contested(session: Session, award_id: int) -> bool:
    """Tell whether an objection to an award's result waits to be settled."""
    found = select(Objection.id).where(
        Objection.award_id == award_id, Objection.standing == Heard.WAITING
    )
    return session.exec(found).first() is not None
