"""Benefits: what members may use, on which terms, and whether somebody may now.

`why_not` alone says so, with one reason; lists, forms and presses all ask it.
"""

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Protocol, cast
from zoneinfo import ZoneInfo

from sqlmodel import Field, Session, SQLModel, col, or_, select

from models.columns import BigId, Utc, one_of
from models.errors import Failure
from models.place import Atlas
from models.rules import Rules
from models.worker import Worker

MOST_DAYS = 3660
"""The longest that somebody must have been a member, or that a voucher is good."""


class BenefitKind(StrEnum):
    """How a benefit is given: for a voucher, by who is asked, or to who goes there."""

    VOUCHER = "voucher"
    SERVICE = "service"
    PLACE = "place"


class Per(StrEnum):
    """The period in which a person's share begins anew."""

    EVER = "ever"
    YEAR = "year"
    MONTH = "month"


class Why(StrEnum):
    """Why somebody may not use a benefit now."""

    CLOSED = "closed"
    NOT_OPEN = "not_open"
    OVER = "over"
    NOT_MEMBER = "not_member"
    GUARDED = "guarded"
    OTHER_UNION = "other_union"
    POOL = "pool"
    OTHER_GROUP = "other_group"
    TOO_NEW = "too_new"
    HAS_ONE = "has_one"
    USED_UP = "used_up"
    NONE_LEFT = "none_left"


class MayNot(Failure):
    """Somebody may not use this benefit now (until the day it says, if any)."""

    def __init__(self, why: "Hurdle") -> None:
        super().__init__()
        self.why = why


class Terms(Protocol):
    """What of a benefit decides who may use it; a row of these columns will do."""

    code: str
    kind: BenefitKind
    union_code: str | None
    groups: str
    pool: bool
    member_days: int
    quota: int | None
    taken: int
    share: int | None
    per: Per
    opens: date | None
    closes: date | None
    active: bool


class Benefit(SQLModel, table=True):
    """Something members may use: for whom, how often, from when to when.

    It is for a union and those below it, without `union_code` for every union here.
    `quota` is how many there are in all, `taken` how many are gone; `share` is how
    many one person may have in each period `per`.  What is None has no limit.
    The code of one that is a place is its kind of site.
    """

    code: str = Field(primary_key=True)
    position: int = 0
    kind: BenefitKind = Field(sa_type=one_of(BenefitKind))
    name: str
    name_en: str
    about: str
    about_en: str
    bring: str
    bring_en: str
    union_code: str | None = Field(default=None, foreign_key="union.code", index=True)
    groups: str = ""
    pool: bool = True
    member_days: int = 0
    quota: int | None = None
    taken: int = 0
    share: int | None = None
    per: Per = Field(default=Per.EVER, sa_type=one_of(Per))
    valid_days: int = 30
    opens: date | None = None
    closes: date | None = None
    books: bool = False
    active: bool = True

    @property
    def sites(self) -> str:
        """The kind of site where a benefit that is a place is found."""
        return self.code.replace("-", "_")

    @property
    def kept_by(self) -> str | None:
        """The union whose staff may change the terms."""
        return self.union_code

    def fault(self, atlas: Atlas) -> str | None:
        """Return which part of the terms nobody could meet, if one."""
        checks = {
            "name": bool(self.name),
            "about": bool(self.about),
            "groups": {*filter(None, self.groups.split(";"))} <= {*atlas.groups},
            "quota": self.quota is None or self.quota >= 1,
            "share": self.share is None or self.share >= 1,
            "member_days": 0 <= self.member_days <= MOST_DAYS,
            "valid_days": 1 <= self.valid_days <= MOST_DAYS,
            "closes": not (self.opens and self.closes and self.closes < self.opens),
        }
        return next((part for part, sound in checks.items() if not sound), None)


class Use(SQLModel, table=True):
    """How much of their share of a benefit a person has used in one period.

    It is of no use any more from `until` on; without that it always is.
    """

    __tablename__ = "benefit_use"

    worker_id: int = Field(primary_key=True, foreign_key="worker.id", sa_type=BigId)
    benefit_code: str = Field(primary_key=True, foreign_key="benefit.code")
    period: str = Field(primary_key=True)
    used: int = 0
    until: datetime | None = Field(default=None, sa_type=Utc, index=True)


@dataclass(frozen=True)
class Hurdle:
    """Why not, and from which day on it is no hurdle any more, where that is known."""

    why: Why
    since: date | None = None


@dataclass(frozen=True)
class Person:
    """What of a person decides which benefits they may use today."""

    today: date
    is_member: bool
    guarded: bool = False
    unions: frozenset[str] = frozenset()
    in_pool: bool = False
    group: str | None = None
    since: date | None = None
    used: dict[tuple[str, str], int] = field(default_factory=dict)


COLUMNS = tuple(col(getattr(Benefit, name)) for name in Terms.__annotations__)

OPEN = "open"
"""The period of a share of one: nobody has two of the same benefit open at once."""


def person_of(
    session: Session, atlas: Atlas, rules: Rules, worker: Worker, now: datetime
) -> Person:
    """Return what of somebody decides which benefits they may use now."""
    zone = ZoneInfo(rules.zone)
    since, today = worker.member_since, now.astimezone(zone).date()
    told = since is not None and now >= since + timedelta(seconds=rules.undo_seconds)
    periods = {OPEN, *(period_of(per, today) for per in Per)}
    uses = session.exec(select(Use).where(Use.worker_id == worker.id))
    return Person(
        today=today,
        is_member=told,
        guarded=worker.guarded_at is not None,
        unions=frozenset(atlas.line(worker.union_code)),
        in_pool=worker.in_pool,
        group=worker.group,
        since=since.astimezone(zone).date() if since else None,
        used={(u.benefit_code, u.period): u.used for u in uses if u.period in periods},
    )


def why_not(terms: Terms, person: Person) -> Hurdle | None:
    """Return the one reason why somebody may not use a benefit; None if they may.

    To a place anybody may go.
    """
    closed = _too_soon_or_late(terms, person.today)
    if closed is not None or terms.kind is BenefitKind.PLACE:
        return closed
    return (
        _no_member(terms, person)
        or _not_for_them(terms, person)
        or _nothing_left(terms, person)
    )


def _too_soon_or_late(terms: Terms, today: date) -> Hurdle | None:
    if not terms.active:
        return Hurdle(Why.CLOSED)
    if terms.closes is not None and today > terms.closes:
        return Hurdle(Why.OVER)
    if terms.opens is not None and today < terms.opens:
        return Hurdle(Why.NOT_OPEN, terms.opens)
    return None


def _no_member(terms: Terms, person: Person) -> Hurdle | None:
    if not person.is_member:
        return Hurdle(Why.NOT_MEMBER)
    return Hurdle(Why.GUARDED) if person.guarded else None


def _not_for_them(terms: Terms, person: Person) -> Hurdle | None:
    if terms.union_code is not None and terms.union_code not in person.unions:
        return Hurdle(Why.OTHER_UNION)
    if terms.groups and person.group not in terms.groups.split(";"):
        return Hurdle(Why.OTHER_GROUP)
    if person.in_pool and not terms.pool:
        return Hurdle(Why.POOL)
    old_enough = (person.since or person.today) + timedelta(days=terms.member_days)
    return Hurdle(Why.TOO_NEW, old_enough) if person.today < old_enough else None


def _nothing_left(terms: Terms, person: Person) -> Hurdle | None:
    if person.used.get((terms.code, OPEN)):
        return Hurdle(Why.HAS_ONE)
    used = person.used.get((terms.code, period_of(terms.per, person.today)), 0)
    if terms.share is not None and used >= terms.share:
        return Hurdle(Why.USED_UP, again(terms, person.today))
    if terms.quota is not None and terms.taken >= terms.quota:
        return Hurdle(Why.NONE_LEFT)
    return None


def period_of(per: Per, day: date) -> str:
    """Return the name of the period a day is in."""
    return {Per.EVER: "ever", Per.YEAR: f"{day:%Y}", Per.MONTH: f"{day:%Y-%m}"}[per]


def next_period(per: Per, day: date) -> date | None:
    """Return the first day of the period after a day's; None where there is but one."""
    months = day.year * 12 + day.month  # that of the month after
    starts = {
        Per.EVER: None,
        Per.YEAR: date(day.year + 1, 1, 1),
        Per.MONTH: date(months // 12, months % 12 + 1, 1),
    }
    return starts[per]


def again(terms: Terms, day: date) -> date | None:
    """Return when the next period begins, if there is one while the benefit is open."""
    start = next_period(terms.per, day)
    over = start is None or (terms.closes is not None and start > terms.closes)
    return None if over else start


def offered(session: Session, person: Person) -> list[tuple[Terms, Hurdle | None]]:
    """Return the terms of what is there for somebody: what they may use first."""
    found = select(*COLUMNS).where(Benefit.active)
    if person.is_member:
        theirs = col(Benefit.union_code).in_(person.unions)
        found = found.where(or_(col(Benefit.union_code).is_(None), theirs))
    rows = session.exec(found.order_by(col(Benefit.position), col(Benefit.code)))
    every = [(cast(Terms, row), why_not(cast(Terms, row), person)) for row in rows]
    return sorted(every, key=lambda pair: pair[1] is not None)
