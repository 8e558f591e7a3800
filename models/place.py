"""Places, unions and groups: the data every question about where and what is made of.

The rows are few and rarely change, so a process reads them once into an `Atlas`
and again when its edition number has grown.
"""

from dataclasses import dataclass, field
from datetime import date
from math import asin, cos, radians, sin, sqrt

from sqlmodel import Field, Session, SQLModel, col, select

from models.columns import BigId
from models.data import UNION_KINDS

LONGEST_CAMPAIGN = 40


class Division(SQLModel, table=True):
    """A province, city, district or street (GB/T 2260 and 10114 codes)."""

    code: str = Field(primary_key=True)
    parent: str | None = Field(default=None, index=True)
    kind: str
    name: str
    name_en: str
    lat: float | None = None
    lon: float | None = None
    pinyin: str = ""


class Union(SQLModel, table=True):
    """A trade union; a tree from the city federation down to the enterprise."""

    code: str = Field(primary_key=True)
    parent: str | None = Field(default=None, index=True)
    kind: str
    name: str
    name_en: str
    division: str
    groups: str = ""
    phone: str = ""

    @property
    def kept_by(self) -> str | None:
        """The union above it, whose staff found and name it."""
        return self.parent

    def fault(self, atlas: "Atlas") -> str | None:
        """Return which part will not do, if one will not."""
        above = atlas.unions.get(self.parent or "")
        checks = {
            "name": bool(self.name),
            "kind": above is not None and above.kind in UNION_KINDS.get(self.kind, ()),
            "division": self.division in atlas.divisions,
            "groups": {*filter(None, self.groups.split(";"))} <= {*atlas.groups},
        }
        return next((part for part, sound in checks.items() if not sound), None)


class Group(SQLModel, table=True):
    """An occupational group; valid from a date, known under other names too."""

    code: str = Field(primary_key=True)
    position: int
    since: date
    until: date | None = None
    name: str
    name_en: str
    alias: str = ""


class Enterprise(SQLModel, table=True):
    """An employer or a platform; `union_code` is its own union, if it has one."""

    id: int = Field(primary_key=True, sa_type=BigId)
    kind: str
    position: int = 0
    name: str = Field(index=True)
    uscc: str | None = Field(default=None, unique=True)
    division: str | None = None
    union_code: str | None = Field(default=None, foreign_key="union.code")
    pinyin: str = ""


class Source(SQLModel, table=True):
    """Where a poster's code hung: campaign, site, organiser; it fills in answers.

    It is looked after by the union of the organiser, if that is one of ours.
    """

    code: str = Field(primary_key=True)
    campaign: str
    site: str
    organiser: str
    division: str | None = None
    group: str | None = None
    union_code: str | None = Field(default=None, foreign_key="union.code", index=True)

    @property
    def kept_by(self) -> str | None:
        """The union whose staff hang the poster."""
        return self.union_code

    def fault(self, atlas: "Atlas") -> str | None:
        """Return which part will not do, if one will not."""
        checks = {
            "code": self.code[1:2] != "-",  # links of other kinds begin so
            "campaign": 0 < len(self.campaign) <= LONGEST_CAMPAIGN,
            "site": bool(self.site),
            "organiser": bool(self.organiser),
            "division": self.division is None or self.division in atlas.divisions,
            "group": self.group is None or self.group in atlas.groups,
        }
        return next((part for part, sound in checks.items() if not sound), None)


class Edition(SQLModel, table=True):
    """Grows by one with each import, so that processes read the places again."""

    id: int = Field(default=1, primary_key=True)
    number: int = 0


@dataclass(eq=False)
class Atlas:
    """All places, unions, groups and platforms in memory; one object an edition."""

    edition: int = 0
    divisions: dict[str, Division] = field(default_factory=dict)
    unions: dict[str, Union] = field(default_factory=dict)
    groups: dict[str, Group] = field(default_factory=dict)
    below: dict[str, list[Division]] = field(default_factory=dict)
    unions_in: dict[str, list[Union]] = field(default_factory=dict)
    platforms: list[Enterprise] = field(default_factory=list)

    def cities(self) -> list[Division]:
        """Return the cities we serve."""
        return [d for d in self.divisions.values() if d.kind == "city"]

    def children(self, code: str | None) -> list[Division]:
        """Return the divisions directly below one."""
        return self.below.get(code or "", [])

    def groups_on(self, day: date) -> list[Group]:
        """Return the groups a person may choose on a day."""
        return [
            g
            for g in self.groups.values()
            if g.since <= day and (g.until is None or day < g.until)
        ]

    def unions_at(self, *codes: str | None) -> list[Union]:
        """Return the unions seated in any of these divisions, in the order given."""
        return [u for code in codes if code for u in self.unions_in.get(code, [])]

    def federation(self, district: str | None) -> Union | None:
        """Return the union that answers for a district: its own, else the city's."""
        division = self.divisions.get(district or "")
        while division is not None:
            for union in self.unions_in.get(division.code, []):
                if union.kind in ("district", "federation"):
                    return union
            division = self.divisions.get(division.parent or "")
        return None

    def city_of(self, division: str | None) -> Division | None:
        """Return the city a division is in, or is."""
        found = self.divisions.get(division or "")
        while found is not None and found.kind != "city":
            found = self.divisions.get(found.parent or "")
        return found

    def branch(self, code: str) -> set[str]:
        """Return a union's code and those of all unions below it."""
        found, last = {code}, {code}
        while last:
            last = {u.code for u in self.unions.values() if u.parent in last} - found
            found |= last
        return found

    def line(self, code: str | None) -> set[str]:
        """Return a union's code and those of all unions above it."""
        found: set[str] = set()
        while code is not None and code not in found and code in self.unions:
            found.add(code)
            code = self.unions[code].parent
        return found

    def nearest_district(self, lat: float, lon: float) -> Division | None:
        """Return the district whose centre is nearest, within 80 km."""
        near = [
            (kilometres(lat, lon, d.lat, d.lon), d.code)
            for d in self.divisions.values()
            if d.kind == "district" and d.lat is not None and d.lon is not None
        ]
        distance, code = min(near, default=(1e9, ""))
        return self.divisions[code] if distance <= 80 else None


def is_somewhere(lat: float, lon: float) -> bool:
    """Tell whether these are coordinates."""
    return -90 <= lat <= 90 and -180 <= lon <= 180


def kilometres(lat: float, lon: float, lat2: float, lon2: float) -> float:
    """Return the great-circle distance (haversine, mean radius of the Earth)."""
    a = sin(radians(lat2 - lat) / 2) ** 2
    b = cos(radians(lat)) * cos(radians(lat2)) * sin(radians(lon2 - lon) / 2) ** 2
    return 12742 * asin(sqrt(a + b))


_EDITION = select(Edition.number).where(Edition.id == 1)


def edition(session: Session) -> int:
    """Return the number of the places' present edition."""
    return session.exec(_EDITION).first() or 0


def renew(session: Session) -> None:
    """Have every process read the places again."""
    row = session.get(Edition, 1) or Edition(id=1, number=0)
    row.number += 1
    session.add(row)
    session.flush()


def read_atlas(session: Session) -> Atlas:
    """Read every place, union and group; rows are detached, free to share."""
    atlas = Atlas(edition=edition(session))
    for division in session.exec(select(Division).order_by(col(Division.code))).all():
        session.expunge(division)
        atlas.divisions[division.code] = division
        atlas.below.setdefault(division.parent or "", []).append(division)
    for union in session.exec(select(Union).order_by(col(Union.code))).all():
        session.expunge(union)
        atlas.unions[union.code] = union
        atlas.unions_in.setdefault(union.division, []).append(union)
    for group in session.exec(select(Group).order_by(col(Group.position))).all():
        session.expunge(group)
        atlas.groups[group.code] = group
    platforms = select(Enterprise).where(Enterprise.kind == "platform")
    for platform in session.exec(platforms.order_by(col(Enterprise.position))).all():
        session.expunge(platform)
        atlas.platforms.append(platform)
    return atlas
