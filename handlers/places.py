"""Offers of places, unions, groups and enterprises: where and with whom one works."""

from datetime import date
from functools import lru_cache
from typing import Any

from sqlmodel import col, or_, select

from handlers.offers import Offer, Option, plain
from handlers.question import joined
from handlers.say import Word
from handlers.turn import Turn, named
from models.columns import long, short
from models.identity import normalise_text
from models.place import Atlas, Division, Enterprise, Union

POOL = "pool"
"""The key of "let the union decide": approval goes to the holding pool."""

SEARCHED = 40
"""How many enterprises a search by name shows at most."""


@lru_cache(maxsize=2048)
def _divisions_in(atlas: Atlas, code: str | None, language: str) -> tuple[Option, ...]:
    """Return the divisions below one, or the cities where there is none."""
    found = atlas.children(code) if code else atlas.cities()
    return tuple(Option(d.code, named(d, language), d.pinyin) for d in found)


@lru_cache(maxsize=64)
def _groups_on(atlas: Atlas, day: date, language: str) -> tuple[Option, ...]:
    return tuple(
        Option(g.code, named(g, language), _folded(g.name, g.name_en, g.alias))
        for g in atlas.groups_on(day)
    )


def _folded(*names: str) -> str:
    """Return names as other words for an option; an alias may hold several."""
    return " ".join(plain(one) for name in names for one in name.split(";") if one)


@lru_cache(maxsize=64)
def _all_districts(atlas: Atlas, city: str | None, language: str) -> tuple[Option, ...]:
    """Return the districts of all cities, those of one's own city first."""
    cities = sorted(atlas.cities(), key=lambda c: c.code != city)
    return tuple(
        _district_of(c if len(cities) > 1 else None, d, language)
        for c in cities
        for d in atlas.children(c.code)
    )


def _district_of(city: Division | None, district: Division, language: str) -> Option:
    """Return a district as an option, under the name of its city where there is one."""
    name, keys = named(district, language), district.pinyin
    if city is None:
        return Option(district.code, name, keys)
    own, whole = plain(name), named(city, language)
    name = f"{name}, {whole}" if language == "en" else f"{whole}{name}"
    return Option(district.code, name, f"{own} {keys}")


def no_city(turn: Turn, typed: str) -> Word:
    """Say where we serve to who named another city."""
    cities = joined(*(turn.named(city) for city in turn.atlas.cities()))
    return Word("join", "no_city", {"typed": typed, "cities": cities})


def _wished(turn: Turn, answers: Any) -> tuple[Option, ...]:
    """Return the unions one may wish for: the employer's, the street's and so on."""
    home = answers.home_district
    here = (home,) if home else (answers.street, answers.district)
    own, trade = employer_union(answers), (answers.city, answers.district)
    return _unions(turn.atlas, own, answers.group, trade, here, turn.language)


@lru_cache(maxsize=2048)
def _unions(
    atlas: Atlas,
    own: str | None,
    group: str,
    trade: tuple[str | None, ...],
    here: tuple[str | None, ...],
    language: str,
) -> tuple[Option, ...]:
    """Return the unions of the employer, the trade and the place, and the pool."""
    mine = atlas.unions.get(own or "")
    industry = [
        u
        for u in atlas.unions_at(*trade)
        if u.kind == "industry" and group in u.groups.split(";")
    ]
    near = [
        u for u in atlas.unions_at(*here) if u.kind not in ("enterprise", "industry")
    ]
    found = {u.code: u for u in (mine, *industry, *near) if u is not None}
    options = [Option(u.code, named(u, language)) for u in found.values()]
    return (*options, Option(POOL, Word("join", "union_pool")))


def _enterprise_option(row: Enterprise) -> Option:
    return Option(f"{short(row.id)}.{row.union_code or ''}", row.name, row.pinyin)


def _nothing(turn: Turn, answers: Any) -> tuple[Option, ...]:
    """List no employer unasked: there are too many, and one need not be named."""
    return ()


def _employers_named(turn: Turn, answers: Any, query: str) -> list[Option]:
    """Return the employers whose name or pinyin holds what was typed."""
    if not plain(query):
        return []
    found = turn.session.exec(
        select(Enterprise)
        .where(
            Enterprise.kind == "enterprise",
            or_(
                col(Enterprise.name).icontains(query.strip(), autoescape=True),
                col(Enterprise.name).icontains(normalise_text(query), autoescape=True),
                col(Enterprise.pinyin).contains(plain(query), autoescape=True),
            ),
        )
        .order_by(col(Enterprise.position), col(Enterprise.name))
        .limit(SEARCHED)
    )
    return [_enterprise_option(row) for row in found]


def _employer(turn: Turn, answers: Any, key: str) -> Option | None:
    row = turn.session.get(Enterprise, long(key.partition(".")[0]))
    option = _enterprise_option(row) if row and row.kind == "enterprise" else None
    return option if option and option.key == key else None


@lru_cache(maxsize=8)
def _platforms(atlas: Atlas) -> tuple[Option, ...]:
    return tuple(_enterprise_option(row) for row in atlas.platforms)


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


def _below(answer: str | None) -> Offer:
    """Offer the divisions below the one an earlier answer names."""

    def listing(turn: Turn, answers: Any) -> tuple[Option, ...]:
        code = getattr(answers, answer) if answer else None
        if answer and not code:
            return ()
        return _divisions_in(turn.atlas, code, turn.language)

    return Offer(listing)


GROUPS = Offer(lambda turn, answers: _groups_on(turn.atlas, turn.today, turn.language))
CITIES = _below(None)
DISTRICTS = _below("city")
STREETS = _below("district")
HOME_DISTRICTS = Offer(
    lambda turn, answers: _all_districts(turn.atlas, answers.city, turn.language)
)
UNIONS = Offer(_wished)
EMPLOYERS = Offer(_nothing, _employer, _employers_named)
PLATFORMS = Offer(lambda turn, answers: _platforms(turn.atlas))
