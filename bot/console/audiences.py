"""Audiences: whom a notice is for, chosen by filters, and what would become of it."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import Any

from sqlmodel import col, or_, select

from bot.console.desk import Desk, Label, Text
from bot.console.fields import (
    Field,
    Options,
    Unread,
    groups,
    number,
    one_of,
    some_of,
    unions,
    words,
)
from bot.console.views import Line, Sheet
from handlers.my_data import LANGUAGES
from models import audience
from models.audience import Audience, Survey
from models.benefit import Benefit
from models.columns import long, short
from models.event import Event
from models.identity import mask_name
from models.notice import Notice
from models.place import Enterprise
from models.worker import Worker

MOST = 30
"""How many events are offered, those that begin last."""

LAST = 4
"""How many digits of a member number are shown."""

CHANNELS: dict[str, Text] = {"page": Label("Web page"), "telegram": "Telegram"}

REASONS: Mapping[str, Text] = {
    "no_chat": Label("have no chat with us"),
    "stopped": Label("have blocked us"),
    "opted_out": Label("want nothing of this topic"),
}
"""Why somebody is left out."""


def districts(desk: Desk) -> Options:
    """Offer the districts where one's own unions are."""
    atlas = desk.kit.atlas
    roots = {atlas.unions[code].division for code in desk.unions}
    found = (d for d in atlas.divisions.values() if d.kind == "district")
    return {d.code: desk.named(d) for d in found if d.code.startswith(tuple(roots))}


def _events(desk: Desk) -> Options:
    """Offer the events of one's own unions."""
    own = select(Event).where(col(Event.union_code).in_(desk.unions))
    rows = desk.session.exec(own.order_by(col(Event.starts_at).desc()).limit(MOST))
    return {
        short(row.id): f"{desk.named(row)} {desk.moment(row.starts_at)[:10]}"
        for row in rows
    }


def _benefits(desk: Desk) -> Options:
    """Offer the benefits of one's own unions, and those of every union."""
    own = or_(
        col(Benefit.union_code).is_(None), col(Benefit.union_code).in_(desk.unions)
    )
    rows = desk.session.exec(select(Benefit).where(own).order_by(col(Benefit.position)))
    return {row.code: desk.named(row) for row in rows}


def _channels(desk: Desk) -> Options:
    return {name: CHANNELS.get(name, name) for name in desk.cans}


def _enterprises(desk: Desk, text: str) -> tuple[int, ...]:
    """Read the names of enterprises, one on a line."""
    names = {line.strip() for line in text.splitlines() if line.strip()}
    found = select(Enterprise.id, Enterprise.name).where(
        col(Enterprise.name).in_(names), col(Enterprise.union_code).in_(desk.unions)
    )
    ids = {name: number for number, name in desk.session.exec(found)}
    unknown = sorted(names - ids.keys())
    if unknown:
        none = Label("No union of yours is at “{name}”.", name=unknown[0])
        raise Unread(none)
    return tuple(sorted(ids.values()))


def _named(desk: Desk, ids: Sequence[int]) -> str:
    found = select(Enterprise.name).where(col(Enterprise.id).in_(ids))
    return "\n".join(desk.session.exec(found.order_by(col(Enterprise.name))))


def _asked(name: str, desk: Desk, row: Notice) -> Any:
    """Return what a notice's audience says of something."""
    return getattr(row.content.audience, name)


def _of_audience(field: Field) -> Field:
    return replace(field, get=field.get or partial(_asked, field.name))


def _keys(desk: Desk, row: Notice) -> list[str]:
    return [short(number) for number in row.content.audience.events]


FIELDS: tuple[Field, ...] = tuple(
    _of_audience(field)
    for field in (
        one_of(
            "union_code",
            Label("Members of"),
            unions,
            hint=Label("And of all unions below it."),
        ),
        some_of("groups", Label("Occupation"), groups),
        some_of("districts", Label("Place of work"), districts),
        words(
            "enterprises",
            Label("Enterprises"),
            required=False,
            empty=(),
            read=_enterprises,
            write=_named,
            hint=Label("The whole name of each, one on a line."),
        ),
        some_of("events", Label("Signed up for"), _events, get=_keys),
        some_of("benefits", Label("Have used"), _benefits),
        some_of("languages", Label("Language"), lambda desk: LANGUAGES),
        some_of("channels", Label("Where they chat"), _channels),
        number(
            "active_days",
            Label("Filled in something within so many days"),
            required=False,
        ),
    )
)

FAULTS: dict[str, tuple[str, Text]] = {
    "union": ("union_code", Label("Please choose a union.")),
    "active_days": ("active_days", Label("At least 1 day, or empty.")),
}


def audience_of(facts: Mapping[str, Any]) -> Audience:
    """Return the audience that was chosen in the form."""
    return Audience(**{**facts, "events": tuple(map(long, facts["events"]))})


def told(desk: Desk, row: Notice) -> tuple[tuple[Text, Text], ...]:
    """Say whom a notice is for, filter by filter."""
    facts = ((field.label, field.shown(desk, row)) for field in FIELDS)
    return tuple((name, text) for name, text in facts if text)


def surveyed(desk: Desk, row: Notice) -> Survey:
    """Say what would become of a notice that is sent now."""
    content = row.content
    about = (content.audience, content.topic, bool(content.urgent))
    kit = desk.kit
    return audience.survey(desk.session, kit.atlas, kit.rules, *about, desk.now)


def counts(desk: Desk, found: Survey) -> tuple[tuple[Text, Text], ...]:
    """Say how many get a notice, who later, and who not and why."""
    later = tuple(
        (Label("Not before {time}", time=desk.moment(at)), _people(many))
        for at, many in sorted(found.delayed.items())
    )
    left = tuple((REASONS[why], _people(n)) for why, n in found.left_out.items())
    return (
        (Label("Whom it is for"), _people(found.total)),
        (Label("Get it at once"), _people(found.at_once)),
        *later,
        *left,
    )


def _people(many: int) -> Text:
    return Label("{n} people", n=f"{many:,}")


def sampled(desk: Desk, row: Notice) -> Sheet:
    """Show some of those it is for, masked."""
    atlas, whom = desk.kit.atlas, row.content.audience
    ids = audience.sample(desk.session, atlas, whom, desk.now)
    lines = tuple(Line("", person(desk, number)) for number in ids)
    return Sheet(Label("Some of them"), lines=lines)


def person(desk: Desk, worker_id: int) -> tuple[Text, ...]:
    """Say masked who somebody is; of who left our unions only that they did."""
    worker = desk.session.get(Worker, worker_id)
    if worker is None or worker.union_code not in desk.unions:
        return (Label("is with another union now"), "", "", "")
    group = desk.kit.atlas.groups.get(worker.group or "")
    return (
        mask_name(worker.unseal(desk.kit.keys, "name") or ""),
        (worker.member_no or "")[-LAST:],
        desk.named(group) if group else "",
        desk.union(worker.union_code),
    )
