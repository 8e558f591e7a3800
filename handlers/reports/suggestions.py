"""Suggestions by union and aspect: how many, how many adopted, what they are worth."""

from typing import Any

from sqlalchemy import case, func, select
from sqlmodel import Session, col

from handlers.question import label
from handlers.reports import Period, Table
from handlers.say import Word
from handlers.turn import named
from models.place import Atlas
from models.suggestion import Adoption, Suggestion


def suggestions(session: Session, atlas: Atlas, period: Period, language: str) -> Table:
    """Count the suggestions made in a period, but those taken back."""

    def counted(standing: Adoption) -> Any:
        return func.sum(case((col(Suggestion.standing) == standing, 1), else_=0))

    found: Any = session.execute(
        select(
            col(Suggestion.union_code),
            col(Suggestion.aspect),
            func.count(),
            counted(Adoption.ADOPTED),
            counted(Adoption.DECLINED),
            func.coalesce(func.sum(Suggestion.yuan), 0),
        )
        .where(
            col(Suggestion.at) >= period.since,
            col(Suggestion.at) < period.until,
            col(Suggestion.standing) != Adoption.DROPPED,
        )
        .group_by(col(Suggestion.union_code), col(Suggestion.aspect))
        .order_by(col(Suggestion.union_code), col(Suggestion.aspect))
    )
    columns = (
        Word("reports", "union"),
        Word("reports", "aspect"),
        Word("reports", "made"),
        Word("reports", "adopted"),
        Word("reports", "declined"),
        Word("reports", "yuan"),
    )
    rows: Any = tuple(
        (named(atlas.unions[union], language), label(aspect), *map(int, sums))
        for union, aspect, *sums in found
    )
    return Table(Word("reports", "suggestions"), columns, rows)
