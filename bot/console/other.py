"""Other matters: what waits and is still decided in the chat, counted and listed here.

A noun that gets pages of its own leaves `IN_CHAT` and says by itself what waits.
"""

from collections.abc import Iterable

from bot.console.desk import Desk, Label, Text
from bot.console.noun import Noun, Page, Rule, Waiting, whole
from bot.console.views import Detail, Line, Sheet, View
from handlers import (
    admitting,
    confirming,
    correcting,
    moving,
    objecting,
    serving,
    site_faults,
)
from handlers.queued import Queued
from handlers.waiting import Source
from models.staff import SERVING

PATH = "/console/other"
IN_CHAT: tuple[tuple[Label, Source], ...] = (
    (Label("Corrections"), correcting.queue),
    (Label("People who come back"), confirming.queue),
    (Label("Faults of sites"), site_faults.queue),
    (Label("Transfers"), moving.queue),
    (Label("Requests for services"), serving.queue),
    (Label("Nominees"), admitting.queue),
    (Label("Objections"), objecting.queue),
)


def _of(desk: Desk, source: Source) -> list[Queued]:
    """Return what waits for who works here, as the chat's list does, oldest first."""
    rows = source(desk.session, desk.unions)
    mine = (
        row
        for row in rows
        if desk.worker.id not in row.people and row.role in ("", desk.staff.role)
    )
    return sorted(mine, key=lambda row: row.since)


def show(desk: Desk, row: str) -> View:
    """List what is decided in the chat."""
    sheets = [
        Sheet(title, lines=tuple(_line(desk, row) for row in rows[:20]))
        for title, rows in ((t, _of(desk, source)) for t, source in IN_CHAT)
        if rows
    ]
    how: tuple[Text, ...] = (Label("These are decided in your chat: type 待审 there."),)
    nothing: tuple[Text, ...] = (Label("Nothing else is waiting."),)
    return Detail(
        Label("Other matters"), tuple(sheets), notice=how if sheets else nothing
    )


def _line(desk: Desk, row: Queued) -> Line:
    return Line("", (desk.moment(row.since), row.line(desk.turn)))


def waits(desk: Desk) -> Iterable[Waiting]:
    """Count what waits, by what it is."""
    for title, source in IN_CHAT:
        rows = _of(desk, source)
        if rows:
            yield Waiting(title, len(rows), rows[0].since, PATH)


OTHER = Noun(
    "other",
    Label("Other matters"),
    (Page("", Rule(SERVING, whole), show),),
    waits,
)
