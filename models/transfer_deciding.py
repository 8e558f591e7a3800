"""Deciding transfers: a union lets a member go, takes one in, refuses, undoes that."""

from datetime import date, datetime, timedelta

from sqlmodel import Session

from models import audit, reminder
from models.application import CannotDecide
from models.correction import correct, membership_of
from models.place import Atlas
from models.review import AlreadyTold, Overtaken, may_review
from models.sealing import Keyring
from models.staff import Staff
from models.transfer import (
    MOVED,
    TO_RECEIVE,
    WAITING,
    Moving,
    Transfer,
    TransferStep,
    locked,
    record_step,
    steps_of,
)
from models.worker import Worker


def release(
    session: Session,
    keys: Keyring,
    atlas: Atlas,
    staff: Staff,
    row: Transfer,
    now: datetime,
    undo_seconds: int,
    due: date,
) -> TransferStep:
    """Let a member go; the union wished for decides until the day `due`."""
    _hold(session, atlas, staff, row, Moving.REQUESTED)
    row.union_code, row.due, row.chased = row.to_union, due, 0
    return _decided(session, staff, row, Moving.RELEASED, now, undo_seconds)


def receive(
    session: Session,
    keys: Keyring,
    atlas: Atlas,
    staff: Staff,
    row: Transfer,
    now: datetime,
    undo_seconds: int,
) -> TransferStep:
    """Take a member in: they, and what they applied with, are the new union's now."""
    worker = _hold(session, atlas, staff, row, *TO_RECEIVE)
    facts = row.load(keys, worker)
    kept = correct(session, keys, worker, facts["after"])
    reader = _hand_over(session, worker, row.to_union)
    row.keep(keys, worker, {**facts, "before": kept, "reader": reader})
    worker.union_code, worker.in_pool = row.to_union, row.to_pool
    return _decided(session, staff, row, Moving.RECEIVED, now, undo_seconds)


def _hand_over(session: Session, worker: Worker, union_code: str) -> str:
    """Let another union read what a member applied with; return the one that could."""
    application = membership_of(session, worker)
    reader, application.union_code = application.union_code, union_code
    session.add(application)
    return reader


def refuse(
    session: Session,
    keys: Keyring,
    atlas: Atlas,
    staff: Staff,
    row: Transfer,
    now: datetime,
    undo_seconds: int,
    reason: str,
) -> TransferStep:
    """Refuse a transfer with a reason; the member stays where they are."""
    worker = _hold(session, atlas, staff, row, *WAITING)
    step = _decided(session, staff, row, Moving.REFUSED, now, undo_seconds)
    step.keep(keys, worker, reason)
    return step


def _hold(
    session: Session, atlas: Atlas, staff: Staff, row: Transfer, *standings: Moving
) -> Worker:
    """Lock the worker, then the transfer, as they are now; raises CannotDecide.

    It must stand where this can be decided, and be this staff member's to decide.
    """
    worker = locked(session, row)
    if row.standing not in standings or not may_review(atlas, staff, row):
        raise CannotDecide
    return worker


def _decided(
    session: Session,
    staff: Staff,
    row: Transfer,
    standing: Moving,
    now: datetime,
    undo_seconds: int,
) -> TransferStep:
    step = record_step(session, row, standing, now, staff.id)
    audit.record(session, now, staff.id, f"transfer.{standing}", row.id)
    told = now + timedelta(seconds=undo_seconds)
    reminder.schedule(session, MOVED, str(step.id), told)
    return step


def undo(
    session: Session,
    keys: Keyring,
    atlas: Atlas,
    staff: Staff,
    step_id: int,
    row: Transfer,
    now: datetime,
) -> None:
    """Take the last decision back; raises AlreadyTold, or Overtaken for another.

    So it is where it is no longer theirs: who serves elsewhere now undoes nothing.
    """
    worker = locked(session, row)
    *before, last = steps_of(session, row.id)
    if last.id != step_id or not _is_theirs(atlas, staff, last, row):
        raise Overtaken
    if not reminder.skip(session, MOVED, str(step_id), "undone", now):
        raise AlreadyTold
    if last.standing is Moving.RECEIVED:
        _return(session, keys, worker, row)
    was = next(s for s in reversed(before) if not s.undone)
    requested = was.standing is Moving.REQUESTED
    row.union_code = row.from_union if requested else row.to_union
    row.due = was.due
    last.undone = True
    session.add(last)
    record_step(session, row, was.standing, now, staff.id)
    audit.record(session, now, staff.id, "transfer.undone", row.id)


def may_undo(
    session: Session, atlas: Atlas, staff: Staff, step: TransferStep, row: Transfer
) -> bool:
    """Tell whether the last step is theirs to take back, and the member not told."""
    waits = reminder.waits(session, MOVED, str(step.id))
    return waits and _is_theirs(atlas, staff, step, row)


def _is_theirs(atlas: Atlas, staff: Staff, step: TransferStep, row: Transfer) -> bool:
    """Tell whether somebody took a step, or decides what comes after it."""
    return step.staff_id == staff.id or may_review(atlas, staff, row)


def _return(session: Session, keys: Keyring, worker: Worker, row: Transfer) -> None:
    """Give a member back to the union they came from."""
    facts = row.load(keys, worker)
    correct(session, keys, worker, facts.pop("before"))
    _hand_over(session, worker, facts.pop("reader"))
    row.keep(keys, worker, facts)
    worker.union_code, worker.in_pool = row.from_union, row.from_pool
