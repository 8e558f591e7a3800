"""Messages of the bot by day and kind: what was written must be accounted for.

What says neither what became of it nor why is unexplained, and the sums do not add up.
"""

from collections import Counter
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import String, func, select, type_coerce
from sqlmodel import Session, col

from handlers.reports import Period, Table
from handlers.reports.reminders import COLUMNS, UNEXPLAINED
from handlers.say import Text, Word
from models.message import Fate, Message
from models.place import Atlas

PLAIN = (Fate.SENT, Fate.KEPT, Fate.WAITING)
WITH_REASON = (Fate.SKIPPED, Fate.FAILED, Fate.UNCERTAIN)

Counts = dict[tuple[str, str], int]
"""How many messages of a kind there are, by fate and reason."""


def messages(session: Session, atlas: Atlas, period: Period, language: str) -> Table:
    """Count the messages written in a period, by day, kind and what became of them."""
    rows: list[tuple[Text | int, ...]] = []
    unexplained = 0
    for day, since, until in _days(period):
        for kind, counts in sorted(_counted(session, since, until).items()):
            found, reasons = _sums(counts)
            unexplained += found[UNEXPLAINED]
            columns = [found[column] for column in COLUMNS]
            rows.append((day.isoformat(), kind, sum(columns), *columns, reasons))
    columns_of = (
        Word("reports", "day"),
        Word("reports", "kind"),
        Word("reports", "written"),
        *(Word("reports", f"fate_{column}") for column in COLUMNS),
        Word("reports", "reasons"),
    )
    title = Word("reports", "messages")
    return Table(title, columns_of, tuple(rows), unexplained == 0)


def _days(period: Period) -> Iterator[tuple[date, datetime, datetime]]:
    """Yield each day of a period, and the part of the period in it."""
    zone = ZoneInfo(period.zone)
    day = period.since.astimezone(zone).date()
    while (begins := datetime.combine(day, time(), zone)) < period.until:
        following = day + timedelta(days=1)
        ends = datetime.combine(following, time(), zone)
        yield day, max(begins, period.since), min(ends, period.until)
        day = following


def _counted(session: Session, since: datetime, until: datetime) -> dict[str, Counts]:
    """Count the messages of a span; fates are read as text, whatever they say."""
    kind, fate = (type_coerce(c, String) for c in (Message.kind, Message.fate))
    reason = col(Message.reason)
    found = (
        select(kind, fate, reason, func.count())
        .where(
            col(Message.at) >= since,
            col(Message.at) < until,
            col(Message.fate) != Fate.RECEIVED,
        )
        .group_by(kind, fate, reason)
    )
    counts: dict[str, Counts] = {}
    for of_kind, became, why, many in session.execute(found):
        counts.setdefault(of_kind, {})[became, why] = many
    return counts


def _sums(counts: Counts) -> tuple[Counter[str], str]:
    """Return how much of a kind there is in each column, and the reasons."""
    found: Counter[str] = Counter()
    reasons: Counter[str] = Counter()
    for (fate, reason), many in counts.items():
        found[_column(fate, reason)] += many
        if reason:
            reasons[reason] += many
    return found, " ".join(f"{why} {many}" for why, many in sorted(reasons.items()))


def _column(fate: str, reason: str) -> str:
    told = fate in PLAIN or (fate in WITH_REASON and reason != "")
    return fate if told else UNEXPLAINED
