"""Progress: how far a notice has come, in counts that add up, and what was answered."""

from collections.abc import Iterable

from bot.console.desk import Desk, Label, Text
from bot.console.views import Sheet
from models import notice, notice_list
from models.message import Fate
from models.notice import Notice, NoticeState
from models.notice_answer import answers_to

FATES: dict[Fate, Text] = {
    Fate.WAITING: Label("Still to be sent"),
    Fate.KEPT: Label("Kept until they look"),
    Fate.SENT: Label("Sent"),
    Fate.UNCERTAIN: Label("Uncertain"),
    Fate.SKIPPED: Label("Skipped"),
    Fate.FAILED: Label("Failed"),
}
"""What may have become of a copy, as `models.recipient` has it."""

S = NoticeState
MOVING = (S.WAITING, S.SCHEDULED, S.SENDING, S.PAUSED)
"""Where others, or the leader, may take a notice a step on while one looks."""

WINDING_UP = (S.STOPPED, S.RECALLED)


def progress(desk: Desk, row: Notice) -> Iterable[Sheet]:
    """Show how far a notice is, if anybody was to get it by now."""
    if row.send_at is None or row.state in notice.WRITTEN[:2]:
        return
    counts = notice_list.progress(desk.session, row)
    over = sum(counts.values()) - counts[Fate.WAITING]
    yield Sheet(
        Label("How far it is"),
        (
            *_times(desk, row),
            *((FATES[fate], f"{many:,}") for fate, many in counts.items() if many),
            *_sum(row, sum(counts.values())),
        ),
        share=(over, max(row.queued, row.counted)) if row.slices else None,
        live=_live(row, counts),
    )


def _times(desk: Desk, row: Notice) -> Iterable[tuple[Text, Text]]:
    yield Label("Begins"), desk.moment(row.send_at)
    yield Label("Ends at the latest"), desk.moment(row.expires_at)
    yield Label("Handed in for"), Label("{n} people", n=f"{row.counted:,}")


def _sum(row: Notice, found: int) -> Iterable[tuple[Text, Text]]:
    """Yield what the counts come to; it is an error where that is not everybody."""
    if row.slices:
        yield Label("Together"), f"{found:,}"
    if found != row.queued:
        yield Label("This does not add up. Queued:"), f"{row.queued:,}"


def _live(row: Notice, counts: dict[Fate, int]) -> str:
    """Return the state of what moves by itself; "" of what stands still."""
    winds_up = row.state in WINDING_UP and not row.settled
    lies_there = row.state is S.DONE and counts[Fate.KEPT] > 0
    return row.state if row.state in MOVING or winds_up or lies_there else ""


def answers(desk: Desk, row: Notice) -> Iterable[Sheet]:
    """Show how often each answer was chosen."""
    asked = [o for o in enumerate(row.content.options) if not o[1].way]
    if not asked or row.state not in notice.BEGUN:
        return
    found = answers_to(desk.session, row.id)
    counted = tuple(
        (one.named(desk.language), f"{found.get(number, 0):,}") for number, one in asked
    )
    yield Sheet(Label("Answers counted"), counted)
