"""Sites out of CSV files."""

import re
from collections import Counter
from collections.abc import Iterator, Sequence

from sqlmodel import Session, SQLModel, select

from models.data import Row, is_degrees
from models.opening import are_hours
from models.place import Division, Union
from models.row_faults import lines, missing, unknown
from models.site import Facility, Site, SiteKind

SITE_CODE = re.compile(r"[a-zA-Z0-9-]{1,20}")
"""A site's code travels in buttons too, beside a point on the map."""


def check_sites(session: Session, given: Sequence[Row]) -> list[str]:
    """Name what is wrong with rows of sites."""
    unions = set(session.exec(select(Union.code)))
    places = set(session.exec(select(Division.code)))
    counts = Counter(row.get("code") for row in given)

    def faults_of(row: Row) -> Iterator[str]:
        yield from missing(row, "code", "name", "address")
        if counts[row.get("code")] > 1:
            yield f"has a code that {counts[row.get('code')]} rows have."
        if not SITE_CODE.fullmatch(row.get("code", "-")):
            yield "has a code that is not 1 to 20 letters, digits and hyphens."
        yield from unknown(row, "kind", {*SiteKind})
        yield from unknown(row, "union", unions)
        yield from unknown(row, "division", places)
        lat, lon = row.get("lat", ""), row.get("lon", "")
        if not (is_degrees(lat, 90) and is_degrees(lon, 180)):
            yield f'has bad coordinates: lat "{lat}", lon "{lon}".'
        if not are_hours(row.get("hours", "")):
            yield f'has hours that are none: "{row.get("hours", "")}".'
        for one in filter(None, row.get("facilities", "").split(";")):
            if one not in {*Facility}:
                yield f'has unknown facility "{one}".'

    return lines(given, faults_of)


def site_of(session: Session, row: Row, position: int) -> SQLModel:
    """Make a site of a row."""
    return Site(
        code=row["code"],
        kind=SiteKind(row["kind"]),
        name=row["name"],
        name_en=row.get("name_en") or row["name"],
        division=row["division"],
        address=row["address"],
        lat=float(row["lat"]),
        lon=float(row["lon"]),
        hours=row["hours"],
        facilities=row.get("facilities") or "",
        phone=row.get("phone") or "",
        union_code=row["union"],
        active=row.get("active", "") != "no",
    )
