"""Copies: who got a notice, who not and why not; a ledger of masked names."""

from collections.abc import Callable
from typing import Any

from sqlmodel import select

from bot.console import audiences
from bot.console.desk import Desk, Label, Text
from bot.console.letters import back
from bot.console.listing import page_of
from bot.console.progress import FATES
from bot.console.views import Badge, Line, List, View, choose
from models import audit
from models.message import Fate
from models.notice import Notice
from models.recipient import Recipient

TONES = {
    Fate.SENT: "good",
    Fate.KEPT: "good",
    Fate.WAITING: "wait",
    Fate.UNCERTAIN: "wait",
    Fate.FAILED: "bad",
}
WHY: dict[str, Text] = {
    "no_chat": Label("no chat with us"),
    "stopped": Label("has blocked us"),
    "opted_out": Label("wants nothing of this topic"),
    "too_late": Label("it was too late"),
    "called_off": Label("it was stopped before"),
    "recalled": Label("taken back"),
    "not_recalled": Label("could not be taken back"),
    "interrupted": Label("cut short on its way"),
    "no_answer": Label("the channel gave no answer"),
    "error": Label("an error of ours"),
    "bad_request": Label("the channel refused it"),
    "refused": Label("the channel refused it"),
    "telegram": Label("the channel refused it"),
}
"""Why a copy ended so; what is not named here stands as it was written down."""

COLUMNS = (
    Label("Name"),
    Label("Member number"),
    Label("Occupation"),
    Label("Union"),
    Label("When"),
    Label("Why"),
)


def note(desk: Desk, row: Notice) -> None:
    """Write down that somebody looks who got a notice."""
    audit.record(desk.session, desk.now, desk.staff.id, "notice.people_read", row.id)


def show(desk: Desk, row: Notice) -> View:
    """List whom a notice was for, by what became of their copy."""
    names: dict[str, Text] = {fate.value: text for fate, text in FATES.items()}
    fate = desk.query.get("fate", "")
    fate = fate if fate in names else ""
    which = (Recipient.fate == fate,) if fate else ()
    lines, more = listed(desk, row, *which)
    choices = {"": Label("All"), **names}
    return List(
        Label("Who got it"),
        COLUMNS,
        lines,
        Label("Nobody here."),
        (choose("fate", Label("What became of it"), fate, choices),),
        after=more,
        actions=(back(row),),
    )


def line(desk: Desk, one: Recipient) -> Line:
    """Show a copy: whose it is, masked, and what became of it when and why."""
    cells = (*audiences.person(desk, one.worker_id), desk.moment(one.at), why(one))
    return Line("", cells, Badge(FATES[one.fate], TONES.get(one.fate, "")))


def why(one: Recipient) -> Text:
    """Say why a copy ended so."""
    return WHY.get(one.reason, one.reason)


def listed(
    desk: Desk,
    row: Notice,
    *which: Any,
    line: Callable[[Desk, Recipient], Line] = line,
) -> tuple[tuple[Line, ...], str | None]:
    """Return a page of some copies of a notice."""
    found = select(Recipient).where(Recipient.notice_id == row.id, *which)
    after = desk.query.get("after", "")
    rows, more = page_of(desk.session, found, (Recipient.worker_id,), after)
    return tuple(line(desk, one) for one in rows), more
