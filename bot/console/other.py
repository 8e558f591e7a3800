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
from handlers.queued import Queued, Source
from models.staff import SERVING

PATH = "/console/other"
MOST = 20
"""How many rows of one queue the page shows."""

IN_CHAT: tuple[tuple[Label, Source], ...] = (
    (Label("Corrections"), correcting.SOURCE),
    (Label("People who come back"), confirming.SOURCE),
    (Label("Faults of sites"), site_faults.SOURCE),
    (Label("Transfers"), moving.SOURCE),
    (Label("Requests for services"), serving.SOURCE),
    (Label("Nominees"), admitting.SOURCE),
    (Label("Objections"), objecting.SOURCE),
)


def _of(desk: Desk, source: Source, limit: int) -> list[Queued]:
    """Return what has waited longest for who works here, as the chat's list does."""
    return source.oldest(desk.turn, desk.staff, desk.unions, limit)


def show(desk: Desk, row: str) -> View:
    """List what is decided in the chat."""
    sheets = [
        Sheet(title, lines=tuple(_line(desk, row) for row in rows))
        for title, rows in ((t, _of(desk, source, MOST)) for t, source in IN_CHAT)
        if rows
    ]
    how: tuple[Text, ...] = (Label("These are decided in your chat: type 待审 there."),)
    nothing: tuple[Text, ...] = (Label("Nothing else is waiting."),)
    return Detail(
        Label("Other matters"), tuple(sheets), notice=how if sheets else nothing
    )


def _line(desk: Desk, row: Queued) -> Line:
    return Line("", (desk.moment(row.since), row.choice(desk.turn).label))


def waits(desk: Desk) -> Iterable[Waiting]:
    """Count what waits, by what it is."""
    for title, source in IN_CHAT:
        count = source.count(desk.turn, desk.staff, desk.unions)
        if count:
            [oldest] = _of(desk, source, 1)
            yield Waiting(title, count, oldest.since, PATH)


OTHER = Noun(
    "other",
    Label("Other matters"),
    (Page("", Rule(SERVING, whole), show),),
    waits,
)
