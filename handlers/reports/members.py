"""Members by union and occupation, with how many of them are in the pool."""

from sqlmodel import Session, col, func, select

from handlers.reports import Period, Table
from handlers.say import Text, Word
from handlers.turn import named
from models.place import Atlas
from models.worker import Worker

Lots = dict[tuple[str, str], int]
"""How many members, by union and group; one that is not known is empty."""


def members(session: Session, atlas: Atlas, period: Period, language: str) -> Table:
    """Count who is a member at the end; who was one before is in no row any more."""
    every, pooled = count(session), count(session, in_pool=True)
    rows = tuple(
        (*_names(atlas, lot, language), many, pooled.get(lot, 0))
        for lot, many in sorted(every.items())
    )
    columns = (
        Word("reports", "union"),
        Word("reports", "group"),
        Word("reports", "members"),
        Word("reports", "pooled"),
    )
    return Table(Word("reports", "by_group"), columns, rows)


def _names(atlas: Atlas, lot: tuple[str, str], language: str) -> tuple[Text, Text]:
    union, group = atlas.unions.get(lot[0]), atlas.groups.get(lot[1])
    return (
        named(union, language) if union else "",
        named(group, language) if group else "",
    )


def count(session: Session, in_pool: bool = False) -> Lots:
    """Count members, all or those in the pool; each is one look through an index."""
    found = select(Worker.union_code, Worker.group, func.count()).where(
        col(Worker.member_no).is_not(None)
    )
    if in_pool:
        found = found.where(col(Worker.in_pool))
    rows = session.exec(found.group_by(col(Worker.union_code), col(Worker.group)))
    return {(union or "", group or ""): many for union, group, many in rows}
