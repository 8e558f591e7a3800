"""Sites (会站家): where workers may rest, eat, wash and ask; found by place, rated.

A site near a point is sought in a box that an index answers, then by exact distance;
where a box holds too few, in a wider one.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from math import cos, radians
from typing import Any

from sqlalchemy import Index
from sqlmodel import Field, Session, SQLModel, col, func, select

from models.columns import BigId, Utc, one_of
from models.opening import are_hours
from models.place import Atlas, Division, is_somewhere, kilometres

RADII = (3.0, 12.0, 50.0)
"""How far is looked, in kilometres; what is beyond the last is not near."""

KILOMETRES_A_DEGREE = 111.2


class SiteKind(StrEnum):
    """What a site is."""

    FEDERATION = "federation"
    STATION = "station"
    HOME = "home"
    DRIVER_HOME = "driver_home"


class Facility(StrEnum):
    """What a site has."""

    PARKING = "parking"
    REST = "rest"
    HOT_WATER = "hot_water"
    HEATING = "heating"
    SHOWER = "shower"
    LAUNDRY = "laundry"
    MEALS = "meals"
    TOILET = "toilet"
    CHARGING = "charging"
    WIFI = "wifi"
    MEDICINE = "medicine"
    BOOKS = "books"
    OTHER = "other"


BASICS = tuple(Facility)[:6]
"""What is free in every driver's home."""


class Site(SQLModel, table=True):
    """A place of the union's; coordinates are WGS 84, as phones give them."""

    __table_args__ = (
        Index("site_place", "lat", "lon"),
        Index("site_district", "division", "code"),
    )

    code: str = Field(primary_key=True)
    kind: SiteKind = Field(sa_type=one_of(SiteKind))
    name: str
    name_en: str
    division: str = Field(foreign_key="division.code")
    address: str
    lat: float
    lon: float
    hours: str
    facilities: str = ""
    phone: str = ""
    union_code: str = Field(foreign_key="union.code")
    active: bool = True

    @property
    def has(self) -> list[Facility]:
        """What this site has, in the order of the list."""
        given = self.facilities.split(";")
        return [facility for facility in Facility if facility in given]

    @property
    def kept_by(self) -> str:
        """The union whose staff look after the site."""
        return self.union_code

    def fault(self, atlas: Atlas) -> str | None:
        """Return which part will not do, if one will not."""
        checks = {
            "name": bool(self.name),
            "address": bool(self.address),
            "division": self.division in atlas.divisions,
            "coordinates": is_somewhere(self.lat, self.lon),
            "hours": are_hours(self.hours),
            "facilities": {*filter(None, self.facilities.split(";"))} <= {*Facility},
        }
        return next((part for part, sound in checks.items() if not sound), None)


class SiteRating(SQLModel, table=True):
    """How one worker found a site, from 1 to 5; a second rating replaces the first."""

    __tablename__ = "site_rating"

    site_code: str = Field(primary_key=True, foreign_key="site.code")
    worker_id: int = Field(
        primary_key=True, foreign_key="worker.id", sa_type=BigId, index=True
    )
    stars: int
    at: datetime = Field(sa_type=Utc)


@dataclass(frozen=True)
class Near:
    """A site and how many kilometres away it is; None where nobody said from where."""

    site: Site
    away: float | None = None


@dataclass(frozen=True)
class Found:
    """Some sites; they are `instead` where what was wanted is not near."""

    sites: list[Near]
    instead: bool = False


def site_at(session: Session, code: str) -> Site | None:
    """Return a site that is in service."""
    site = session.get(Site, code)
    return site if site is not None and site.active else None


def distance(site: Site, lat: float, lon: float) -> float:
    """Return how many kilometres a site is from a point."""
    return kilometres(lat, lon, site.lat, site.lon)


def near(
    session: Session, lat: float, lon: float, kind: SiteKind | None, count: int
) -> Found:
    """Return the sites nearest to a point; where there is none of a kind, of any.

    Where none is near at all, the nearest there are.
    """
    wanted = _near(session, lat, lon, kind, count)
    if wanted:
        return Found(wanted)
    others = _near(session, lat, lon, None, count) if kind else []
    return Found(others or _anywhere(session, lat, lon, kind, count), instead=True)


def _near(
    session: Session, lat: float, lon: float, kind: SiteKind | None, count: int
) -> list[Near]:
    found: list[tuple[float, str]] = []
    for radius in RADII:
        found = _within(session, lat, lon, kind, radius)
        if len(found) >= count:
            break
    return _read(session, found[:count])


def _within(
    session: Session, lat: float, lon: float, kind: SiteKind | None, radius: float
) -> list[tuple[float, str]]:
    """Return the distance and the code of what a circle holds, nearest first."""
    high = radius / KILOMETRES_A_DEGREE
    wide = high / max(cos(radians(lat)), 0.01)
    box = select(Site.code, Site.lat, Site.lon).where(
        col(Site.lat).between(lat - high, lat + high),
        col(Site.lon).between(lon - wide, lon + wide),
        *_in_service(kind),
    )
    away = ((kilometres(lat, lon, y, x), code) for code, y, x in session.exec(box))
    return sorted(pair for pair in away if pair[0] <= radius)


def _anywhere(
    session: Session, lat: float, lon: float, kind: SiteKind | None, count: int
) -> list[Near]:
    """Return what is least far; every site is looked at, roughly."""
    x, y = (col(Site.lon) - lon) * cos(radians(lat)), col(Site.lat) - lat
    rows = select(Site.code, Site.lat, Site.lon).where(*_in_service(kind))
    rough = session.exec(rows.order_by(x * x + y * y).limit(count))
    found = [(kilometres(lat, lon, b, a), code) for code, b, a in rough]
    if not found and kind:
        return _anywhere(session, lat, lon, None, count)
    return _read(session, sorted(found))


def _in_service(kind: SiteKind | None) -> list[Any]:
    return [col(Site.active), *([Site.kind == kind] if kind else [])]


def _read(session: Session, found: Sequence[tuple[float, str]]) -> list[Near]:
    rows = select(Site).where(col(Site.code).in_([code for _, code in found]))
    sites = {site.code: site for site in session.exec(rows)}
    return [Near(sites[code], away) for away, code in found]


def within(
    session: Session, division: Division, kind: SiteKind | None, start: int, count: int
) -> Found:
    """Return some sites of a district or city; where it has none, the nearest to it."""
    rows = (
        select(Site)
        .where(
            col(Site.division) >= division.code,
            col(Site.division) < f"{division.code}~",
            *_in_service(kind),
        )
        .order_by(col(Site.division), col(Site.code))
    )
    sites = session.exec(rows.offset(start).limit(count)).all()
    if sites or start:
        return Found([Near(site) for site in sites])
    lat, lon = division.lat, division.lon
    if lat is None or lon is None:
        return Found([], instead=True)
    return Found(near(session, lat, lon, kind, count).sites, instead=True)


def rate(
    session: Session, site: Site, worker_id: int, stars: int, now: datetime
) -> None:
    """Keep how somebody found a site; ValueError unless 1 to 5 stars."""
    if not 1 <= stars <= 5:
        raise ValueError(stars)
    row = SiteRating(site_code=site.code, worker_id=worker_id, stars=stars, at=now)
    session.merge(row)
    session.flush()


def rating_by(session: Session, site: Site, worker_id: int) -> int | None:
    """Return how somebody found a site."""
    row = session.get(SiteRating, (site.code, worker_id))
    return row.stars if row else None


def rating_of(session: Session, site: Site) -> tuple[float, int]:
    """Return how workers found a site on the whole, and how many said so."""
    rows = select(func.avg(SiteRating.stars), func.count())
    mean, count = session.exec(rows.where(SiteRating.site_code == site.code)).one()
    return round(float(mean or 0), 1), count
