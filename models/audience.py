"""An audience: whom a notice is for, as one value that becomes one SQL statement.

It is a union's members and those of all unions below it; every other filter leaves
some of them out.  Nobody's row is ever read to count or to queue them.
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Select,
    and_,
    case,
    exists,
    func,
    literal,
    select,
)
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import FunctionElement
from sqlmodel import Session, col

from models import preference
from models.application import APPROVED, Application
from models.chat import Chat
from models.conversation import Conversation
from models.hours import Window
from models.place import Atlas, Enterprise
from models.preference import MEAL_GROUPS, Preference, Topic
from models.rules import Rules
from models.service import ServiceRequest
from models.signup import Signup, SignupState
from models.voucher import Voucher
from models.worker import Worker

WORKER_ID = col(Worker.id)
"""By which the members selected can be parted."""

IDS = 1 << 62
"""Below this all ids lie, drawn at random: equal parts of it hold as many people."""

SAMPLE = 5
"""How many of an audience are shown to who is about to write to it."""


@dataclass(frozen=True, kw_only=True)
class Audience:
    """Whom a notice is for: who meets every filter that is given.

    `active_days` takes who filled in or began a form so lately.
    """

    union_code: str
    groups: tuple[str, ...] = ()
    districts: tuple[str, ...] = ()
    enterprises: tuple[int, ...] = ()
    events: tuple[int, ...] = ()
    benefits: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()
    channels: tuple[str, ...] = ()
    active_days: int | None = None

    @classmethod
    def of(cls, kept: Mapping[str, Any]) -> "Audience":
        """Read an audience that was written down as JSON."""
        lists = {k: tuple(v) for k, v in kept.items() if isinstance(v, list)}
        return cls(**{**kept, **lists})


@dataclass(frozen=True)
class Survey:
    """What would become of a notice now: who gets it, who not and why, who later."""

    total: int = 0
    left_out: Counter[str] = field(default_factory=Counter)
    delayed: Counter[datetime] = field(default_factory=Counter)

    @property
    def at_once(self) -> int:
        """How many get it as soon as it is sent."""
        return self.total - self.left_out.total() - self.delayed.total()


def fault_of(atlas: Atlas, audience: Audience) -> str | None:
    """Return which filter names what there is not, if one does."""
    checks = {
        "union": audience.union_code in atlas.unions,
        "groups": {*audience.groups} <= {*atlas.groups},
        "districts": {*audience.districts} <= {*atlas.divisions},
        "active_days": audience.active_days is None or audience.active_days > 0,
    }
    return next((name for name, sound in checks.items() if not sound), None)


def chosen(atlas: Atlas, audience: Audience, now: datetime) -> ColumnElement[bool]:
    """Return the condition that a worker is of an audience."""
    filters: list[ColumnElement[bool]] = [
        col(Worker.union_code).in_(sorted(atlas.branch(audience.union_code))),
        col(Worker.member_no).is_not(None),
    ]
    if audience.groups:
        filters.append(col(Worker.group).in_(audience.groups))
    if audience.languages:
        filters.append(col(Worker.language).in_(audience.languages))
    filters += (
        condition(audience, now)
        for name, condition in _RELATED.items()
        if getattr(audience, name)
    )
    return and_(*filters)


def _of_district(audience: Audience, now: datetime) -> ColumnElement[bool]:
    return works_in(*audience.districts)


def works_in(*districts: str) -> ColumnElement[bool]:
    """Return the condition that a member works in one of these districts."""
    return exists().where(
        col(Application.worker_id) == col(Worker.id),
        col(Application.standing).in_(APPROVED),
        col(Application.district).in_(districts),
    )


def _of_enterprise(audience: Audience, now: datetime) -> ColumnElement[bool]:
    theirs = select(col(Enterprise.union_code))
    return col(Worker.union_code).in_(
        theirs.where(col(Enterprise.id).in_(audience.enterprises))
    )


def _at_event(audience: Audience, now: datetime) -> ColumnElement[bool]:
    return exists().where(
        col(Signup.worker_id) == col(Worker.id),
        col(Signup.event_id).in_(audience.events),
        col(Signup.state) != SignupState.CANCELLED,
    )


def _with_benefit(audience: Audience, now: datetime) -> ColumnElement[bool]:
    used: list[ColumnElement[bool]] = [
        exists().where(
            col(table.worker_id) == col(Worker.id),
            col(table.benefit_code).in_(audience.benefits),
        )
        for table in (Voucher, ServiceRequest)
    ]
    return used[0] | used[1]


def _on_channel(audience: Audience, now: datetime) -> ColumnElement[bool]:
    return exists().where(
        col(Chat.worker_id) == col(Worker.id),
        col(Chat.channel).in_(audience.channels),
        col(Chat.stopped_at).is_(None),
    )


def _active(audience: Audience, now: datetime) -> ColumnElement[bool]:
    since = now - timedelta(days=audience.active_days or 0)
    return exists().where(
        col(Conversation.worker_id) == col(Worker.id),
        col(Conversation.updated_at) >= since,
    )


_RELATED = {
    "districts": _of_district,
    "enterprises": _of_enterprise,
    "events": _at_event,
    "benefits": _with_benefit,
    "channels": _on_channel,
    "active_days": _active,
}
"""The filters that look beyond the worker's own row."""


def members(atlas: Atlas, audience: Audience, now: datetime) -> Select[Any]:
    """Select the ids of an audience."""
    return select(WORKER_ID).where(chosen(atlas, audience, now))


def part(
    atlas: Atlas, audience: Audience, number: int, parts: int, now: datetime
) -> Select[Any]:
    """Select the ids of one of so many parts of an audience, which are about equal."""
    width = IDS // parts + 1
    first, behind = number * width, (number + 1) * width
    here = _likely(WORKER_ID.between(first, behind - 1))
    found = members(atlas, audience, now).where(here)
    # In order they are quicker to write; a bare column would undo the hint.
    return found.order_by(WORKER_ID + 0)


class _likely(FunctionElement[Any]):
    """What SQLite is to take for true mostly: else it reads the table by its ids."""

    inherit_cache = True


@compiles(_likely)
def _as_it_is(element: _likely, compiler: Any, **how: Any) -> str:
    return str(compiler.process(element.clauses, **how))


@compiles(_likely, "sqlite")
def _as_a_hint(element: _likely, compiler: Any, **how: Any) -> str:
    return f"likely({compiler.process(element.clauses, **how)})"


def count(session: Session, atlas: Atlas, audience: Audience, now: datetime) -> int:
    """Count an audience."""
    every = select(func.count()).select_from(Worker)
    return int(session.scalar(every.where(chosen(atlas, audience, now))) or 0)


def sample(
    session: Session, atlas: Atlas, audience: Audience, now: datetime
) -> list[int]:
    """Return some of an audience."""
    return list(session.scalars(members(atlas, audience, now).limit(SAMPLE)))


def survey(
    session: Session,
    atlas: Atlas,
    rules: Rules,
    audience: Audience,
    topic: Topic,
    urgent: bool,
    now: datetime,
) -> Survey:
    """Say what would become of a notice that is sent now."""
    found = Survey(count(session, atlas, audience, now))
    for why, quiet, many in _lots(session, rules, atlas, audience, topic, now):
        if why:
            found.left_out[why] += many
        elif not urgent:
            opens = preference.opening(rules, *quiet, now)
            found.delayed[opens] += many if opens > now else 0
    return Survey(found.total, found.left_out, +found.delayed)


def _lots(
    session: Session,
    rules: Rules,
    atlas: Atlas,
    audience: Audience,
    topic: Topic,
    now: datetime,
) -> list[tuple[str, tuple[Window, bool], int]]:
    """Count those alike: why they are left out, their quiet hours, their meals."""
    own = col(Preference.worker_id) == col(Worker.id)
    why = case(
        (~_any_chat(), literal("no_chat")),
        (~_live_chat(), literal("stopped")),
        (getattr(Preference, topic).is_(False), literal("opted_out")),
        else_=literal(""),
    )
    usual = func.coalesce(col(Worker.group), "").in_(MEAL_GROUPS)
    meals = case((col(Preference.meals).is_(None), usual), else_=Preference.meals)
    alike = (why, col(Preference.quiet_start), col(Preference.quiet_end), meals)
    rows = session.execute(
        select(*alike, func.count())
        .select_from(Worker)
        .outerjoin(Preference, own)
        .where(chosen(atlas, audience, now))
        .group_by(*alike)
    )
    usual_hours = rules.quiet_start, rules.quiet_end
    return [
        (
            reason,
            (usual_hours if None in (start, end) else (start, end), bool(eats)),
            many,
        )
        for reason, start, end, eats, many in rows
    ]


def _any_chat() -> ColumnElement[bool]:
    return exists().where(col(Chat.worker_id) == col(Worker.id))


def _live_chat() -> ColumnElement[bool]:
    return exists().where(
        col(Chat.worker_id) == col(Worker.id), col(Chat.stopped_at).is_(None)
    )
