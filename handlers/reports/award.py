"""The ballots of one award, sorted, so that anybody can count and hash them again.

`… --csv | tail -n +2 | tr -d '\\r' | sha256sum` gives the published hash.
"""

from sqlmodel import Session

from handlers.reports import Table
from handlers.say import Word
from handlers.turn import named
from models.award import award_named
from models.closing import ballots_of
from models.place import Atlas


def award(session: Session, atlas: Atlas, code: str, language: str) -> Table | None:
    """List the ballots of an award that is counted; None for any other code."""
    row = award_named(session, code)
    if row is None or not row.is_counted:
        return None
    title = {"name": named(row, language), "digest": row.digest}
    columns = (Word("reports", "ballot"), Word("reports", "choices"))
    ballots = tuple(ballots_of(session, row.id))
    return Table(Word("reports", "award", title), columns, ballots)
