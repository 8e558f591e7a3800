"""Applications to join: their states, the history of each, and what may be decided.

    submitted → in review → returned / rejected / approved to the pool → placed
    submitted, in review or returned → withdrawn
    approved to the pool or placed → left

A decision may be undone until its notice has left; see `models.reminder`.
"""

import json
import secrets
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Index, UniqueConstraint, bindparam, text
from sqlmodel import Field, Session, SQLModel, and_, col, or_, select

from models import reminder
from models.columns import BigId, Utc, new_id, one_of
from models.errors import Failure
from models.identity import normalise_name
from models.queue import Queue
from models.sealing import Keyring, seal, unseal
from models.worker import Worker


class Standing(StrEnum):
    """Where an application stands."""

    SUBMITTED = "submitted"
    IN_REVIEW = "in_review"
    RETURNED = "returned"
    REJECTED = "rejected"
    POOL = "pool"
    PLACED = "placed"
    WITHDRAWN = "withdrawn"
    LEFT = "left"


WAITING = (Standing.SUBMITTED, Standing.IN_REVIEW)
OPEN = (*WAITING, Standing.RETURNED)
APPROVED = (Standing.POOL, Standing.PLACED)
_WAITING_SQL = text("standing IN ('submitted', 'in_review')")
_OPEN_SQL = text("standing IN ('submitted', 'in_review', 'returned')")

DECISION = "decision"
"""The kind of reminder that tells a worker of a step, named by the step's id."""


class CannotDecide(Failure):
    """The application is no longer where this decision could be made (permanent)."""


class DoubleMember(Failure):
    """Another current member holds this ID; a person must settle it (permanent)."""


class Application(SQLModel, table=True):
    """A request to become a member; the facts about the person are sealed.

    `chased` counts who was reminded that it waits: its reviewers, then their officer.
    """

    __table_args__ = (
        Index(
            "one_open_application",
            "worker_id",
            unique=True,
            sqlite_where=_OPEN_SQL,
            postgresql_where=_OPEN_SQL,
        ),
        Index("application_queue", "standing", "union_code", "submitted_at"),
        Index(
            "application_waiting",
            "due",
            sqlite_where=_WAITING_SQL,
            postgresql_where=_WAITING_SQL,
        ),
    )

    id: int = Field(primary_key=True, sa_type=BigId)
    number: str = Field(unique=True)
    worker_id: int = Field(foreign_key="worker.id", sa_type=BigId, index=True)
    chat_id: int = Field(foreign_key="chat.id", sa_type=BigId, index=True)
    standing: Standing = Field(sa_type=one_of(Standing))
    union_code: str = Field(foreign_key="union.code")
    wished_union: str | None = Field(default=None, foreign_key="union.code")
    facts: bytes
    id_type: str
    id_tag: bytes = Field(index=True)
    mobile_tag: bytes = Field(index=True)
    name_tag: bytes = Field(
        default=b"", index=True, sa_column_kwargs={"server_default": ""}
    )
    tag_key: int
    group: str
    work_form: str
    district: str
    source: str | None = Field(default=None, index=True)
    submitted_at: datetime = Field(sa_type=Utc)
    due: date
    chased: int = 0

    def load(self, keys: Keyring, worker: Worker) -> dict[str, Any]:
        """Open the facts: the answers as they were submitted."""
        sealed = unseal(worker.open_key(keys), self._place, self.facts)
        facts: dict[str, Any] = json.loads(sealed)
        return facts

    def tag(self, keys: Keyring, facts: dict[str, Any]) -> None:
        """Make the tags of ID, mobile and name, with the current index key.

        An application emptied of its facts has none that anybody could be found by.
        """
        self.id_tag = keys.tag("id_number", id_number_of(facts)) if facts else b""
        self.mobile_tag = keys.tag("mobile", facts["mobile"]) if facts else b""
        name = normalise_name(facts["full_name"]) if facts else ""
        self.name_tag = keys.tag("name", name) if facts else b""
        self.tag_key = keys.current_index

    def keep(self, keys: Keyring, worker: Worker, facts: dict[str, Any]) -> None:
        """Seal the facts into the row."""
        data = json.dumps(facts, ensure_ascii=False, default=str).encode()
        self.facts = seal(worker.open_key(keys), self._place, data)

    @property
    def _place(self) -> str:
        return f"application.facts|{self.id}"


QUEUE = Queue(
    Application,
    since=Application.submitted_at,
    union=Application.union_code,
    waits=(col(Application.standing).in_(WAITING),),
    people=(Application.worker_id,),
)
"""What waits for a union to be reviewed."""


class Step(SQLModel, table=True):
    """One change of an application's standing: who, when and why; never overwritten."""

    __tablename__ = "application_step"
    __table_args__ = (UniqueConstraint("application_id", "n"),)

    id: int = Field(primary_key=True, sa_type=BigId)
    application_id: int = Field(foreign_key="application.id", sa_type=BigId)
    n: int
    standing: Standing = Field(sa_type=one_of(Standing))
    at: datetime = Field(sa_type=Utc)
    staff_id: int | None = Field(default=None, foreign_key="staff.id", sa_type=BigId)
    why: bytes | None = None
    undone: bool = False

    def reasons(self, keys: Keyring, worker: Worker) -> dict[str, str]:
        """Open the reasons, by field name; the key "" is the reason as a whole."""
        if self.why is None:
            return {}
        why = unseal(worker.open_key(keys), self._place, self.why)
        found: dict[str, str] = json.loads(why)
        return found

    def keep(self, keys: Keyring, worker: Worker, reasons: dict[str, str]) -> None:
        """Seal the reasons into the row."""
        data = json.dumps(reasons, ensure_ascii=False).encode()
        self.why = seal(worker.open_key(keys), self._place, data)

    @property
    def _place(self) -> str:
        return f"application_step.why|{self.id}"


@dataclass(frozen=True)
class Decision:
    """What a reviewer decides: the new standing, reasons by field, where to place."""

    standing: Standing
    reasons: dict[str, str]
    union_code: str | None = None


_LATEST = (
    select(Application)
    .where(Application.worker_id == bindparam("worker_id"))
    .order_by(
        col(Application.standing).in_(APPROVED).desc(),
        col(Application.submitted_at).desc(),
    )
    .limit(1)
)

_LATE = (
    select(Application)
    .where(
        _WAITING_SQL,
        or_(
            and_(col(Application.chased) == 0, Application.due < bindparam("today")),
            and_(col(Application.chased) == 1, Application.due < bindparam("long_ago")),
        ),
    )
    .order_by(col(Application.due))
    .limit(20)
)


def new_number() -> str:
    """Draw an application number: eight digits that tell nothing.

    Where somebody has it, the transaction fails, is run again, and draws another.
    """
    return f"{secrets.randbelow(10**8):08d}"


def latest_of(session: Session, worker_id: int) -> Application | None:
    """Return the application that counts: by which one is a member, else the newest.

    A member may have sent another from a chat that was not known to be theirs. `record`
    has flushed whatever changed.
    """
    with session.no_autoflush:
        return session.exec(_LATEST, params={"worker_id": worker_id}).first()


def applications_of(session: Session, worker_id: int) -> list[Application]:
    """Return all a worker ever applied for, oldest first."""
    found = select(Application).where(Application.worker_id == worker_id)
    return list(session.exec(found.order_by(col(Application.submitted_at))))


def steps_of(session: Session, application_id: int) -> list[Step]:
    """Return an application's history, oldest first."""
    return list(
        session.exec(
            select(Step)
            .where(Step.application_id == application_id)
            .order_by(col(Step.n))
        )
    )


def late(session: Session, today: date, long_ago: date) -> list[Application]:
    """Return some of what waits past its day and nobody was reminded of, oldest first.

    A second reminder is for what was due before `long_ago` and had the first.
    """
    of = {"today": today, "long_ago": long_ago}
    return list(session.exec(_LATE, params=of).all())


def id_number_of(facts: dict[str, Any]) -> str:
    """Return the number of the ID somebody applied with."""
    return str(facts.get("resident_id") or facts["other_id"])


def hold(session: Session, application: Application) -> Worker:
    """Lock the worker, then the application, and read both as they are now.

    Whatever changes an application calls this first, so two that meet take turns.
    """
    worker = session.get_one(Worker, application.worker_id)
    for row in (worker, application):
        # Rows that refer to a locked one may still be written.
        session.refresh(row, with_for_update={"key_share": True})
    return worker


def record(
    session: Session,
    keys: Keyring,
    application: Application,
    standing: Standing,
    now: datetime,
    staff_id: int | None = None,
    reasons: dict[str, str] | None = None,
) -> Step:
    """Move an application to a standing and write the step down.

    A decision the worker has not heard of yet is overtaken by this, and never told.
    """
    is_new = application not in session
    before = [] if is_new else steps_of(session, application.id)
    if before:
        reminder.skip(session, DECISION, str(before[-1].id), "overtaken", now)
    application.standing = standing
    step = Step(
        id=new_id(),
        application_id=application.id,
        n=len(before) + 1,
        standing=standing,
        at=now,
        staff_id=staff_id,
    )
    if reasons:
        worker = session.get_one(Worker, application.worker_id)
        step.keep(keys, worker, reasons)
    session.add(application)
    session.flush()  # the step refers to the application
    session.add(step)
    return step
