"""Saved replies (常用语): what a union's staff say often, by number.

A union's own go before those of the unions above it with the same number.
"""

from datetime import datetime

from sqlalchemy import UniqueConstraint
from sqlmodel import Field, Session, SQLModel, col, select

from models import audit
from models.columns import BigId, new_id
from models.errors import Failure
from models.place import Atlas
from models.staff import SERVING, Staff, answers_for

LONGEST = 500
"""How many characters a saved reply may have."""

MOST = 99
"""The highest number a reply may have."""


class BadReply(Failure):
    """A saved reply needs words, not too many, and a number up to 99 (permanent)."""


class NotTheirReply(Failure):
    """This staff member does not answer for that union (permanent)."""


class SavedReply(SQLModel, table=True):
    """One reply of a union; its words are for everybody and name nobody."""

    __tablename__ = "saved_reply"
    __table_args__ = (UniqueConstraint("union_code", "number"),)

    id: int = Field(primary_key=True, sa_type=BigId)
    union_code: str = Field(foreign_key="union.code")
    number: int
    text: str
    text_en: str = ""

    def words(self, language: str) -> str:
        """Return the reply in a reader's language, or as it was written."""
        return self.text_en if language == "en" and self.text_en else self.text


def save_reply(
    session: Session,
    atlas: Atlas,
    staff: Staff,
    union_code: str,
    number: int,
    text: str,
    text_en: str,
    now: datetime,
) -> SavedReply:
    """Write a reply down, or anew; raises BadReply, or NotTheirReply."""
    _require_scope(atlas, staff, union_code)
    words, other = text.strip(), text_en.strip()
    if not words or max(len(words), len(other)) > LONGEST or not 1 <= number <= MOST:
        raise BadReply
    row = _reply_at(session, union_code, number) or SavedReply(
        id=new_id(), union_code=union_code, number=number, text=""
    )
    row.text, row.text_en = words, other
    session.add(row)
    session.flush()
    audit.record(session, now, staff.id, "saved_reply.saved", row.id)
    return row


def drop_reply(
    session: Session, atlas: Atlas, staff: Staff, row: SavedReply, now: datetime
) -> None:
    """Take a reply away; raises NotTheirReply."""
    _require_scope(atlas, staff, row.union_code)
    audit.record(session, now, staff.id, "saved_reply.dropped", row.id)
    session.delete(row)
    session.flush()


def replies_for(session: Session, atlas: Atlas, union_code: str) -> list[SavedReply]:
    """Return the replies staff of a union may use, by number."""
    line = atlas.line(union_code)
    rows = session.exec(select(SavedReply).where(col(SavedReply.union_code).in_(line)))
    height = {code: len(atlas.line(code)) for code in line}
    by_number = {
        row.number: row for row in sorted(rows, key=lambda row: height[row.union_code])
    }
    return [by_number[number] for number in sorted(by_number)]


def _reply_at(session: Session, union_code: str, number: int) -> SavedReply | None:
    found = select(SavedReply).where(
        SavedReply.union_code == union_code, SavedReply.number == number
    )
    return session.exec(found).first()


def _require_scope(atlas: Atlas, staff: Staff, union_code: str) -> None:
    if staff.role not in SERVING or not answers_for(atlas, staff, union_code):
        raise NotTheirReply
