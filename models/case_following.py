"""Following: what a worker does about a case of theirs: adds to it, takes it back,
rates it."""

from datetime import datetime

from sqlmodel import Session, col

from models import reminder
from models.application import CannotDecide
from models.case import OPEN, Case, Course, end_talk, hold, move
from models.case_entry import CaseEntry, Side, add_entry
from models.case_file import bring
from models.case_news import STIRRED, end_reminders
from models.sealing import Keyring


def add(
    session: Session,
    keys: Keyring,
    row: Case,
    words: str,
    sent_id: int | None,
    now: datetime,
) -> CaseEntry:
    """Let a worker add to their open case; who has it is told.

    Raises CannotDecide where it is over.
    """
    hold(session, row)
    if row.course not in OPEN:
        raise CannotDecide
    sent = bring(session, keys, row, sent_id or 0)
    about = (session, keys, row, Side.WORKER, words, now)
    entry = add_entry(*about, picture_id=sent.id if sent else None)
    reminder.schedule(session, STIRRED, f"{row.id}.{entry.n}", now)
    return entry


def withdraw(session: Session, row: Case, now: datetime) -> None:
    """Take a case back at the worker's wish; raises CannotDecide where it is over."""
    values = {"course": Course.WITHDRAWN, "closed_at": now}
    if not move(session, row, col(Case.course).in_(OPEN), values):
        raise CannotDecide
    end_talk(session, row.id)
    reminder.schedule(session, STIRRED, f"{row.id}.0", now)
    end_reminders(session, row, now)


def rate(session: Session, row: Case, rating: int) -> bool:
    """Keep how a worker was served, the last word counts; False if not closed yet."""
    if row.course is not Course.CLOSED or not 1 <= rating <= 5:
        return False
    row.rating = rating
    session.add(row)
    return True
