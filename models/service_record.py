"""Service records (为职工办实事): what was done, counted in 件 and 人次.

A record names nobody it was done for, so it stays when they are erased.
"""

from datetime import datetime

from sqlalchemy import Index
from sqlmodel import Field, Session, SQLModel

from models.case import Case, Outcome
from models.case_kind import CaseKind
from models.columns import BigId, Utc, one_of
from models.staff import Staff


class ServiceRecord(SQLModel, table=True):
    """One matter seen to, for so many people; its id is that of the case."""

    __tablename__ = "service_record"
    __table_args__ = (Index("service_record_of", "union_code", "at"),)

    id: int = Field(primary_key=True, sa_type=BigId)
    union_code: str = Field(foreign_key="union.code")
    kind: CaseKind = Field(sa_type=one_of(CaseKind))
    outcome: Outcome = Field(sa_type=one_of(Outcome))
    people: int
    at: datetime = Field(sa_type=Utc, index=True)
    staff_id: int | None = Field(default=None, foreign_key="staff.id", sa_type=BigId)


def record_service(
    session: Session,
    row: Case,
    outcome: Outcome,
    staff: Staff,
    people: int,
    now: datetime,
) -> ServiceRecord:
    """Count a case that was closed; a case counts once."""
    made = ServiceRecord(
        id=row.id,
        union_code=row.union_code,
        kind=row.kind,
        outcome=outcome,
        people=people,
        at=now,
        staff_id=staff.id,
    )
    session.add(made)
    session.flush()
    return made
