"""Vouchers: one person's right to a benefit, redeemed once at one partner's counter.

The code is found by a keyed hash and sealed under the worker's key.  Used, cancelled
and expired exclude each other: each is one UPDATE of what is still open.
"""

import secrets
from datetime import datetime, time, timedelta
from enum import StrEnum
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Index, delete, text, update
from sqlmodel import Field, Session, SQLModel, col, select

from models import audit, quota, reminder
from models.benefit import Benefit, Person
from models.clerk import Counter
from models.columns import BigId, Utc, new_id, one_of
from models.errors import Failure
from models.partner import Partner
from models.sealing import Keyring, seal, unseal
from models.tally import Counted, count
from models.worker import Worker

LETTERS = "346789ACDEFGHJKMNPQRTUVWXY"
"""What codes are made of: nothing that is taken for something else."""

LENGTH = 10

ENDING = "voucher_ending"
"""The kind of reminder that a voucher ends soon, named by its id."""

USED_NOW = "voucher_used"
"""The kind of reminder that is the receipt of a redemption."""

LAPSED = "voucher_lapsed"
"""The kind of reminder that says a voucher ended unused."""

ENDING_DAYS = 2
LAST_MINUTE = time(23, 59)
SLICE = 10

_OPEN_SQL = text("standing = 'open'")


class Held(StrEnum):
    """Where a voucher stands."""

    OPEN = "open"
    USED = "used"
    CANCELLED = "cancelled"
    EXPIRED = "expired"


class Denied(StrEnum):
    """Why a voucher cannot be redeemed."""

    OTHER_PARTNER = "other_partner"
    OWN = "own"
    USED = "used"
    CANCELLED = "cancelled"
    EXPIRED = "expired"
    NO_MEMBER = "no_member"
    CLOSED = "closed"


class CannotRedeem(Failure):
    """This voucher cannot be redeemed here and now (permanent)."""

    def __init__(self, why: Denied) -> None:
        super().__init__()
        self.why = why


class Voucher(SQLModel, table=True):
    """A right to a benefit at one partner until an instant; `saved` is in fen."""

    __table_args__ = (
        Index("voucher_of", "worker_id", "standing", "until"),
        Index("voucher_settled_at_counter", "partner_code", "settled_at"),
        Index(
            "voucher_open_until",
            "until",
            sqlite_where=_OPEN_SQL,
            postgresql_where=_OPEN_SQL,
        ),
    )

    id: int = Field(primary_key=True, sa_type=BigId)
    worker_id: int = Field(foreign_key="worker.id", sa_type=BigId)
    benefit_code: str = Field(foreign_key="benefit.code", index=True)
    partner_code: str = Field(foreign_key="partner.code", index=True)
    period: str
    counted: bool
    code: bytes
    code_tag: bytes = Field(unique=True)
    tag_key: int = Field(index=True)
    standing: Held = Field(default=Held.OPEN, sa_type=one_of(Held))
    issued_at: datetime = Field(sa_type=Utc)
    until: datetime = Field(sa_type=Utc)
    settled_at: datetime | None = Field(default=None, sa_type=Utc)
    staff_id: int | None = Field(
        default=None, foreign_key="staff.id", sa_type=BigId, index=True
    )
    saved: int | None = None

    def read(self, keys: Keyring, worker: Worker) -> str:
        """Open the code."""
        place = f"voucher.code|{self.id}"
        return unseal(worker.open_key(keys), place, self.code).decode()

    def keep(self, keys: Keyring, worker: Worker, code: str) -> None:
        """Seal the code, and tag it."""
        place = f"voucher.code|{self.id}"
        self.code = seal(worker.open_key(keys), place, code.encode())
        self.tag(keys, code)

    def tag(self, keys: Keyring, code: str) -> None:
        """Make the tag the code is found by, with the current index key."""
        self.code_tag = keys.tag("voucher", code)
        self.tag_key = keys.current_index


def new_code() -> str:
    """Draw a code; where somebody has it, the transaction fails and draws another."""
    return "".join(secrets.choice(LETTERS) for _ in range(LENGTH))


def grouped(code: str) -> str:
    """Return a code as it is shown: in groups one can read aloud."""
    return f"{code[:3]} {code[3:6]} {code[6:]}"


def read_typed(typed: str) -> str | None:
    """Read a code however it was typed; None for what can be none."""
    code = "".join(c for c in typed.upper() if c.isalnum())
    return code if len(code) == LENGTH and set(code) <= set(LETTERS) else None


def issue(
    session: Session,
    keys: Keyring,
    worker: Worker,
    person: Person,
    given: Benefit,
    partner: Partner,
    now: datetime,
    zone: str,
) -> Voucher:
    """Make a voucher out of the quota; raises MayNot, and then nothing was taken.

    It is good to the end of its last day, as people read a date.
    """
    period, counted = quota.take(session, given, person, worker.id)
    last, there = person.today + timedelta(days=given.valid_days), ZoneInfo(zone)
    until = datetime.combine(last, LAST_MINUTE, there)
    row = Voucher(
        id=new_id(),
        worker_id=worker.id,
        benefit_code=given.code,
        partner_code=partner.code,
        period=period,
        counted=counted,
        code=b"",
        code_tag=b"",
        tag_key=0,
        issued_at=now,
        until=until,
    )
    row.keep(keys, worker, new_code())
    session.add(row)
    session.flush()
    count(session, given.code, Counted.ISSUED, now, partner.code)
    if given.valid_days > ENDING_DAYS:
        soon = datetime.combine(last - timedelta(days=ENDING_DAYS), time(9), there)
        reminder.schedule(session, ENDING, str(row.id), soon)
    return row


def find(session: Session, keys: Keyring, code: str) -> Voucher | None:
    """Return the voucher of a code, whatever became of it."""
    tags = keys.tags("voucher", code)
    return session.exec(select(Voucher).where(col(Voucher.code_tag).in_(tags))).first()


def denied(session: Session, at: Counter, row: Voucher, now: datetime) -> Denied | None:
    """Return the one reason why a clerk cannot redeem a voucher; None if they can.

    What became of a voucher is told only where it was to be redeemed.
    """
    if row.partner_code != at.partner.code:
        return Denied.OTHER_PARTNER
    if row.worker_id == at.staff.worker_id:
        return Denied.OWN
    if row.standing is not Held.OPEN:
        return Denied(row.standing.value)
    if row.until <= now:
        return Denied.EXPIRED
    worker = session.get_one(Worker, row.worker_id)
    if worker.member_no is None or worker.guarded_at is not None:
        return Denied.NO_MEMBER
    given = session.get_one(Benefit, row.benefit_code)
    return None if given.active and at.partner.active else Denied.CLOSED


def redeem(
    session: Session, at: Counter, row: Voucher, saved: int, now: datetime
) -> None:
    """Use a voucher up, once whoever tries at once; raises CannotRedeem."""
    why = denied(session, at, row, now)
    if why is None and not _settle(
        session, row, Held.USED, now, staff_id=at.staff.id, saved=saved
    ):
        why = denied(session, at, row, now) or Denied.USED
    if why is not None:
        raise CannotRedeem(why)
    quota.close_one(session, row.worker_id, row.benefit_code)
    count(session, row.benefit_code, Counted.REDEEMED, now, row.partner_code, saved)
    audit.record(session, now, at.staff.id, "voucher.redeemed", row.id)
    reminder.skip(session, ENDING, str(row.id), "used", now)
    reminder.schedule(session, USED_NOW, str(row.id), now)


def cancel(session: Session, row: Voucher, now: datetime) -> bool:
    """Take a voucher back at the worker's wish; False where it is settled already."""
    return _end_unused(session, row, Held.CANCELLED, now)


def lapse(session: Session, now: datetime) -> None:
    """End what nobody used in time, some at a time; its quota is free again."""
    past = select(Voucher).where(_OPEN_SQL, Voucher.until <= now)
    for row in session.exec(past.order_by(col(Voucher.until)).limit(SLICE)).all():
        if _end_unused(session, row, Held.EXPIRED, now):
            reminder.schedule(session, LAPSED, str(row.id), row.until)


def cancel_all(session: Session, worker_id: int, now: datetime) -> None:
    """Take back all a person has open, as when their membership ends."""
    theirs = select(Voucher).where(
        Voucher.worker_id == worker_id, Voucher.standing == Held.OPEN
    )
    for row in session.exec(theirs).all():
        cancel(session, row, now)


def let_go(session: Session, worker_id: int) -> None:
    """Free what a person has open for others, for their rows go."""
    theirs = delete(Voucher).where(
        col(Voucher.worker_id) == worker_id, col(Voucher.standing) == Held.OPEN
    )
    for row in session.execute(theirs.returning(Voucher)).scalars().all():
        quota.give_back(session, row)


def _end_unused(session: Session, row: Voucher, standing: Held, now: datetime) -> bool:
    if not _settle(session, row, standing, now):
        return False
    quota.give_back(session, row)
    count(session, row.benefit_code, Counted.GIVEN_BACK, now, row.partner_code)
    why = "too_late" if standing is Held.EXPIRED else standing.value
    reminder.skip(session, ENDING, str(row.id), why, now)
    return True


def _settle(
    session: Session, row: Voucher, standing: Held, now: datetime, **facts: Any
) -> bool:
    """Settle what is still open and in time; of several at once exactly one does."""
    one = update(Voucher).where(
        col(Voucher.id) == row.id, col(Voucher.standing) == Held.OPEN
    )
    if standing is Held.USED:
        one = one.where(col(Voucher.until) > now)
    done = session.execute(one.values(standing=standing, settled_at=now, **facts))
    session.refresh(row)
    return bool(done.rowcount == 1)  # type: ignore[attr-defined]


def vouchers_of(
    session: Session, worker_id: int, start: int, limit: int
) -> list[Voucher]:
    """Return some of a person's vouchers: open ones first, then the newest."""
    found = select(Voucher).where(Voucher.worker_id == worker_id)
    order = ((col(Voucher.standing) != Held.OPEN), col(Voucher.issued_at).desc())
    ordered = found.order_by(*order, col(Voucher.id)).offset(start).limit(limit)
    return list(session.exec(ordered))


def open_one(session: Session, worker_id: int, benefit_code: str) -> Voucher | None:
    """Return the voucher of a benefit that a person has and did not use."""
    return session.exec(
        select(Voucher).where(
            Voucher.worker_id == worker_id,
            Voucher.benefit_code == benefit_code,
            Voucher.standing == Held.OPEN,
        )
    ).first()
