"""Notices: written, shown to a second person, sent, watched, taken back.

Everything is done by the operations of `models.notice`; the leader sends.
"""

from collections.abc import Iterable
from dataclasses import replace

from sqlmodel import col

from bot.console import (
    audiences,
    copies,
    enclosing,
    handing_in,
    letters,
    phoning,
    previews,
    sending,
)
from bot.console.desk import Desk, Label, Text, Went
from bot.console.noun import Form, Page, Rule, Waiting
from bot.console.progress import answers, progress
from bot.console.records import Facts, Filter, Record, taken
from bot.console.views import Badge, Do, File, Fill, Sheet, View
from models import notice, notice_list
from models.audience import Audience
from models.notice import WRITTEN, Notice, NoticeState
from models.staff import SERVING

S = NoticeState
STATES = {
    S.DRAFT: Badge(Label("Draft"), "wait"),
    S.TESTED: Badge(Label("Tested"), "wait"),
    S.WAITING: Badge(Label("Waits for a second person"), "wait"),
    S.SCHEDULED: Badge(Label("Scheduled"), "good"),
    S.SENDING: Badge(Label("Being sent"), "good"),
    S.PAUSED: Badge(Label("Paused"), "bad"),
    S.DONE: Badge(Label("Sent")),
    S.STOPPED: Badge(Label("Stopped"), "bad"),
    S.RECALLED: Badge(Label("Recalled"), "bad"),
}
SHOWN: dict[str, tuple[NoticeState, ...]] = {
    "written": (S.DRAFT, S.TESTED),
    "waiting": (S.WAITING,),
    "sending": (S.SCHEDULED, S.SENDING, S.PAUSED),
    "over": (S.DONE, S.STOPPED, S.RECALLED),
}
NAMES: dict[str, Text] = {
    "written": Label("Being written"),
    "waiting": Label("Waits for a second person"),
    "sending": Label("On its way"),
    "over": Label("Over"),
}
"""What the filter calls these."""


def _make(desk: Desk, facts: Facts) -> Notice:
    """Make a draft, at first for everybody of one's own unions."""
    content = letters.letter_of(facts, Audience(union_code=desk.staff.union_code))
    return notice.write(desk.session, desk.kit.atlas, desk.staff, content, desk.now)


def _change(desk: Desk, row: Notice, facts: Facts) -> None:
    content = letters.letter_of(facts, row.content.audience)
    content = replace(
        content, picture=row.content.picture, document=row.content.document
    )
    notice.change(desk.session, desk.kit.atlas, desk.staff, row, content, desk.now)


def _ask_whom(desk: Desk, row: Notice) -> View:
    asked = tuple(field.asked(desk, row) for field in audiences.FIELDS)
    why = Label("Members who meet all of these get it; empty is no filter.")
    back = letters.back(row)
    return Fill(Label("Whom it is for"), Label("Save"), asked, why, back=back)


def _choose_whom(desk: Desk, row: Notice) -> Went:
    whom = audiences.audience_of(taken(desk, audiences.FIELDS))
    content = replace(row.content, audience=whom)
    with NOTICES.explained():
        notice.change(desk.session, desk.kit.atlas, desk.staff, row, content, desk.now)
    return Went(f"{letters.at(row)}/audience", Label("Saved."))


def _ways(desk: Desk, row: Notice) -> Iterable[Do]:
    at = letters.at(row)
    yield Do(Label("As its readers see it"), f"{at}/preview")
    if row.state in WRITTEN:
        yield Do(Label("Choose whom it is for"), f"{at}/whom")
        yield Do(Label("Attachment"), f"{at}/enclosure")
        yield Do(Label("Who gets it"), f"{at}/audience")
    if row.state is S.TESTED:
        yield Do(Label("Send…"), f"{at}/send", kind="main")
    if row.slices:
        yield Do(Label("Who got it"), f"{at}/people")
        yield Do(Label("To be phoned"), f"{at}/phone")


def _sheets(desk: Desk, row: Notice) -> Iterable[Sheet]:
    if row.state is S.WAITING and row.author_id == desk.staff.id:
        asked = Label("It goes to many people: somebody else has to agree to it.")
        yield Sheet(Label("Waits for a second person"), text=asked)
    yield from progress(desk, row)
    yield from answers(desk, row)
    yield from enclosing.sheets(desk, row)
    yield Sheet(Label("Whom it is for"), audiences.told(desk, row))


def _waits(desk: Desk) -> Iterable[Waiting]:
    path = f"{NOTICES.path}?show="
    asked = notice_list.awaiting_second(desk.session, desk.unions)
    found = notice_list.under_way(desk.session, desk.unions)
    stuck = [row for row in found if notice_list.is_stuck(row, desk.now)]
    lots: tuple[tuple[Label, list[Notice], str, bool], ...] = (
        (
            Label("Notices that need your consent"),
            [row for row in asked if sending.may_agree(desk, row)],
            "waiting",
            False,
        ),
        (Label("Notices that do not get on"), stuck, "sending", True),
        (
            Label("Notices paused"),
            [row for row in found if row.state is S.PAUSED],
            "sending",
            False,
        ),
        (
            Label("Notices being sent"),
            [row for row in found if row.state is S.SENDING and row not in stuck],
            "sending",
            False,
        ),
    )
    for label, rows, show, late in lots:
        if rows:
            oldest = min(row.changed_at for row in rows)
            yield Waiting(label, len(rows), oldest, path + show, late)


def _cells(desk: Desk, row: Notice) -> tuple[Text, ...]:
    many = row.queued or row.counted
    return (
        row.content.title,
        desk.union(row.union_code),
        desk.moment(row.send_at),
        f"{many:,}" if many else "",
    )


NOTICES: Record[Notice] = Record(
    name="notices",
    label=Label("Notices"),
    new=Label("New notice"),
    table=Notice,
    key="id",
    order=(Notice.created_at, Notice.id),
    roles=SERVING,
    keepers=SERVING,
    mine=lambda desk: [col(Notice.union_code).in_(desk.unions)],
    columns=(Label("Title"), Label("Union"), Label("Begins"), Label("People")),
    cells=_cells,
    badge=lambda desk, row: STATES[row.state],
    empty=Label("No notices here."),
    fields=letters.FIELDS,
    title=lambda desk, row: row.content.title,
    make=_make,
    change=_change,
    may_change=lambda desk, row: row.state in WRITTEN,
    acts=(*sending.ACTS, enclosing.OFF),
    filters=(
        Filter(
            "show",
            Label("State"),
            lambda desk: NAMES,
            lambda desk, value: col(Notice.state).in_(SHOWN[value]),
        ),
    ),
    faults={**letters.FAULTS, **audiences.FAULTS},
    sheets=_sheets,
    ways=_ways,
    deeds={
        "written": Label("written"),
        "draft": Label("changed, or made a draft again"),
        "tested": Label("tested"),
        "waiting": Label("handed in for a second person"),
        "scheduled": Label("handed in, or agreed to"),
        "sending": Label("resumed, or sent again"),
        "paused": Label("paused"),
        "stopped": Label("stopped"),
        "recalled": Label("taken back"),
        "urgent": Label("said to be urgent"),
        "audience_read": Label("looked who gets it"),
        "people_read": Label("looked who got it"),
    },
    newest_first=True,
    waits=_waits,
)


def _own_file(desk: Desk, key: str) -> File | None:
    row = NOTICES.own(desk, key)
    return enclosing.file_of(desk, row) if row else None


_MINE = Rule(SERVING, NOTICES.own)
NOTICES_NOUN = replace(
    NOTICES,
    pages=(
        Form("{key}/whom", _MINE, _ask_whom, _choose_whom),
        Page("{key}/audience", _MINE, handing_in.look, handing_in.note),
        Form(
            "{key}/enclosure",
            _MINE,
            enclosing.ask,
            enclosing.take,
            enclosing.prepare,
        ),
        Page("{key}/file", Rule(SERVING, _own_file), enclosing.show),
        Page("{key}/preview", _MINE, previews.show),
        Form("{key}/send", _MINE, handing_in.ask, handing_in.hand_in),
        Page("{key}/people", _MINE, copies.show, copies.note),
        Form("{key}/phone", _MINE, phoning.ask, phoning.show),
        Form("{key}/called", _MINE, phoning.ask_called, phoning.mark_called),
    ),
).noun()
