"""Services done (办实事) by union and kind: how many matters, for how many people."""

from typing import Any

from sqlalchemy import func, select
from sqlmodel import Session, col

from handlers.question import label
from handlers.reports import Period, Table
from handlers.say import Word
from handlers.turn import named
from models.place import Atlas
from models.service_record import ServiceRecord


def cases(session: Session, atlas: Atlas, period: Period, language: str) -> Table:
    """Count what was done for workers in a period."""
    found: Any = session.execute(
        select(
            col(ServiceRecord.union_code),
            col(ServiceRecord.kind),
            func.count(),
            func.sum(col(ServiceRecord.people)),
        )
        .where(
            col(ServiceRecord.at) >= period.since, col(ServiceRecord.at) < period.until
        )
        .group_by(col(ServiceRecord.union_code), col(ServiceRecord.kind))
        .order_by(col(ServiceRecord.union_code), col(ServiceRecord.kind))
    )
    columns = (
        Word("reports", "union"),
        Word("reports", "kind"),
        Word("reports", "matters"),
        Word("reports", "people"),
    )
    rows: Any = tuple(
        (named(atlas.unions[union], language), label(kind), int(count), int(people))
        for union, kind, count, people in found
    )
    return Table(Word("reports", "cases"), columns, rows)
