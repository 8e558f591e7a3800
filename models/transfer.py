"""Transfers (会籍转接): a membership moves along with the job or the district.

    requested → released, or timed out by the clock → received → done
    requested, released or timed out → refused with a reason, or withdrawn

The member's union changes when the new one receives them, not before, so that nothing
is missed meanwhile.  A decision may be undone until its notice has left.
"""

import json
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Index, UniqueConstraint, text
from sqlmodel import Field, Session, SQLModel, col, select

from models import reminder
from models.application import CannotDecide, new_number
from models.columns import BigId, Utc, new_id, one_of
from models.queue import Queue
from models.sealing import Keyring, seal, unseal
from models.worker import Worker

MOVED = "transfer"
"""The kind of reminder that tells a member of a step, named by the step's id."""

TIMED = "transfer_timed"
"""The kind that tells of a step the clock made."""


class Moving(StrEnum):
    """Where a transfer stands."""

    REQUESTED = "requested"
    RELEASED = "released"
    TIMED_OUT = "timed_out"
    RECEIVED = "received"
    DONE = "done"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"


TO_RECEIVE = (Moving.RELEASED, Moving.TIMED_OUT)
WAITING = (Moving.REQUESTED, *TO_RECEIVE)
OPEN = (*WAITING, Moving.RECEIVED)
_OPEN_SQL = text("standing IN ('requested', 'released', 'timed_out', 'received')")
WAITING_SQL = text("standing IN ('requested', 'released', 'timed_out')")


@dataclass(frozen=True)
class Wish:
    """Where a member wishes to go: the union, or its pool, and what changes with it."""

    union_code: str
    in_pool: bool
    facts: dict[str, Any]


class Transfer(SQLModel, table=True):
    """A member's wish to move to another union; `union_code` has to decide now.

    `facts` holds what changes with it, and once received what was there before.
    """

    __table_args__ = (
        Index(
            "one_open_transfer",
            "worker_id",
            unique=True,
            sqlite_where=_OPEN_SQL,
            postgresql_where=_OPEN_SQL,
        ),
        Index("transfer_queue", "standing", "union_code", "requested_at", "worker_id"),
        Index(
            "transfer_waiting",
            "due",
            sqlite_where=WAITING_SQL,
            postgresql_where=WAITING_SQL,
        ),
    )

    id: int = Field(primary_key=True, sa_type=BigId)
    number: str = Field(unique=True)
    worker_id: int = Field(foreign_key="worker.id", sa_type=BigId, index=True)
    standing: Moving = Field(sa_type=one_of(Moving))
    union_code: str = Field(foreign_key="union.code")
    from_union: str = Field(foreign_key="union.code")
    from_pool: bool
    to_union: str = Field(foreign_key="union.code")
    to_pool: bool
    facts: bytes
    requested_at: datetime = Field(sa_type=Utc)
    due: date
    chased: int = 0

    def load(self, keys: Keyring, worker: Worker) -> dict[str, Any]:
        """Open what changes with the transfer: `after`, and `before` once received."""
        sealed = unseal(worker.open_key(keys), self._place, self.facts)
        facts: dict[str, Any] = json.loads(sealed)
        return facts

    def keep(self, keys: Keyring, worker: Worker, facts: dict[str, Any]) -> None:
        """Seal what changes into the row."""
        data = json.dumps(facts, ensure_ascii=False, default=str).encode()
        self.facts = seal(worker.open_key(keys), self._place, data)

    @property
    def _place(self) -> str:
        return f"transfer.facts|{self.id}"


QUEUE = Queue(
    Transfer,
    since=Transfer.requested_at,
    union=Transfer.union_code,
    waits=(col(Transfer.standing).in_(WAITING),),
    people=(Transfer.worker_id,),
)
"""What waits for a union to be decided."""


class TransferStep(SQLModel, table=True):
    """One change of a transfer's standing: who, when and why; never overwritten.

    `due` is the day by which the next one was to come.
    """

    __tablename__ = "transfer_step"
    __table_args__ = (UniqueConstraint("transfer_id", "n"),)

    id: int = Field(primary_key=True, sa_type=BigId)
    transfer_id: int = Field(foreign_key="transfer.id", sa_type=BigId)
    n: int
    standing: Moving = Field(sa_type=one_of(Moving))
    due: date
    at: datetime = Field(sa_type=Utc)
    staff_id: int | None = Field(default=None, foreign_key="staff.id", sa_type=BigId)
    why: bytes | None = None
    undone: bool = False

    def reason(self, keys: Keyring, worker: Worker) -> str:
        """Open the reason of a refusal; empty where there is none."""
        if self.why is None:
            return ""
        return unseal(worker.open_key(keys), self._place, self.why).decode()

    def keep(self, keys: Keyring, worker: Worker, reason: str) -> None:
        """Seal a reason into the row."""
        self.why = seal(worker.open_key(keys), self._place, reason.encode())

    @property
    def _place(self) -> str:
        return f"transfer_step.why|{self.id}"


def open_transfer(session: Session, worker_id: int) -> Transfer | None:
    """Return the transfer of somebody that has not ended."""
    found = select(Transfer).where(
        Transfer.worker_id == worker_id, col(Transfer.standing).in_(OPEN)
    )
    return session.exec(found).first()


def transfers_of(session: Session, worker_id: int) -> list[Transfer]:
    """Return all of somebody's transfers, the newest first."""
    found = select(Transfer).where(Transfer.worker_id == worker_id)
    return list(session.exec(found.order_by(col(Transfer.requested_at).desc())))


def steps_of(session: Session, transfer_id: int) -> list[TransferStep]:
    """Return a transfer's history, oldest first."""
    found = select(TransferStep).where(TransferStep.transfer_id == transfer_id)
    return list(session.exec(found.order_by(col(TransferStep.n))))


def request(
    session: Session,
    keys: Keyring,
    worker: Worker,
    wish: Wish,
    now: datetime,
    due: date,
) -> Transfer:
    """Ask to be moved; raises CannotDecide for no member, or where one is open."""
    session.refresh(worker, with_for_update={"key_share": True})
    old = worker.union_code
    if worker.member_no is None or old is None or open_transfer(session, worker.id):
        raise CannotDecide
    row = Transfer(
        id=new_id(),
        number=new_number(),
        worker_id=worker.id,
        standing=Moving.REQUESTED,
        union_code=old,
        from_union=old,
        from_pool=worker.in_pool,
        to_union=wish.union_code,
        to_pool=wish.in_pool,
        facts=b"",
        requested_at=now,
        due=due,
    )
    row.keep(keys, worker, {"after": wish.facts})
    record_step(session, row, Moving.REQUESTED, now)
    return row


def locked(session: Session, row: Transfer) -> Worker:
    """Lock the worker, then the transfer, as they are now; return the worker."""
    worker = session.get_one(Worker, row.worker_id)
    for one in (worker, row):
        session.refresh(one, with_for_update={"key_share": True})
    return worker


def withdraw(session: Session, row: Transfer, now: datetime) -> None:
    """End a transfer at the member's own wish; raises CannotDecide once received."""
    locked(session, row)
    if row.standing not in WAITING:
        raise CannotDecide
    last = steps_of(session, row.id)[-1]
    reminder.skip(session, MOVED, str(last.id), "overtaken", now)
    record_step(session, row, Moving.WITHDRAWN, now)


def end_open(session: Session, worker_id: int, now: datetime) -> None:
    """End the transfer of who is a member no more, or turns out to be another."""
    row = open_transfer(session, worker_id)
    if row is not None:
        last = steps_of(session, row.id)[-1]
        reminder.skip(session, MOVED, str(last.id), "overtaken", now)
        record_step(session, row, Moving.WITHDRAWN, now)


def end_begun(session: Session, worker_id: int, since: datetime, now: datetime) -> None:
    """End what was begun in somebody's name from a moment on, if it still waits."""
    row = open_transfer(session, worker_id)
    if row is not None and row.standing in WAITING and row.requested_at >= since:
        withdraw(session, row, now)


def record_step(
    session: Session,
    row: Transfer,
    standing: Moving,
    now: datetime,
    staff_id: int | None = None,
) -> TransferStep:
    """Move a transfer to a standing and write the step down."""
    is_new = row not in session
    count = 0 if is_new else len(steps_of(session, row.id))
    row.standing = standing
    session.add(row)
    session.flush()  # the step refers to the transfer
    step = TransferStep(
        id=new_id(),
        transfer_id=row.id,
        n=count + 1,
        standing=standing,
        due=row.due,
        at=now,
        staff_id=staff_id,
    )
    session.add(step)
    session.flush()
    return step
