"""Offers of places, unions, groups and enterprises: where and with whom one works."""

from typing import Any

from sqlmodel import col, or_, select

from handlers.offers import Offer, Option, plain
from handlers.say import Word
from handlers.turn import Turn
from models.columns import long, short
from models.place import Division, Enterprise, Union

POOL = "pool"
"""The key of "let the union decide": approval goes to the holding pool."""

SEARCHED = 40
"""How many enterprises a search by name shows at most."""


def _divisions(turn: Turn, found: list[Division]) -> list[Option]:
    return [Option(d.code, turn.named(d), d.pinyin) for d in found]


def _unions(turn: Turn, found: list[Union]) -> list[Option]:
    return [Option(u.code, turn.named(u)) for u in found]


def _groups(turn: Turn, answers: Any) -> list[Option]:
    return [
        Option(g.code, turn.named(g), g.alias.replace(";", " "))
        for g in turn.atlas.groups_on(turn.today)
    ]


def _all_districts(turn: Turn, answers: Any) -> list[Option]:
    districts = [d for d in turn.atlas.divisions.values() if d.kind == "district"]
    return _divisions(turn, districts)


def _wished(turn: Turn, answers: Any) -> list[Option]:
    """Return the unions one may wish for: the employer's, the street's and so on."""
    atlas, home = turn.atlas, answers.home_district
    own = atlas.unions.get(employer_union(answers) or "")
    trade = [
        u
        for u in atlas.unions_at(answers.city, answers.district)
        if u.kind == "industry" and answers.group in u.groups.split(";")
    ]
    near = [
        u
        for u in atlas.unions_at(home or answers.street, home or answers.district)
        if u.kind not in ("enterprise", "industry")
    ]
    found = {u.code: u for u in (own, *trade, *near) if u is not None}
    return [*_unions(turn, [*found.values()]), Option(POOL, Word("join", "union_pool"))]


def _enterprise_option(row: Enterprise) -> Option:
    return Option(f"{short(row.id)}.{row.union_code or ''}", row.name, row.pinyin)


def _enterprises(kind: str, limit: int) -> Offer:
    """Offer the enterprises of a kind: the first of them, and any by name or pinyin."""

    def listing(turn: Turn, answers: Any) -> list[Option]:
        chosen = select(Enterprise).where(Enterprise.kind == kind)
        rows = turn.session.exec(
            chosen.order_by(col(Enterprise.position), col(Enterprise.name)).limit(limit)
        )
        return [_enterprise_option(row) for row in rows]

    def searching(turn: Turn, answers: Any, query: str) -> list[Option]:
        chosen = select(Enterprise).where(
            Enterprise.kind == kind,
            or_(
                col(Enterprise.name).icontains(query.strip(), autoescape=True),
                col(Enterprise.pinyin).contains(plain(query), autoescape=True),
            ),
        )
        rows = turn.session.exec(
            chosen.order_by(col(Enterprise.position), col(Enterprise.name)).limit(
                SEARCHED
            )
        )
        return [_enterprise_option(row) for row in rows]

    def finding(turn: Turn, answers: Any, key: str) -> Option | None:
        row = turn.session.get(Enterprise, long(key.partition(".")[0]))
        option = _enterprise_option(row) if row and row.kind == kind else None
        return option if option and option.key == key else None

    return Offer(listing, finding, searching)


def employer_union(answers: Any) -> str | None:
    """Return the code of the union that the employer or platform chosen has, if any."""
    chosen = answers.employer or answers.platform or ""
    return str(chosen).partition(".")[2] or None


def nearest(turn: Turn, lat: float, lon: float) -> dict[str, Any] | None:
    """Answer city and district from a location; the location itself is not kept."""
    district = turn.atlas.nearest_district(lat, lon)
    return {"city": district.parent, "district": district.code} if district else None


def reviewer(turn: Turn, answers: Any) -> Union | None:
    """Return the union that reviews: the one wished for, else the district's."""
    wished = turn.atlas.unions.get(answers.wished_union)
    return wished or turn.atlas.federation(answers.home_district or answers.district)


def by_key(kind: str) -> Any:
    """Return a look-up of a division by its code, below the answer it depends on."""

    def finding(turn: Turn, answers: Any, key: str) -> Option | None:
        division = turn.atlas.divisions.get(key)
        return (
            _divisions(turn, [division])[0]
            if division and division.kind == kind
            else None
        )

    return finding


GROUPS = Offer(_groups)
CITIES = Offer(lambda turn, answers: _divisions(turn, turn.atlas.cities()))
DISTRICTS = Offer(
    lambda turn, answers: _divisions(turn, turn.atlas.children(answers.city))
)
STREETS = Offer(
    lambda turn, answers: _divisions(turn, turn.atlas.children(answers.district))
)
HOME_DISTRICTS = Offer(_all_districts, by_key("district"))
UNIONS = Offer(_wished)
EMPLOYERS = _enterprises("enterprise", 0)
PLATFORMS = _enterprises("platform", 9)
