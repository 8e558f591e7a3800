"""Suggestions by union and topic: how many, how many adopted, what they are worth."""

from typing import Any

from sqlalchemy import case, func, select
from sqlmodel import Session, col

from handlers.question import label
from handlers.reports import Period, Table
from handlers.say import Word
from handlers.turn import named
from models.place import Atlas
from models.suggestion import Suggestion, Use


def suggestions(session: Session, atlas: Atlas, period: Period, language: str) -> Table:
    """Count the suggestions made in a period, but those taken back."""

    def counted(standing: Use) -> Any:
        return func.sum(case((col(Suggestion.standing) == standing, 1), else_=0))

    found: Any = session.execute(
        select(
            col(Suggestion.union_code),
            col(Suggestion.topic),
            func.count(),
            counted(Use.ADOPTED),
            counted(Use.DECLINED),
            func.coalesce(func.sum(Suggestion.yuan), 0),
        )
        .where(
            col(Suggestion.at) >= period.since,
            col(Suggestion.at) < period.until,
            col(Suggestion.standing) != Use.DROPPED,
        )
        .group_by(col(Suggestion.union_code), col(Suggestion.topic))
        .order_by(col(Suggestion.union_code), col(Suggestion.topic))
    )
    columns = (
        Word("reports", "union"),
        Word("reports", "topic"),
        Word("reports", "made"),
        Word("reports", "adopted"),
        Word("reports", "declined"),
        Word("reports", "yuan"),
    )
    rows: Any = tuple(
        (named(atlas.unions[union], language), label(topic), *map(int, sums))
        for union, topic, *sums in found
    )
    return Table(Word("reports", "suggestions"), columns, rows)
