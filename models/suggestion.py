"""Suggestions (合理化建议): what a worker proposes, and what their union makes of it.

waiting → adopted (perhaps with its value in yuan) / declined, each with words;
waiting → dropped by who made it
"""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import Index
from sqlmodel import Field, Session, col, select

from models import audit, reminder
from models.application import CannotDecide, new_number
from models.columns import BigId, Utc, new_id, one_of
from models.own_words import OwnWords
from models.place import Atlas
from models.queue import Queue
from models.review import may_review
from models.sealing import Keyring
from models.staff import Staff
from models.worker import Worker

SETTLED = "suggestion"
"""The kind of reminder that tells a worker what came of it, by the row's id."""

MOST_YUAN = 10_000_000_000


class Aspect(StrEnum):
    """What a suggestion is about."""

    SAFETY = "safety"
    WORK = "work"
    SAVING = "saving"
    PAY = "pay"
    SERVICE = "service"
    OTHER = "other"


class Adoption(StrEnum):
    """What may become of a suggestion."""

    WAITING = "waiting"
    ADOPTED = "adopted"
    DECLINED = "declined"
    DROPPED = "dropped"


class Suggestion(OwnWords, table=True):
    """One suggestion; its words and the answer are sealed under the worker's key."""

    __table_args__ = (
        Index("suggestion_queue", "standing", "union_code", "at", "worker_id"),
    )

    id: int = Field(primary_key=True, sa_type=BigId)
    number: str = Field(unique=True)
    worker_id: int = Field(foreign_key="worker.id", sa_type=BigId, index=True)
    union_code: str = Field(foreign_key="union.code")
    aspect: Aspect = Field(sa_type=one_of(Aspect))
    text: bytes
    photo_id: int | None = Field(default=None, sa_type=BigId, index=True)
    standing: Adoption = Field(default=Adoption.WAITING, sa_type=one_of(Adoption))
    at: datetime = Field(sa_type=Utc)
    settled_at: datetime | None = Field(default=None, sa_type=Utc)
    staff_id: int | None = Field(default=None, foreign_key="staff.id", sa_type=BigId)
    why: bytes | None = None
    yuan: int | None = Field(default=None, sa_type=BigId)


QUEUE = Queue(
    Suggestion,
    since=Suggestion.at,
    union=Suggestion.union_code,
    waits=(Suggestion.standing == Adoption.WAITING,),
    people=(Suggestion.worker_id,),
)
"""What waits for a union to be answered."""


def suggest(
    session: Session,
    keys: Keyring,
    worker: Worker,
    union_code: str,
    aspect: Aspect,
    text: str,
    photo_id: int | None,
    now: datetime,
) -> Suggestion:
    """Hand a suggestion to a union."""
    row = Suggestion(
        id=new_id(),
        number=new_number(),
        worker_id=worker.id,
        union_code=union_code,
        aspect=aspect,
        text=b"",
        photo_id=photo_id,
        at=now,
    )
    row.keep(keys, worker, "text", text)
    session.add(row)
    session.flush()
    return row


def settle(
    session: Session,
    keys: Keyring,
    atlas: Atlas,
    staff: Staff,
    row: Suggestion,
    standing: Adoption,
    answer: str,
    yuan: int | None,
    now: datetime,
) -> None:
    """Adopt or decline a suggestion.

    Raises CannotDecide where it does not wait, or is not theirs to answer.
    """
    if not may_review(atlas, staff, row):
        raise CannotDecide
    worker = session.get_one(Worker, row.worker_id)
    _hold(session, row)
    row.standing, row.settled_at, row.staff_id = standing, now, staff.id
    row.yuan = yuan if standing is Adoption.ADOPTED else None
    if answer:
        row.keep(keys, worker, "why", answer)
    session.add(row)
    audit.record(session, now, staff.id, f"suggestion.{standing}", row.id)
    reminder.schedule(session, SETTLED, str(row.id), now)
    session.flush()


def drop(session: Session, row: Suggestion, now: datetime) -> None:
    """Take one's suggestion back, words and picture; raises CannotDecide."""
    _hold(session, row)
    row.standing, row.settled_at = Adoption.DROPPED, now
    row.text, row.photo_id = b"", None
    session.add(row)
    session.flush()


def _hold(session: Session, row: Suggestion) -> None:
    session.flush()
    session.refresh(row, with_for_update={"key_share": True})
    if row.standing is not Adoption.WAITING:
        raise CannotDecide


def suggestions_of(session: Session, worker_id: int) -> list[Suggestion]:
    """Return all a worker ever suggested, oldest first."""
    found = select(Suggestion).where(Suggestion.worker_id == worker_id)
    return list(session.exec(found.order_by(col(Suggestion.at))))


def ids_of(session: Session, worker_id: int) -> list[int]:
    """Return the ids of a worker's suggestions, newest first, without their words."""
    found = select(Suggestion.id).where(Suggestion.worker_id == worker_id)
    return list(session.exec(found.order_by(col(Suggestion.at).desc())))


def with_photo(session: Session, picture_id: int) -> Suggestion | None:
    """Return the suggestion a picture belongs to."""
    found = select(Suggestion).where(Suggestion.photo_id == picture_id)
    return session.exec(found).first()
