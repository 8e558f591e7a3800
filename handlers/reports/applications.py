"""Applications by reviewing union and standing, with how many are overdue."""

from collections import Counter
from datetime import date

from sqlmodel import Session, col, func, select

from handlers.question import label
from handlers.reports import Period, Table
from handlers.say import Text, Word
from handlers.turn import named
from models.application import WAITING, Application, Standing
from models.place import Atlas


def applications(
    session: Session, atlas: Atlas, period: Period, language: str
) -> Table:
    """Count the applications submitted in a period."""
    counts = _counts(session, period)
    late = _overdue(session, period)
    rows = tuple(
        _row(named(atlas.unions[union], language), union, counts, late)
        for union in sorted({union for union, _ in counts})
    )
    columns = (
        Word("reports", "union"),
        *(label(standing) for standing in Standing),
        Word("reports", "overdue"),
    )
    return Table(Word("reports", "applications"), columns, rows)


def _row(
    name: str, union: str, counts: Counter[tuple[str, str]], late: Counter[str]
) -> tuple[Text | int, ...]:
    return (name, *(counts[union, standing] for standing in Standing), late[union])


def _counts(session: Session, period: Period) -> Counter[tuple[str, str]]:
    found = session.exec(
        select(Application.union_code, Application.standing, func.count())
        .where(
            Application.submitted_at >= period.since,
            Application.submitted_at < period.until,
        )
        .group_by(col(Application.union_code), col(Application.standing))
    )
    return Counter({(union, standing): count for union, standing, count in found})


def _overdue(session: Session, period: Period) -> Counter[str]:
    """Count what waits past its day, as of the last day of the period."""
    today: date = period.until.date()
    found = session.exec(
        select(Application.union_code, func.count())
        .where(
            col(Application.standing).in_(WAITING),
            Application.submitted_at >= period.since,
            Application.submitted_at < period.until,
            Application.due < today,
        )
        .group_by(col(Application.union_code))
    )
    return Counter(dict(found.all()))
