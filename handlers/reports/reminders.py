"""Reminders by kind and day: every one that was due must be accounted for.

What was sent is looked up as a message; one whose message says otherwise, or that says
neither what became of it nor why, is unexplained, and then the sums do not add up.
"""

from collections import Counter
from collections.abc import Iterator
from datetime import date
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlmodel import Session, and_, col

from handlers.reports import Period, Table
from handlers.say import Text, Word
from models.message import Fate, Message
from models.place import Atlas
from models.reminder import Reminder

COLUMNS = ("sent", "skipped", "failed", "uncertain", "kept", "waiting", "unexplained")
UNEXPLAINED = "unexplained"
ON_ITS_WAY = {None: "sent", Fate.WAITING: "waiting", Fate.KEPT: "kept"}
"""How a reminder counts that was sent, by its message; None where that is gone."""

Key = tuple[str, date]


def reminders(session: Session, atlas: Atlas, period: Period, language: str) -> Table:
    """Count the reminders due in a period, by kind, day and what became of them."""
    counts: Counter[tuple[Key, str]] = Counter()
    reasons: Counter[tuple[Key, str]] = Counter()
    for key, column, reason in _ended(session, period):
        counts[key, column] += 1
        if reason:
            reasons[key, reason] += 1
    keys = sorted({key for key, _ in counts}, key=lambda key: (key[1], key[0]))
    rows = tuple(_row(key, counts, reasons) for key in keys)
    columns = (
        Word("reports", "day"),
        Word("reports", "kind"),
        Word("reports", "due"),
        *(Word("reports", f"fate_{column}") for column in COLUMNS),
        Word("reports", "reasons"),
    )
    unexplained = sum(counts[key, UNEXPLAINED] for key in keys)
    return Table(Word("reports", "reminders"), columns, rows, unexplained == 0)


def _row(
    key: Key, counts: Counter[tuple[Key, str]], reasons: Counter[tuple[Key, str]]
) -> tuple[Text | int, ...]:
    kind, day = key
    found = [counts[key, column] for column in COLUMNS]
    why = [f"{r} {n}" for (k, r), n in sorted(reasons.items()) if k == key]
    return (day.isoformat(), kind, sum(found), *found, " ".join(why))


def _ended(session: Session, period: Period) -> Iterator[tuple[Key, str, str]]:
    """Yield each reminder's kind and day, its column, and the reason where one is."""
    its = and_(
        col(Message.chat_id) == Reminder.chat_id,
        col(Message.number) == Reminder.number,
    )
    rows = (
        select(
            col(Reminder.kind),
            col(Reminder.due),
            col(Reminder.fate),
            col(Reminder.reason),
            col(Reminder.number),
            col(Message.fate),
        )
        .outerjoin(Message, its)
        .where(col(Reminder.due) >= period.since, col(Reminder.due) < period.until)
        .execution_options(yield_per=1000)
    )
    zone = ZoneInfo(period.zone)
    for kind, due, fate, reason, number, message in session.execute(rows):
        key = kind, due.astimezone(zone).date()
        yield key, _column(fate, reason, number, message), reason


def _column(fate: Fate, reason: str, number: int | None, message: Fate | None) -> str:
    """Return where a reminder counts."""
    if fate is Fate.SENT and number is not None:
        return ON_ITS_WAY.get(message, "sent" if message is Fate.SENT else UNEXPLAINED)
    if fate is Fate.WAITING:
        return "waiting"
    says_why = fate in (Fate.SKIPPED, Fate.FAILED, Fate.UNCERTAIN) and reason
    return fate.value if says_why else UNEXPLAINED
