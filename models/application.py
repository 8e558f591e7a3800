"""Applications to join: their states, the history of each, and what may be decided.

    submitted → in review → returned / rejected / approved to the pool → placed
    submitted, in review or returned → withdrawn

A decision may be undone until its notice has left; see `models.reminder`.
"""

import json
import secrets
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Index, UniqueConstraint, text
from sqlmodel import Field, Session, SQLModel, col, select

from models.columns import BigId, Utc, new_id, one_of
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


WAITING = (Standing.SUBMITTED, Standing.IN_REVIEW)
OPEN = (*WAITING, Standing.RETURNED)
APPROVED = (Standing.POOL, Standing.PLACED)
_OPEN_SQL = text("standing IN ('submitted', 'in_review', 'returned')")


class CannotDecide(Exception):
    """The application is no longer where this decision could be made (permanent)."""


class DoubleMember(Exception):
    """Another current member holds this ID; a person must settle it (permanent)."""


class Application(SQLModel, table=True):
    """A request to become a member; the facts about the person are sealed."""

    __table_args__ = (
        Index(
            "one_open_application",
            "worker_id",
            unique=True,
            sqlite_where=_OPEN_SQL,
            postgresql_where=_OPEN_SQL,
        ),
        Index("application_queue", "standing", "union_code", "submitted_at"),
    )

    id: int = Field(primary_key=True, sa_type=BigId)
    number: str = Field(unique=True)
    worker_id: int = Field(foreign_key="worker.id", sa_type=BigId, index=True)
    chat_id: int = Field(foreign_key="chat.id", sa_type=BigId)
    standing: Standing = Field(sa_type=one_of(Standing))  # type: ignore[call-overload]
    union_code: str = Field(foreign_key="union.code")
    wished_union: str | None = Field(default=None, foreign_key="union.code")
    facts: bytes
    id_type: str
    id_tag: bytes = Field(index=True)
    mobile_tag: bytes = Field(index=True)
    group: str
    work_form: str
    district: str
    flags: str = ""
    source: str | None = None
    submitted_at: datetime = Field(sa_type=Utc)
    due: date

    def load(self, keys: Keyring, worker: Worker) -> dict[str, Any]:
        """Open the facts: the answers as they were submitted."""
        sealed = unseal(worker.open_key(keys), self._place, self.facts)
        facts: dict[str, Any] = json.loads(sealed)
        return facts

    def keep(self, keys: Keyring, worker: Worker, facts: dict[str, Any]) -> None:
        """Seal the facts into the row."""
        data = json.dumps(facts, ensure_ascii=False, default=str).encode()
        self.facts = seal(worker.open_key(keys), self._place, data)

    @property
    def _place(self) -> str:
        return f"application.facts|{self.id}"


class Step(SQLModel, table=True):
    """One change of an application's standing: who, when and why; never overwritten."""

    __tablename__ = "application_step"
    __table_args__ = (UniqueConstraint("application_id", "n"),)

    id: int = Field(primary_key=True, sa_type=BigId)
    application_id: int = Field(foreign_key="application.id", sa_type=BigId)
    n: int
    standing: Standing = Field(sa_type=one_of(Standing))  # type: ignore[call-overload]
    at: datetime = Field(sa_type=Utc)
    staff_id: int | None = Field(default=None, foreign_key="staff.id", sa_type=BigId)
    why: bytes | None = None
    undone: bool = False

    def reasons(self, keys: Keyring, worker: Worker) -> dict[str, str]:
        """Open the reasons, by field name; the key "" is the reason as a whole."""
        if self.why is None:
            return {}
        place = f"application_step.why|{self.id}"
        found: dict[str, str] = json.loads(
            unseal(worker.open_key(keys), place, self.why)
        )
        return found


@dataclass(frozen=True)
class Decision:
    """What a reviewer decides: the new standing, the reasons by field, where to place."""

    standing: Standing
    reasons: dict[str, str]
    union_code: str | None = None


def new_number(session: Session) -> str:
    """Draw an application number nobody has: eight digits that tell nothing."""
    while True:
        number = f"{secrets.randbelow(10**8):08d}"
        taken = select(Application.id).where(Application.number == number)
        if session.exec(taken).first() is None:
            return number


def latest_of(session: Session, worker_id: int) -> Application | None:
    """Return the worker's newest application."""
    return session.exec(
        select(Application)
        .where(Application.worker_id == worker_id)
        .order_by(col(Application.submitted_at).desc())
    ).first()


def steps_of(session: Session, application_id: int) -> list[Step]:
    """Return an application's history, oldest first."""
    return list(
        session.exec(
            select(Step)
            .where(Step.application_id == application_id)
            .order_by(col(Step.n))
        )
    )


def waiting_in(session: Session, unions: set[str]) -> list[Application]:
    """Return the applications these unions have to review, oldest first."""
    return list(
        session.exec(
            select(Application)
            .where(
                col(Application.standing).in_(WAITING),
                col(Application.union_code).in_(unions),
            )
            .order_by(col(Application.submitted_at), col(Application.id))
        )
    )


def doubts_about(session: Session, application: Application) -> set[str]:
    """Return what a person must look at: an ID or mobile that others hold too."""
    return {
        word
        for word, ours in (
            ("id_known", (Worker.id_tag, Application.id_tag, application.id_tag)),
            (
                "mobile_known",
                (Worker.mobile_tag, Application.mobile_tag, application.mobile_tag),
            ),
        )
        if _held_by_another(session, application.worker_id, *ours)
    }


def _held_by_another(
    session: Session, worker_id: int, of_worker: Any, of_application: Any, tag: bytes
) -> bool:
    member = select(Worker.id).where(
        of_worker == tag, Worker.id != worker_id, col(Worker.member_no).is_not(None)
    )
    pending = select(Application.id).where(
        of_application == tag,
        Application.worker_id != worker_id,
        col(Application.standing).in_(OPEN),
    )
    return (session.exec(member).first() or session.exec(pending).first()) is not None


def record(
    session: Session,
    keys: Keyring,
    application: Application,
    standing: Standing,
    now: datetime,
    staff_id: int | None = None,
    reasons: dict[str, str] | None = None,
) -> Step:
    """Move an application to a standing and write the step down."""
    worker = session.get_one(Worker, application.worker_id)
    step_id, n = new_id(), len(steps_of(session, application.id)) + 1
    why = None
    if reasons:
        data = json.dumps(reasons, ensure_ascii=False).encode()
        why = seal(worker.open_key(keys), f"application_step.why|{step_id}", data)
    step = Step(
        id=step_id,
        application_id=application.id,
        n=n,
        standing=standing,
        at=now,
        staff_id=staff_id,
        why=why,
    )
    application.standing = standing
    for row in (application, step):  # the step refers to the application
        session.add(row)
        session.flush()
    return step
