"""Coming: which events are shown, and which of them are about to pass."""

from collections.abc import Callable, Iterable, Sequence
from datetime import timedelta

from sqlalchemy import ColumnElement
from sqlmodel import col, func, select

from bot.console.desk import Desk, Label, Text
from bot.console.noun import Waiting
from models.event import COMING, Event, EventState

NEAR = timedelta(days=2)
"""So long before an event begins, or its sign-up closes, staff are told."""

Which = tuple[Text, Callable[[Desk], Sequence[ColumnElement[bool]]]]
SHOWN: dict[str, Which] = {
    "coming": (
        Label("Coming"),
        lambda desk: [col(Event.state).in_((EventState.DRAFT, *COMING))],
    ),
    "past": (
        Label("Past"),
        lambda desk: [col(Event.state).in_((EventState.CANCELLED, EventState.OVER))],
    ),
    "unpublished": (
        Label("Sign-up should be open, but it is a draft"),
        lambda desk: [
            col(Event.state) == EventState.DRAFT,
            col(Event.opens_at) < desk.now,
            col(Event.ends_at) > desk.now,
        ],
    ),
    "closing": (
        Label("Sign-up closes within two days"),
        lambda desk: [
            col(Event.state) == EventState.OPEN,
            col(Event.closes_at).between(desk.now, desk.now + NEAR),
        ],
    ),
    "soon": (
        Label("Begins within two days"),
        lambda desk: [
            col(Event.state).in_(COMING),
            col(Event.starts_at).between(desk.now, desk.now + NEAR),
        ],
    ),
}


def waits(desk: Desk) -> Iterable[Waiting]:
    """Count the events that are about to pass, by what is to be seen to."""
    for name, label in (
        ("unpublished", Label("Events that should be published")),
        ("closing", Label("Events whose sign-up closes soon")),
        ("soon", Label("Events that begin soon")),
    ):
        which = (col(Event.union_code).in_(desk.unions), *SHOWN[name][1](desk))
        counted = select(func.count()).where(*which)
        count = desk.session.exec(counted).one()
        if count:
            late, path = name == "unpublished", f"/console/events?show={name}"
            yield Waiting(label, count, None, path, late)
