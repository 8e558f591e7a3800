"""Reviewing: the decisions a staff member may make on an application, and undoing one.

Every page and chat that decides calls these, so permission, history, membership and
audit are the same everywhere.
"""

import secrets
from datetime import datetime, timedelta
from typing import Any, Protocol

from sqlmodel import Session, select

from models import audit, reminder
from models.application import (
    APPROVED,
    DECISION,
    OPEN,
    WAITING,
    Application,
    CannotDecide,
    Decision,
    DoubleMember,
    Standing,
    Step,
    hold,
    id_number_of,
    latest_of,
    record,
    steps_of,
)
from models.errors import Failure
from models.identity import birth_date, sex
from models.place import Atlas
from models.sealing import Keyring
from models.staff import Staff, serves
from models.worker import Worker, hold_id, member_with_id


class Overtaken(Failure):
    """Something came after a decision, so it can no longer be undone (permanent)."""


class AlreadyTold(Failure):
    """The worker knows of a decision, so it can no longer be undone (permanent)."""


class Asked(Protocol):
    """Anything a worker asks of a union."""

    @property
    def worker_id(self) -> int: ...

    @property
    def union_code(self) -> str: ...


def may_review(atlas: Atlas, staff: Staff | None, asked: Asked) -> bool:
    """Tell whether a staff member answers for what was asked, and did not ask it."""
    is_own = staff is not None and staff.worker_id == asked.worker_id
    return serves(atlas, staff, asked.union_code) and not is_own


def open_for_review(
    session: Session,
    keys: Keyring,
    staff: Staff,
    application: Application,
    now: datetime,
) -> None:
    """Note that a reviewer has begun to look at an application."""
    hold(session, application)
    if application.standing is Standing.SUBMITTED:
        record(session, keys, application, Standing.IN_REVIEW, now, staff.id)
    audit.record(session, now, staff.id, "application.read", application.id)


def decide(
    session: Session,
    keys: Keyring,
    staff: Staff,
    application: Application,
    decision: Decision,
    now: datetime,
    undo_seconds: int,
) -> Step:
    """Carry out a decision; the worker is told once it can no longer be undone.

    Raises CannotDecide when it is not waiting, DoubleMember when the ID is a member's.
    """
    worker = hold(session, application)
    if application.standing not in WAITING:
        raise CannotDecide
    standing = decision.standing
    if standing in APPROVED:
        enrol(session, keys, worker, application, decision.union_code, now)
    reasons = decision.reasons
    step = record(session, keys, application, standing, now, staff.id, reasons)
    audit.record(session, now, staff.id, f"application.{standing}", application.id)
    told = now + timedelta(seconds=undo_seconds)
    reminder.schedule(session, DECISION, str(step.id), told)
    return step


def place(
    session: Session,
    keys: Keyring,
    staff: Staff,
    application: Application,
    union_code: str,
    now: datetime,
    undo_seconds: int,
) -> Step:
    """Give a member in the pool their union; raises CannotDecide for anybody else."""
    worker = hold(session, application)
    if application.standing is not Standing.POOL or not worker.in_pool:
        raise CannotDecide
    worker.union_code, worker.in_pool = union_code, False
    step = record(session, keys, application, Standing.PLACED, now, staff.id)
    audit.record(session, now, staff.id, "application.placed", application.id)
    told = now + timedelta(seconds=undo_seconds)
    reminder.schedule(session, DECISION, str(step.id), told)
    return step


def undo(
    session: Session,
    keys: Keyring,
    staff: Staff,
    step_id: int,
    application: Application,
    now: datetime,
) -> None:
    """Take the last decision back; raises Overtaken for another, or AlreadyTold."""
    worker = hold(session, application)
    last = steps_of(session, application.id)[-1]
    if last.id != step_id:
        raise Overtaken
    if not reminder.skip(session, DECISION, str(step_id), "undone", now):
        raise AlreadyTold
    last.undone = True
    record(session, keys, application, _before(session, worker, last), now, staff.id)
    audit.record(session, now, staff.id, "application.undone", application.id)


def _before(session: Session, worker: Worker, step: Step) -> Standing:
    """Return where an application stood, once what a step did is taken back.

    Who was placed from the pool is in it again; all else is in review again.
    """
    earlier = steps_of(session, step.application_id)[:-1]
    if step.standing is Standing.PLACED and earlier[-1].standing is Standing.POOL:
        application = session.get_one(Application, step.application_id)
        worker.union_code, worker.in_pool = application.union_code, True
        return Standing.POOL
    if step.standing in APPROVED:
        release(worker)
    return Standing.IN_REVIEW


def is_told(session: Session, step: Step) -> bool:
    """Tell whether the notice of a decision has gone to the worker."""
    return not reminder.waits(session, DECISION, str(step.id))


def withdraw(
    session: Session, keys: Keyring, application: Application, now: datetime
) -> None:
    """Take an application back at the worker's own wish; raises CannotDecide."""
    hold(session, application)
    if application.standing not in OPEN:
        raise CannotDecide
    record(session, keys, application, Standing.WITHDRAWN, now)


def enrol(
    session: Session,
    keys: Keyring,
    worker: Worker,
    application: Application,
    union_code: str | None,
    now: datetime,
) -> None:
    """Make the applicant a member: of a union, or of the pool where there is none."""
    facts = application.load(keys, worker)
    tags = keys.tags("id_number", id_number_of(facts))
    hold_id(session, tags)
    holder = member_with_id(session, application.id_type, tags)
    if holder is not None and holder is not worker:
        raise DoubleMember
    number = worker.member_no or new_member_no(session, application.district)
    fill(worker, keys, application, facts)
    worker.union_code = union_code or application.union_code
    worker.in_pool = union_code is None
    worker.member_no, worker.member_since = number, now
    session.flush()


def fill(
    worker: Worker, keys: Keyring, application: Application, facts: dict[str, Any]
) -> None:
    """Copy who somebody is from the application into the worker's own row."""
    for column, value in identity_of(facts).items():
        setattr(worker, column, worker.seal(keys, column, value))
    worker.tag(keys)
    worker.id_type = application.id_type
    worker.sex, worker.group = sex_of(facts), application.group


def release(worker: Worker) -> None:
    """End a membership."""
    worker.member_no = worker.member_since = worker.union_code = None
    worker.in_pool = False


def identity_of(facts: dict[str, Any]) -> dict[str, str]:
    """Return the sealed columns of a worker that an application's facts fill."""
    number = id_number_of(facts)
    born = facts.get("born") or birth_date(number)
    return {
        "name": facts["full_name"],
        "mobile": facts["mobile"],
        "id_number": number,
        "born": str(born),
    }


def who_is(session: Session, keys: Keyring, worker: Worker) -> dict[str, str]:
    """Return who somebody is: as approved, else as applied; empty what is not known."""
    names = ("name", "mobile", "id_number", "born")
    if worker.name is not None:
        return {name: worker.unseal(keys, name) or "" for name in names}
    row = latest_of(session, worker.id)
    facts = row.load(keys, worker) if row else {}
    return identity_of(facts) if facts else dict.fromkeys(names, "")


def sex_of(facts: dict[str, Any]) -> str:
    """Return the sex an applicant stated, or the one their resident ID carries."""
    return str(facts.get("sex") or sex(facts["resident_id"]))


def new_member_no(session: Session, district: str) -> str:
    """Draw a member number nobody has: the district's six digits and eight more."""
    while True:
        number = f"{district[:6]:0<6}{secrets.randbelow(10**8):08d}"
        taken = select(Worker.id).where(Worker.member_no == number)
        if session.exec(taken).first() is None:
            return number
