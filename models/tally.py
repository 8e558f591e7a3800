"""Tallies: what was issued, redeemed and done of each benefit, without saying whose."""

from datetime import datetime
from enum import StrEnum

from sqlmodel import Field, Session, SQLModel

from models.columns import BigId, Utc, new_id, one_of


class Counted(StrEnum):
    """What is counted of a benefit."""

    ISSUED = "issued"
    REDEEMED = "redeemed"
    GIVEN_BACK = "given_back"
    ASKED = "asked"
    DONE = "done"
    DECLINED = "declined"


class Tally(SQLModel, table=True):
    """That something was issued, redeemed and so on: a count without a person.

    It outlives who is erased, so that partners' accounts still add up; `saved` is fen.
    """

    id: int = Field(primary_key=True, sa_type=BigId)
    benefit_code: str = Field(foreign_key="benefit.code")
    partner_code: str | None = Field(default=None, foreign_key="partner.code")
    what: Counted = Field(sa_type=one_of(Counted))
    at: datetime = Field(sa_type=Utc, index=True)
    saved: int = 0


def count(
    session: Session,
    benefit_code: str,
    what: Counted,
    now: datetime,
    partner_code: str | None = None,
    saved: int = 0,
) -> None:
    """Count something of a benefit, without saying whose it was."""
    session.add(
        Tally(
            id=new_id(),
            benefit_code=benefit_code,
            partner_code=partner_code,
            what=what,
            at=now,
            saved=saved,
        )
    )
