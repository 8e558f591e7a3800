"""News of cases: who is reminded of what: staff of what waits, both of the last day."""

from collections.abc import Iterable
from datetime import date, datetime, timedelta

from sqlmodel import Session

from models import reminder
from models.case import Case
from models.dispute import NOTICES
from models.staff import OFFICER, Staff, staff_above

FILED = "case_filed"
"""The kind of reminder that tells of a new case, as "case.staff"."""

URGENT = "case_urgent"
"""The same of an urgent one, which waits for no morning."""

TOLD = "case_told"
"""The kind of reminder that tells a worker of a step, as "case.step"."""

STIRRED = "case_stirred"
"""The kind of reminder that tells who has a case what its worker did, as "case.n"."""

SAFE_DAY = "case_safe_day"
"""The kind of reminder that a worker's last safe day comes nearer."""

SAFE_DAY_STAFF = "case_safe_day_staff"
"""The same for who has the case."""

WARNED = "case_warned"
"""The kind of reminder that warns of similar cases, as "case.officer"."""


def recall_safe_day(session: Session, row: Case, now: datetime, today: date) -> None:
    """Have the last safe day recalled; what was to be recalled before no more is."""
    for kind in (SAFE_DAY, SAFE_DAY_STAFF):
        reminder.skip(session, kind, str(row.id), "moved", now)
        left = row.safe_day - today if row.safe_day else timedelta()
        for days in NOTICES:
            if left > (before := timedelta(days=days)):
                reminder.schedule(session, kind, str(row.id), now + left - before)


def end_reminders(session: Session, row: Case, now: datetime) -> None:
    """Recall no more the last safe day of a case that is over."""
    for kind in (SAFE_DAY, SAFE_DAY_STAFF):
        reminder.skip(session, kind, str(row.id), "over", now)


def announce(session: Session, row: Case, now: datetime) -> None:
    """Have a case that waits told to who serves its union; what is urgent, to officers
    too."""
    people = staff_above(session, row.union_code, row.worker_id)
    if row.urgent:
        people += officers(session, row)
    tell_staff(session, URGENT if row.urgent else FILED, row, people, now)


def officers(session: Session, row: Case) -> list[Staff]:
    """Return the officers of the case's union, or of the nearest above that has any."""
    return staff_above(session, row.union_code, row.worker_id, OFFICER)


def tell_staff(
    session: Session, kind: str, row: Case, people: Iterable[Staff], now: datetime
) -> None:
    """Have staff told something of a case."""
    subjects = dict.fromkeys(f"{row.id}.{staff.id}" for staff in people)
    reminder.schedule_all(session, kind, now, subjects)
