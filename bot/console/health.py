"""Health: how the product is, for who administers it; nothing of anybody."""

from collections.abc import Iterable
from datetime import timedelta

from bot.console.desk import Desk, Label, Text
from bot.console.noun import Noun, Page, Rule, Waiting, whole
from bot.console.views import Badge, Detail, Line, Sheet, View
from bot.health import Health, look
from models.backlog import Backlog
from models.staff import ADMINISTRATOR

QUEUES: dict[str, Text] = {
    "messages": Label("Messages to send"),
    "reminders": Label("Reminders that are due"),
    "notices": Label("Copies of notices to send"),
    "unhandled": Label("Unhandled messages"),
    "audit": Label("Acts not sealed yet"),
}
SLOW = timedelta(minutes=5).total_seconds()
"""A queue whose oldest waits for so long is stuck, or too much came at once."""

BY_HAND = ("unhandled",)
"""What waits for a person, and may."""

STALE = timedelta(days=2)
"""So old the last backup may be; they are made once a day."""

LITTLE = 1 << 30
"""Less room than this is too little for another backup."""

GOOD, BAD = Badge(Label("All is well"), "good"), Badge(Label("Please look"), "bad")


def show(desk: Desk, row: str) -> View:
    """Show how the product is."""
    found = look(desk.session, desk.kit, desk.now)
    wrong = troubles(desk, found)
    return Detail(
        Label("Health"),
        (
            Sheet(Label("What waits"), lines=_queues(desk, found)),
            Sheet(Label("At work"), _work(desk, found)),
            Sheet(Label("Data"), _data(desk, found)),
        ),
        BAD if wrong else GOOD,
        notice=wrong,
    )


def troubles(desk: Desk, found: Health) -> tuple[Text, ...]:
    """Return what somebody should look at."""
    last = found.last_backup
    checks: tuple[tuple[bool, Text], ...] = (
        (last is None, Label("No backup was made yet: ./run backup makes one.")),
        (
            last is not None and desk.now - last > STALE,
            Label("The last backup is more than two days old."),
        ),
        (not found.leader, Label("No process leads: nothing is reminded of.")),
        (found.disk_free < LITTLE, Label("Less than 1 GB of room is left.")),
        (
            any(_is_slow(desk, one) for one in found.backlogs),
            Label("Something has waited for more than five minutes."),
        ),
    )
    return tuple(text for is_wrong, text in checks if is_wrong)


def _is_slow(desk: Desk, one: Backlog) -> bool:
    return one.name not in BY_HAND and one.age(desk.now) > SLOW


def _queues(desk: Desk, found: Health) -> tuple[Line, ...]:
    return tuple(_line(desk, one) for one in found.backlogs)


def _line(desk: Desk, one: Backlog) -> Line:
    since = Label("oldest: {time}", time=_span(one.age(desk.now)))
    badge = Badge(Label("Late"), "bad") if _is_slow(desk, one) else None
    many = (QUEUES[one.name], str(one.count), since if one.count else "")
    return Line("", many, badge)


def _span(seconds: float) -> str:
    """Write a span of time short: 40 s, 5 min, 3 h, 2 d."""
    for size, unit in ((86400, "d"), (3600, "h"), (60, "min")):
        if seconds >= size:
            return f"{int(seconds // size)} {unit}"
    return f"{int(seconds)} s"


def _work(desk: Desk, found: Health) -> tuple[tuple[Text, Text], ...]:
    return (
        (Label("Leader"), found.leader or Label("none")),
        (Label("Processes at work"), ", ".join(found.processes) or Label("none")),
        (Label("Errors of this process since its start"), str(found.errors)),
        (Label("Last sweep of what is past"), found.last_sweep or Label("none yet")),
        (Label("Version"), found.version),
    )


def _data(desk: Desk, found: Health) -> tuple[tuple[Text, Text], ...]:
    last = found.last_backup
    made: Text = Label("none yet")
    if last is not None:
        age = _span((desk.now - last).total_seconds())
        made = f"{desk.moment(last)} ({age})"
    return (
        (Label("Last backup"), made),
        (Label("Database"), found.database),
        (Label("Its size"), _size(found.database_bytes)),
        (Label("Room left"), _size(found.disk_free)),
        (Label("Its schema"), found.revision),
    )


def _size(count: float) -> str:
    """Write a size as people read it."""
    for unit in ("B", "KB", "MB"):
        if count < 1024:
            return f"{count:.0f} {unit}"
        count /= 1024
    return f"{count:.1f} GB"


def waits(desk: Desk) -> Iterable[Waiting]:
    """Count what somebody should look at, for who administers the product."""
    count = len(troubles(desk, look(desk.session, desk.kit, desk.now)))
    if count:
        text = Label("Troubles of the product")
        yield Waiting(text, count, None, "/console/health", late=True)


HEALTH = Noun(
    "health",
    Label("Health"),
    (Page("", Rule((ADMINISTRATOR,), whole), show),),
    waits,
)
