"""Partners: who gives members something, and where their counter is."""

from collections.abc import Collection, Iterable
from datetime import datetime

from sqlmodel import Field, Session, SQLModel, col, delete, select

from models import coded
from models.errors import Failure
from models.place import Atlas, is_somewhere, kilometres
from models.staff import Staff, must_answer_for


class NoSuchPartner(Failure):
    """There is no partner with this code, or it has ended (permanent)."""


class Partner(SQLModel, table=True):
    """A place that gives members something, such as a pharmacy; its union looks on."""

    code: str = Field(primary_key=True)
    name: str
    name_en: str
    union_code: str = Field(foreign_key="union.code")
    district: str = Field(index=True)
    address: str
    address_en: str
    lat: float
    lon: float
    phone: str = ""
    active: bool = True

    @property
    def kept_by(self) -> str:
        """The union whose staff look after the partner."""
        return self.union_code

    def fault(self, atlas: Atlas) -> str | None:
        """Return which part will not do, if one will not."""
        checks = {
            "name": bool(self.name),
            "address": bool(self.address),
            "district": self.district in atlas.divisions,
            "coordinates": is_somewhere(self.lat, self.lon),
        }
        return next((part for part, sound in checks.items() if not sound), None)


class Giving(SQLModel, table=True):
    """That a partner gives a benefit."""

    benefit_code: str = Field(primary_key=True, foreign_key="benefit.code")
    partner_code: str = Field(primary_key=True, foreign_key="partner.code", index=True)


def partners_of(
    session: Session, benefit_code: str, district: str | None = None
) -> list[Partner]:
    """Return the partners that give a benefit now, in one district or in all."""
    found = (
        select(Partner)
        .join(Giving, col(Giving.partner_code) == Partner.code)
        .where(Giving.benefit_code == benefit_code, Partner.active)
    )
    if district is not None:
        found = found.where(Partner.district == district)
    return list(session.exec(found.order_by(col(Partner.code))))


def nearest_first(
    partners: Iterable[Partner], lat: float, lon: float
) -> list[tuple[float, Partner]]:
    """Return partners with how many kilometres away each is, the nearest first."""
    away = [(kilometres(lat, lon, p.lat, p.lon), p) for p in partners]
    return sorted(away, key=lambda pair: (pair[0], pair[1].code))


def open_partner(session: Session, code: str) -> Partner:
    """Return a partner that has not ended; raises NoSuchPartner."""
    found = session.get(Partner, code)
    if found is None or not found.active:
        raise NoSuchPartner
    return found


def give(
    session: Session,
    atlas: Atlas,
    staff: Staff,
    row: Partner,
    benefits: Collection[str],
    now: datetime,
) -> None:
    """Say which benefits a partner gives, and no other; raises NotTheirs."""
    must_answer_for(atlas, staff, row.kept_by)
    session.exec(delete(Giving).where(col(Giving.partner_code) == row.code))
    for code in sorted(benefits):
        session.add(Giving(benefit_code=code, partner_code=row.code))
    session.flush()
    coded.note(session, staff, row, "gives", now, *sorted(benefits))


def given_by(session: Session, partner_code: str) -> list[str]:
    """Return the codes of the benefits a partner gives."""
    found = select(Giving.benefit_code).where(Giving.partner_code == partner_code)
    return list(session.exec(found.order_by(Giving.benefit_code)))
