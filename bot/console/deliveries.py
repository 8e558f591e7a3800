"""Deliveries: what became of every message and reminder, by day and kind.

Counts are the reports' own; where they do not add up a line says so in red.  Officers
see which messages were lost, of whose words nothing is shown, and send one again.
"""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement
from sqlmodel import col, func, select

from bot.console.audiences import CHANNELS
from bot.console.desk import Desk, Label, Text, Went, Wrong
from bot.console.listing import page_of
from bot.console.noun import Form, Noun, Page, Rule, Waiting, whole
from bot.console.views import (
    Badge,
    Detail,
    Do,
    Fill,
    Line,
    List,
    Own,
    View,
    choose,
)
from handlers import REPORTS
from handlers.reports import Period, Table
from models.chat import Chat
from models.columns import long, short
from models.identity import mask_name
from models.lost import WentOn, can_send_again, of_people, send_again
from models.message import LOST_SQL, Fate, Kind, Message
from models.staff import ADMINISTRATOR, OFFICER
from models.worker import Worker

PATH = "/console/deliveries"
LOST_PATH = f"{PATH}/lost"
BACK = Do(Label("Lost messages"), LOST_PATH)
ORDER = (Message.at, Message.chat_id, Message.number)
REPORTED = ("messages", "reminders")
SPANS: dict[str, tuple[int, Text]] = {
    "day": (1, Label("Today")),
    "week": (7, Label("7 days")),
    "month": (30, Label("30 days")),
}
KINDS: dict[str, Text] = {
    Kind.REPLY: Label("Answer"),
    Kind.RECEIPT: Label("Receipt"),
    Kind.REMINDER: Label("Reminder"),
    Kind.BROADCAST: Label("Notice"),
}
FATES: dict[str, Badge] = {
    Fate.FAILED: Badge(Label("Failed"), "bad"),
    Fate.UNCERTAIN: Badge(Label("Uncertain"), "wait"),
}
WHY: dict[str, Text] = {
    "stopped": Label("Blocked by its reader"),
    "refused": Label("Refused by the channel"),
    "error": Label("A fault of the program"),
    "no_answer": Label("The channel did not answer"),
    "interrupted": Label("The program was stopped meanwhile"),
}
"""Why a message was lost; a channel's own words stand as they came."""


def show(desk: Desk, row: str) -> View:
    """Show what became of what was written, by day and kind."""
    span = desk.query.get("span", "week")
    days, _ = SPANS[span if span in SPANS else "week"]
    zone = desk.kit.rules.zone
    period = Period(_begin(desk, days), desk.now + timedelta(seconds=1), zone)
    tables = [
        REPORTS[name](desk.session, desk.kit.atlas, period, desk.language)
        for name in REPORTED
    ]
    spans = {name: label for name, (_, label) in SPANS.items()}
    may_list = desk.staff.role == OFFICER
    values = {
        "tables": [(_named(table), _sums(table)) for table in tables],
        "span": choose("span", Label("Time"), span, spans),
        "ways": (BACK, UNHANDLED) if may_list else (),
    }
    return Own("deliveries", Label("Deliveries"), values)


UNHANDLED = Do(Label("Unhandled messages"), "/console/unhandled")


def _begin(desk: Desk, days: int) -> datetime:
    """Return when the first of the last days began there."""
    first = desk.today - timedelta(days=days - 1)
    return datetime.combine(first, time(), ZoneInfo(desk.kit.rules.zone))


def _named(table: Table) -> Table:
    """Call the kinds of messages what people call them."""
    rows = tuple(
        (day, KINDS.get(str(kind), kind), *cells) for day, kind, *cells in table.rows
    )
    return replace(table, rows=rows)  # type: ignore[arg-type]


def _sums(table: Table) -> list[int]:
    """Add up each column of numbers."""
    numbers = [[cell for cell in row if isinstance(cell, int)] for row in table.rows]
    return [sum(column) for column in zip(*numbers, strict=True)]


def with_strangers(desk: Desk) -> bool:
    """Tell whether who works here also looks after people no union knows yet."""
    return desk.kit.atlas.unions[desk.staff.union_code].parent is None


def _mine(desk: Desk) -> tuple[Any, ...]:
    about = col(Message.about_id)
    return (
        of_people(about, desk.unions, with_strangers(desk)),
        about != desk.worker.id,
    )


def list_lost(desk: Desk, row: str) -> View:
    """List the messages that were lost, the newest first."""
    fate = desk.query.get("fate", "") if desk.query.get("fate") in FATES else ""
    span = desk.query.get("span", "") if desk.query.get("span") in SPANS else ""
    asked = (
        *((Message.fate == fate,) if fate else ()),
        *((_within(desk, span),) if span else ()),
    )
    chosen = select(Message).where(LOST_SQL, *_mine(desk), *asked)
    after = desk.query.get("after", "")
    rows, more = page_of(desk.session, chosen, ORDER, after, True)
    all_: dict[str, Text] = {"": Label("All")}
    fates = all_ | {one: badge.label for one, badge in FATES.items()}
    spans = all_ | {name: text for name, (_, text) in SPANS.items()}
    return List(
        Label("Lost messages"),
        (Label("When"), Label("Kind"), Label("To"), Label("Channel"), Label("Why")),
        tuple(_line(desk, row) for row in rows),
        Label("No message was lost."),
        (
            choose("fate", Label("State"), fate, fates),
            choose("span", Label("Time"), span, spans),
        ),
        after=more,
    )


def _within(desk: Desk, span: str) -> ColumnElement[bool]:
    return col(Message.at) >= _begin(desk, SPANS[span][0])


def _line(desk: Desk, row: Message) -> Line:
    key = f"{short(row.chat_id)}.{row.number}"
    cells = tuple(value for _, value in facts_of(desk, row))
    return Line(f"{LOST_PATH}/{key}", cells, FATES[row.fate])


def facts_of(desk: Desk, row: Message) -> tuple[tuple[Text, Text], ...]:
    """Return all that is shown of a message: never what it says."""
    chat = desk.session.get_one(Chat, row.chat_id)
    return (
        (Label("When"), desk.moment(row.at)),
        (Label("Kind"), KINDS[row.kind]),
        (Label("To"), named(desk, row.about_id)),
        (Label("Channel"), CHANNELS.get(chat.channel, chat.channel)),
        (Label("Why"), WHY.get(row.reason, row.reason)),
    )


def named(desk: Desk, worker_id: int) -> Text:
    """Name a person, masked; who told no name yet is a number."""
    worker = desk.session.get_one(Worker, worker_id)
    name = mask_name(worker.unseal(desk.kit.keys, "name") or "")
    return name or short(worker_id)


def own(desk: Desk, key: str) -> Message | None:
    """Return a message to one's own people, lost or sent again meanwhile."""
    chat, _, number = key.partition(".")
    if not (number.isascii() and number.isdigit() and len(number) < 10):
        return None
    found = select(Message).where(
        Message.chat_id == long(chat),
        Message.number == int(number),
        Message.fate != Fate.RECEIVED,
        *_mine(desk),
    )
    return desk.session.exec(found).first()


def ask(desk: Desk, row: Message) -> View:
    """Show a lost message, and ask whether it is to be sent again if it can be."""
    if not (can_send_again(desk.session, row) and _can_push(desk, row)):
        return Detail(
            Label("Lost message"),
            (),
            FATES.get(row.fate),
            notice=(
                Label(
                    "It cannot be sent again: its reader went on since, or blocked us. "
                    "A late answer would be to a question nobody asks any more."
                ),
            ),
            back=BACK,
        )
    doubt = Label("It may have arrived; then its reader gets it twice.")
    sure = Label("Its reader has not got it.")
    return Fill(
        Label("Send this message again?"),
        Label("Send again"),
        rows=facts_of(desk, row),
        why=doubt if row.fate is Fate.UNCERTAIN else sure,
        back=BACK,
    )


def _can_push(desk: Desk, row: Message) -> bool:
    """Tell whether the channel is open, and writes first; others keep what waits."""
    channel = desk.session.get_one(Chat, row.chat_id).channel
    return channel in desk.cans and desk.cans[channel].push


def send(desk: Desk, row: Message) -> Went:
    """Send a message again."""
    try:
        if not _can_push(desk, row):
            raise WentOn
        send_again(desk.session, desk.staff, row, desk.now)
    except WentOn:
        raise Wrong.altogether(
            Label("It cannot be sent again: something was said there since.")
        ) from None
    return Went(LOST_PATH, Label("It is on its way again."))


def waits(desk: Desk) -> Iterable[Waiting]:
    """Count what was lost within a week, for officers."""
    if desk.staff.role != OFFICER:
        return
    counted = select(func.count(), func.min(Message.at)).where(
        LOST_SQL, *_mine(desk), _within(desk, "week")
    )
    count, since = desk.session.exec(counted).one()
    if count:
        path = f"{LOST_PATH}?span=week"
        yield Waiting(Label("Lost messages"), count, since, path)


ALL = Rule((OFFICER, ADMINISTRATOR), whole)
OFFICERS = Rule((OFFICER,), whole)

DELIVERIES = Noun(
    "deliveries",
    Label("Deliveries"),
    (
        Page("", ALL, show),
        Page("lost", OFFICERS, list_lost),
        Form("lost/{key}", Rule((OFFICER,), own), ask, send),
    ),
    waits,
)
