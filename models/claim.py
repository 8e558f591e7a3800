"""Claims: what a social worker must confirm, because nothing else can.

Somebody without code and PIN asks to be let in as the member with an ID; or a member
said that a new phone is not theirs.  A row is written alike for an ID nobody has.
"""

import secrets
from datetime import datetime
from enum import StrEnum

from sqlmodel import Field, Session, SQLModel, col, select

from models import audit
from models.chat import Chat
from models.columns import BigId, Utc, new_id, one_of
from models.queue import Queue
from models.staff import Staff


class Asks(StrEnum):
    """What is to be confirmed."""

    COME_BACK = "come_back"
    OBJECTION = "objection"


class Claimed(StrEnum):
    """What became of a claim."""

    WAITING = "waiting"
    APPROVED = "approved"
    REFUSED = "refused"
    OVER = "over"


class Claim(SQLModel, table=True):
    """A request for a person's confirmation; `code` is what the asker tells them."""

    id: int = Field(primary_key=True, sa_type=BigId)
    asks: Asks = Field(sa_type=one_of(Asks))
    chat_id: int = Field(foreign_key="chat.id", sa_type=BigId, index=True)
    worker_id: int | None = Field(
        default=None, foreign_key="worker.id", sa_type=BigId, index=True
    )
    union_code: str | None = Field(default=None, foreign_key="union.code")
    code: str
    standing: Claimed = Field(
        default=Claimed.WAITING, sa_type=one_of(Claimed), index=True
    )
    at: datetime = Field(sa_type=Utc)
    decided_at: datetime | None = Field(default=None, sa_type=Utc)
    staff_id: int | None = Field(default=None, foreign_key="staff.id", sa_type=BigId)


QUEUE = Queue(
    Claim,
    since=Claim.at,
    union=Claim.union_code,
    waits=(Claim.standing == Claimed.WAITING,),
    joins=(col(Claim.worker_id).is_not(None), Chat.id == Claim.chat_id),
    people=(Claim.worker_id, Chat.worker_id),
)
"""What waits for a union to be confirmed."""


def file_claim(
    session: Session,
    asks: Asks,
    chat_id: int,
    worker_id: int | None,
    union_code: str | None,
    now: datetime,
) -> Claim:
    """Write a claim down; one the same chat made before is over."""
    for row in waiting_of(session, chat_id):
        row.standing, row.decided_at = Claimed.OVER, now
    claim = Claim(
        id=new_id(),
        asks=asks,
        chat_id=chat_id,
        worker_id=worker_id,
        union_code=union_code,
        code=f"{secrets.randbelow(10**4):04d}",
        at=now,
    )
    session.add(claim)
    session.flush()
    return claim


def waiting_of(session: Session, chat_id: int) -> list[Claim]:
    """Return what a chat asked for and nobody has decided."""
    return list(
        session.exec(
            select(Claim).where(
                Claim.chat_id == chat_id, Claim.standing == Claimed.WAITING
            )
        )
    )


def settle(
    session: Session, claim: Claim, staff: Staff, standing: Claimed, now: datetime
) -> bool:
    """Decide a claim; False when somebody was quicker."""
    session.refresh(claim, with_for_update=True)
    if claim.standing is not Claimed.WAITING:
        return False
    claim.standing, claim.decided_at, claim.staff_id = standing, now, staff.id
    audit.record(session, now, staff.id, f"claim.{standing}", claim.id, claim.asks)
    return True
