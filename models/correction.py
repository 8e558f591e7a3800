"""Corrections: what a member changes at once, and what a social worker must settle.

A fact is changed in the application and in the worker's own row together, with the tags
it is found by, so that both always say the same.
"""

import json
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Index, text
from sqlalchemy.exc import IntegrityError
from sqlmodel import Field, Session, col, select

from models import audit, ballot, reminder
from models.application import (
    APPROVED,
    Application,
    CannotDecide,
    DoubleMember,
    hold,
    id_number_of,
    latest_of,
)
from models.columns import BigId, Utc, new_id, one_of
from models.own_words import OwnWords
from models.place import Atlas
from models.queue import Queue
from models.review import fill, may_review
from models.sealing import Keyring, seal, unseal
from models.staff import Staff
from models.worker import Worker

SETTLED = "correction"
"""The kind of reminder that tells a member what became of a wish, named by its id."""

_WAITING_SQL = text("standing = 'waiting'")


class Wish(StrEnum):
    """What may become of a wish to correct something."""

    WAITING = "waiting"
    APPROVED = "approved"
    REFUSED = "refused"
    DROPPED = "dropped"


class Correction(OwnWords, table=True):
    """A member's wish to correct a name or an ID, which a social worker must check."""

    __table_args__ = (
        Index(
            "one_open_correction",
            "worker_id",
            "field",
            unique=True,
            sqlite_where=_WAITING_SQL,
            postgresql_where=_WAITING_SQL,
        ),
        Index("correction_queue", "standing", "union_code", "asked_at"),
    )

    id: int = Field(primary_key=True, sa_type=BigId)
    worker_id: int = Field(foreign_key="worker.id", sa_type=BigId, index=True)
    chat_id: int = Field(foreign_key="chat.id", sa_type=BigId)
    union_code: str = Field(foreign_key="union.code")
    field: str
    wish: bytes
    standing: Wish = Field(default=Wish.WAITING, sa_type=one_of(Wish))
    asked_at: datetime = Field(sa_type=Utc)
    settled_at: datetime | None = Field(default=None, sa_type=Utc)
    staff_id: int | None = Field(default=None, foreign_key="staff.id", sa_type=BigId)
    why: bytes | None = None

    def load(self, keys: Keyring, worker: Worker) -> dict[str, Any]:
        """Open the answers wished for."""
        sealed = unseal(worker.open_key(keys), f"correction.wish|{self.id}", self.wish)
        wish: dict[str, Any] = json.loads(sealed)
        return wish


QUEUE = Queue(
    Correction,
    since=Correction.asked_at,
    union=Correction.union_code,
    waits=(Correction.standing == Wish.WAITING,),
    people=(Correction.worker_id,),
)
"""What waits for a union to be settled."""


def correct(
    session: Session, keys: Keyring, worker: Worker, changes: dict[str, Any]
) -> dict[str, Any]:
    """Change facts about a member, everywhere they are kept; return what they were.

    Raises CannotDecide for who is no member.
    """
    application = membership_of(session, worker)
    before = application.load(keys, worker)
    facts = before | changes
    old = worker.id_type or "", worker.unseal(keys, "id_number") or ""
    ballot.follow(session, keys, old, (facts["id_type"], id_number_of(facts)))
    application.keep(keys, worker, facts)
    application.id_type = facts["id_type"]
    application.tag(keys, facts)
    application.group, application.work_form = facts["group"], facts["work_form"]
    application.district = facts["home_district"] or facts["district"]
    fill(worker, keys, application, facts)
    session.add_all([application, worker])
    session.flush()  # who locks them next reads them anew
    return {name: before.get(name) for name in changes}


def membership_of(session: Session, worker: Worker) -> Application:
    """Return, locked, the application by which somebody is a member."""
    application = latest_of(session, worker.id)
    if application is None:
        raise CannotDecide
    hold(session, application)
    if application.standing not in APPROVED:
        raise CannotDecide
    return application


def wish_for(
    session: Session,
    keys: Keyring,
    worker: Worker,
    chat_id: int,
    field: str,
    changes: dict[str, Any],
    now: datetime,
) -> Correction:
    """Ask a social worker of the member's union for a correction; the newest counts."""
    application = membership_of(session, worker)
    drop(session, worker.id, now, field)
    number = new_id()
    data = json.dumps(changes, ensure_ascii=False, default=str).encode()
    row = Correction(
        id=number,
        worker_id=worker.id,
        chat_id=chat_id,
        union_code=worker.union_code or application.union_code,
        field=field,
        wish=seal(worker.open_key(keys), f"correction.wish|{number}", data),
        asked_at=now,
    )
    session.add(row)
    return row


def drop(session: Session, worker_id: int, now: datetime, field: str = "") -> bool:
    """Take back what a member wished for, in one field or in all; tell if there was."""
    found = waiting_of(session, worker_id)
    theirs = [row for row in found if field in ("", row.field)]
    for row in theirs:
        row.standing, row.settled_at = Wish.DROPPED, now
        session.add(row)
    session.flush()
    return bool(theirs)


def corrections_of(session: Session, worker_id: int) -> list[Correction]:
    """Return all a member ever wished to be corrected, oldest first."""
    found = select(Correction).where(Correction.worker_id == worker_id)
    return list(session.exec(found.order_by(col(Correction.asked_at))))


def waiting_of(session: Session, worker_id: int) -> list[Correction]:
    """Return what a member wishes to be corrected and nobody has settled."""
    rows = corrections_of(session, worker_id)
    return [row for row in rows if row.standing is Wish.WAITING]


def approve(
    session: Session,
    keys: Keyring,
    atlas: Atlas,
    staff: Staff,
    row: Correction,
    now: datetime,
) -> None:
    """Correct what was wished for; raises CannotDecide, or DoubleMember."""
    worker = _hold(session, atlas, staff, row)
    try:
        with session.begin_nested():
            correct(session, keys, worker, row.load(keys, worker))
    except IntegrityError:
        raise DoubleMember from None
    _settle(session, staff, row, Wish.APPROVED, now)


def refuse(
    session: Session,
    keys: Keyring,
    atlas: Atlas,
    staff: Staff,
    row: Correction,
    reason: str,
    now: datetime,
) -> None:
    """Refuse a correction with a reason; raises CannotDecide."""
    worker = _hold(session, atlas, staff, row)
    row.keep(keys, worker, "why", reason)
    _settle(session, staff, row, Wish.REFUSED, now)


def _hold(session: Session, atlas: Atlas, staff: Staff, row: Correction) -> Worker:
    """Lock the worker, then the correction; both are read as they are now.

    Raises CannotDecide where it is settled, or not this staff member's to settle.
    """
    worker = session.get_one(Worker, row.worker_id)
    for locked in (worker, row):
        session.refresh(locked, with_for_update={"key_share": True})
    if row.standing is not Wish.WAITING or not may_review(atlas, staff, row):
        raise CannotDecide
    return worker


def _settle(
    session: Session, staff: Staff, row: Correction, standing: Wish, now: datetime
) -> None:
    row.standing, row.settled_at, row.staff_id = standing, now, staff.id
    session.add(row)
    audit.record(session, now, staff.id, f"correction.{standing}", row.id)
    reminder.schedule(session, SETTLED, str(row.id), now)
