"""Preferences: which notices somebody wants, when, and how large they read.

Where somebody has said nothing there is no row, and the defaults hold.
"""

from datetime import date, datetime, time
from enum import StrEnum
from zoneinfo import ZoneInfo

from sqlalchemy import Index, text
from sqlmodel import Field, Session, SQLModel, col, select

from models import hours
from models.application import latest_of
from models.columns import BigId, Utc
from models.rules import Rules
from models.worker import Worker

MEALS: tuple[hours.Window, ...] = (
    (time(11), time(13, 30)),
    (time(17), time(19, 30)),
)
"""When those who bring meals and parcels have both hands full."""

MEAL_GROUPS = ("courier", "delivery_rider")
"""Who is left in peace at meal times unless they say otherwise."""

GREETED_AT = 9
"""The hour of a birthday greeting."""


class Topic(StrEnum):
    """What somebody may be told of; each may be switched off."""

    NOTICES = "notices"
    EVENTS = "events"
    BENEFITS = "benefits"
    SURVEYS = "surveys"


class Preference(SQLModel, table=True):
    """What one person chose; None is the usual.

    `greet_at` is when the next birthday greeting is due, for who wishes for one.
    """

    __table_args__ = (
        Index(
            "preference_greeting",
            "greet_at",
            sqlite_where=text("greet_at IS NOT NULL"),
            postgresql_where=text("greet_at IS NOT NULL"),
        ),
    )

    worker_id: int = Field(primary_key=True, foreign_key="worker.id", sa_type=BigId)
    notices: bool = True
    events: bool = True
    benefits: bool = True
    surveys: bool = True
    quiet_start: time | None = None
    quiet_end: time | None = None
    meals: bool | None = None
    large: bool = False
    greet_at: datetime | None = Field(default=None, sa_type=Utc)


def preference_of(session: Session, worker_id: int) -> Preference:
    """Return what somebody chose; the defaults, not yet kept, where there is nothing.

    What is changed in it is kept by `keep`.
    """
    return session.get(Preference, worker_id) or Preference(worker_id=worker_id)


def keep(session: Session, preference: Preference) -> None:
    """Write down what somebody chose."""
    session.add(preference)
    session.flush()


def wants(session: Session, worker_id: int, topic: Topic | None) -> bool:
    """Tell whether somebody wants to hear of a topic; of None everybody does."""
    return topic is None or bool(getattr(preference_of(session, worker_id), topic))


def has_meals(session: Session, worker: Worker, preference: Preference) -> bool:
    """Tell whether somebody is left in peace at meal times: as chosen, or by group."""
    if preference.meals is not None:
        return preference.meals
    return group_of(session, worker) in MEAL_GROUPS


def group_of(session: Session, worker: Worker) -> str | None:
    """Return the group somebody is of, as approved or as applied."""
    if worker.group is not None:
        return worker.group
    latest = latest_of(session, worker.id)
    return latest.group if latest else None


def quiet_hours(rules: Rules, preference: Preference) -> hours.Window:
    """Return somebody's quiet hours: their own, or the usual."""
    if preference.quiet_start is None or preference.quiet_end is None:
        return rules.quiet_start, rules.quiet_end
    return preference.quiet_start, preference.quiet_end


def next_open(
    session: Session, rules: Rules, worker: Worker, now: datetime, brief: bool = False
) -> datetime:
    """Return the first moment from now at which a message that can wait may be told.

    Where somebody's hours leave no minute open, those of the meals do not count; nor
    do they for what is `brief`.
    """
    preference = preference_of(session, worker.id)
    quiet = quiet_hours(rules, preference)
    meals = not brief and has_meals(session, worker, preference)
    return opening(rules, quiet, meals, now)


def opening(rules: Rules, quiet: hours.Window, meals: bool, now: datetime) -> datetime:
    """Return the first moment from now outside quiet hours, and those of the meals."""
    try:
        return hours.next_open(now, rules.zone, [quiet, *(MEALS if meals else ())])
    except ValueError:
        return hours.next_open(now, rules.zone, [quiet])


def leave_room(quiet: hours.Window, meals: bool) -> bool:
    """Tell whether quiet hours leave some minute of a day open."""
    somewhen = datetime(2026, 1, 1, tzinfo=ZoneInfo("UTC"))
    try:
        hours.next_open(somewhen, "UTC", [quiet, *(MEALS if meals else ())])
    except ValueError:
        return False
    return True


def next_birthday(born: date, zone: str, now: datetime) -> datetime:
    """Return when somebody is next greeted; born on 29 February, on the 28th."""
    there, day = ZoneInfo(zone), born.day
    if (born.month, born.day) == (2, 29):
        day = 28
    year = now.astimezone(there).year
    found = datetime(year, born.month, day, GREETED_AT, tzinfo=there)
    return found if found > now else found.replace(year=year + 1)


def a_year_after(due: datetime, zone: str) -> datetime:
    """Return when somebody is greeted the year after."""
    there = due.astimezone(ZoneInfo(zone))
    return there.replace(year=there.year + 1)


def greetings_due(
    session: Session, now: datetime, limit: int = 100
) -> list[Preference]:
    """Return some of those whose birthday greeting is due, the longest due first."""
    found = select(Preference).where(col(Preference.greet_at) <= now)
    return list(session.exec(found.order_by(col(Preference.greet_at)).limit(limit)))
