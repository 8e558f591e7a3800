"""Objections: what somebody says against a winner while the result is on notice.

An officer settles each.  Where one is right the nominee is struck off, and the result
is counted anew without them.
"""

import json
from datetime import datetime
from enum import StrEnum

from sqlalchemy import Index
from sqlmodel import Field, Session, SQLModel, col, select

from models import audit, reminder
from models.application import new_number
from models.award import Award, Phase, hold, require_phase
from models.columns import BigId, Utc, new_id, one_of
from models.nominee import SETTLED as DECIDED
from models.nominee import Candidacy, Nominee, NotThere
from models.result import rank
from models.sealing import Keyring, seal, unseal
from models.staff import Staff
from models.worker import Worker

SETTLED = "objection"
"""The kind of reminder that tells who objected what came of it, by the row's id."""


class Heard(StrEnum):
    """What may become of an objection."""

    WAITING = "waiting"
    UPHELD = "upheld"
    DISMISSED = "dismissed"


class Objection(SQLModel, table=True):
    """One objection; the words are sealed under the key of who objects."""

    __table_args__ = (Index("objection_queue", "standing", "award_id"),)

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

    def keep(self, keys: Keyring, worker: Worker, column: str, text: str) -> None:
        """Seal the objection, or the answer, into the row."""
        data = json.dumps({"text": text}, ensure_ascii=False).encode()
        place = f"objection.{column}|{self.id}"
        setattr(self, column, seal(worker.open_key(keys), place, data))

    def load(self, keys: Keyring, worker: Worker, column: str = "text") -> str:
        """Open the objection or the answer; empty where there is none."""
        sealed = getattr(self, column)
        if not sealed:
            return ""
        place = f"objection.{column}|{self.id}"
        return str(json.loads(unseal(worker.open_key(keys), place, sealed))["text"])


def object_to(
    session: Session,
    keys: Keyring,
    award: Award,
    nominee: Nominee,
    worker: Worker,
    text: str,
    now: datetime,
) -> Objection:
    """File an objection against a winner; raises TooLate, or NotThere."""
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
    row.keep(keys, worker, "text", text)
    session.add(row)
    session.flush()
    return row


def settle(
    session: Session,
    keys: Keyring,
    award: Award,
    staff: Staff,
    row: Objection,
    upheld: bool,
    answer: str,
    now: datetime,
) -> None:
    """Settle an objection with an answer; raises NotThere where that was done."""
    hold(session, award)
    session.refresh(row, with_for_update={"key_share": True})
    if row.standing is not Heard.WAITING:
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


def objections_in(session: Session, unions: set[str]) -> list[tuple[Objection, Award]]:
    """Return the objections these unions' officers have to settle, oldest first."""
    found = (
        select(Objection, Award)
        .join(Award, col(Award.id) == Objection.award_id)
        .where(Objection.standing == Heard.WAITING, col(Award.union_code).in_(unions))
    )
    return list(session.exec(found.order_by(col(Objection.at))))


def is_contested(session: Session, award_id: int) -> bool:
    """Tell whether an objection to an award's result waits to be settled."""
    found = select(Objection.id).where(
        Objection.award_id == award_id, Objection.standing == Heard.WAITING
    )
    return session.exec(found).first() is not None
