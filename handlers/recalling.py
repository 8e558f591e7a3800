"""Recalling: staff are reminded of what waits, each by a reminder about "row.staff".

What is said names nobody: it goes to phones that others may see.
"""

from collections.abc import Iterable
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from sqlmodel import Session

from models import reminder
from models.chat import newest_chat
from models.reminder import Reminder
from models.staff import Staff

NOBODY = 0
"""Stands for the staff member where there is none: such a reminder ends as skipped."""


def recall(
    session: Session, kind: str, number: int, people: Iterable[Staff], due: datetime
) -> None:
    """Have each of some staff reminded of a row; it is noted where there is nobody."""
    for staff in [staff.id for staff in people] or [NOBODY]:
        reminder.schedule(session, kind, f"{number}.{staff}", due)


def staff_of(session: Session, row: Reminder) -> Staff | None:
    """Return who is to be reminded, while they are known."""
    return session.get(Staff, int(row.parts[1] or NOBODY))


def chat_of_staff(session: Session, row: Reminder) -> int | None:
    """Return the chat of who is to be reminded."""
    staff = staff_of(session, row)
    return newest_chat(session, staff.worker_id) if staff else None


def day_after(day: date, zone: str) -> datetime:
    """Return the first moment after a day."""
    return datetime.combine(day + timedelta(days=1), time(), ZoneInfo(zone))
