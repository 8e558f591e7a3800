"""Hosts: events that take place while people talk, for stories and tests."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from sqlmodel import Session, select

from models.event import Event, EventKind, Plan
from models.hosting import cancel, change
from models.place import read_atlas
from models.staff import Staff
from tests.models.cast import reviewer
from tests.models.programme import PLAN, QUESTIONS, open_event
from tests.world import World

KINDS = {
    "家政节": EventKind.FESTIVAL,
    "培训班": EventKind.TRAINING,
    "竞赛": EventKind.COMPETITION,
    "体检日": EventKind.HEALTH_DAY,
}


def hold_event(
    world: World, name: str, seats: str = "2", hours: str = "48", *more: str
) -> None:
    """Invite to an event that starts in so many hours.

    More may be 有问题 for questions of its own, and the codes of groups.
    """
    changes: dict[str, Any] = plan_at(world.now + timedelta(hours=float(hours)))
    changes |= {"name": name, "name_en": "", "kind": KINDS[name]}
    changes |= {"capacity": int(seats)}
    changes["questions"] = QUESTIONS if "有问题" in more else ()
    changes["groups"] = tuple(word for word in more if word.isascii())
    world.write(lambda s: open_event(s, world.now, **changes))


def plan_at(start: datetime) -> dict[str, datetime]:
    """Return the times of an event that starts then."""
    return {
        "starts_at": start,
        "ends_at": start + timedelta(hours=3),
        "opens_at": start - timedelta(days=30),
        "closes_at": start,
    }


def put_off(world: World, name: str, hours: str) -> None:
    """Let an event start so many hours later."""

    def work(session: Session, event: Event, staff: Staff) -> None:
        start = event.starts_at + timedelta(hours=float(hours))
        plan: Plan = replace(
            PLAN,
            name=name,
            kind=event.kind,
            capacity=event.capacity,
            questions=event.own_questions,
            **plan_at(start),  # type: ignore[arg-type]
        )
        atlas = read_atlas(session)
        change(session, atlas, staff, event, plan, world.rules, world.now)

    _as_host(world, name, work)


def call_off(world: World, name: str) -> None:
    """Let an event not take place."""

    def work(session: Session, event: Event, staff: Staff) -> None:
        atlas = read_atlas(session)
        cancel(session, atlas, staff, event, world.rules, world.now)

    _as_host(world, name, work)


def _as_host(world: World, name: str, work: Any) -> None:
    def run(session: Session) -> None:
        event = session.exec(select(Event).where(Event.name == name)).one()
        work(session, event, reviewer(session))

    world.write(run)


def event_named(world: World, name: str) -> Event:
    """Return an event."""
    found = select(Event).where(Event.name == name)
    return world.write(lambda s: s.exec(found).one())
