"""Benefits: what was issued against what was redeemed, and what services came to."""

from collections import Counter

from sqlmodel import Session, col, func, select

from handlers.reports import Period, Table
from handlers.say import Text, Word
from handlers.turn import named
from models.benefit import Benefit
from models.place import Atlas
from models.tally import Counted, Tally


def benefits(session: Session, atlas: Atlas, period: Period, language: str) -> Table:
    """Count, by benefit, all that happened in a period, with what members saved."""
    counts, saved = _counts(session, period)
    found = session.exec(select(Benefit).order_by(col(Benefit.position)))
    rows = tuple(_row(named(row, language), row.code, counts, saved) for row in found)
    columns = (
        Word("reports", "benefit"),
        *(Word("reports", f"counted_{what}") for what in Counted),
        Word("reports", "saved"),
    )
    return Table(Word("reports", "benefits"), columns, rows)


def _row(
    name: str, code: str, counts: Counter[tuple[str, str]], saved: Counter[str]
) -> tuple[Text | int, ...]:
    yuan = f"{saved[code] // 100}.{saved[code] % 100:02}"
    return (name, *(counts[code, what] for what in Counted), yuan)


def _counts(
    session: Session, period: Period
) -> tuple[Counter[tuple[str, str]], Counter[str]]:
    found = session.exec(
        select(Tally.benefit_code, Tally.what, func.count(), func.sum(Tally.saved))
        .where(Tally.at >= period.since, Tally.at < period.until)
        .group_by(col(Tally.benefit_code), col(Tally.what))
    )
    counts: Counter[tuple[str, str]] = Counter()
    saved: Counter[str] = Counter()
    for code, what, many, fen in found:
        counts[code, what] = many
        saved[code] += int(fen)
    return counts, saved
