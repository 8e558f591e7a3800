"""Sites near somebody: by a location or a district, open now or when, one closer.

    v:sites:<where>:<kind>:<page>      v:site:<code>:<where>
    v:site_areas:<city>:<kind>:<page>  v:site_kinds:<where>

Where is a division's code, or latitude and longitude rounded to about 100 metres: that
is as exactly as a location is kept, in the buttons of the message it led to.
"""

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta

from handlers.my_application import members_only, way_in
from handlers.offers import (
    Option,
    exact,
    matching,
    next_page,
    page_number,
    page_of,
    plain,
)
from handlers.question import joined, label
from handlers.say import Choice, Say, Text, Word, say
from handlers.stars import STARS, star_choices
from handlers.turn import Turn
from models import site as sites_
from models.opening import ALWAYS, Span, door, read_hours
from models.place import Division
from models.site import BASICS, Found, Near, Site, SiteKind, site_at

SITES = Choice(Word("sites", "name"), "v:sites:::0")
PREFIX, AREAS = "v:sites:", "v:site_areas:"
ROWS = 7
"""How many sites a page shows; the ways to more and to other kinds come after."""

_POINT = re.compile(r"(-?\d{1,2}\.\d{3}),(-?\d{1,3}\.\d{3})")


def sites(turn: Turn, arg: str) -> list[Say]:
    """List sites near a point or in a district, or ask where."""
    where, kind, page = _parts(arg)
    division, point = turn.atlas.divisions.get(where), _POINT.fullmatch(where)
    start = page * ROWS
    if point:
        lat, lon = map(float, point.groups())
        found = sites_.near(turn.session, lat, lon, kind, start + ROWS + 1)
        rest = replace(found, sites=found.sites[start:])
        return [_list(turn, where, kind, page, rest)]
    if division:
        found = sites_.within(turn.session, division, kind, start, ROWS + 1)
        return [_list(turn, where, kind, page, found, turn.named(division))]
    return [_ask_where(turn, kind)]


def _parts(arg: str) -> tuple[str, SiteKind | None, int]:
    where, _, rest = arg.partition(":")
    kind, _, page = rest.partition(":")
    return where, SiteKind(kind) if kind in {*SiteKind} else None, page_number(page)


def located(turn: Turn, lat: float, lon: float) -> list[Say]:
    """List the sites nearest to a location, of the kind that was just looked for."""
    kind = _kind_on_screen(turn)
    return sites(turn, f"{lat:.3f},{lon:.3f}:{kind or ''}:0")


def _kind_on_screen(turn: Turn) -> SiteKind | None:
    """Return which kind of site the choices on the screen are about."""
    for shown in turn.chat.shown(turn.keys, turn.worker):
        for prefix in (PREFIX, AREAS):
            if shown.press.startswith(prefix):
                return _parts(shown.press.removeprefix(prefix))[1]
    return None


def _press(where: str, kind: SiteKind | None, page: int = 0) -> str:
    return f"{PREFIX}{where}:{kind or ''}:{page}"


def _list(
    turn: Turn,
    where: str,
    kind: SiteKind | None,
    page: int,
    found: Found,
    place: str = "",
) -> Say:
    """Say which sites there are, and what else can be looked for."""
    shown, more = found.sites[:ROWS], len(found.sites) > ROWS
    if not shown:
        return say("sites", "none").offering(*([SITES] if page else []))
    choices = [
        Choice(_line(turn, near), f"v:site:{near.site.code}:{where}") for near in shown
    ]
    if more and not (found.instead and place):
        choices.append(Choice(Word("common", "more"), _press(where, kind, page + 1)))
    elif page:
        choices.append(Choice(Word("common", "first_page"), _press(where, kind)))
    choices.append(Choice(Word("sites", "only"), f"v:site_kinds:{where}"))
    words = Word("sites", "listed", {"what": _what(kind), "place": place})
    if kind and all(near.site.kind is not kind for near in shown):
        words = Word("sites", "others", {"what": _what(kind), "place": place})
    elif found.instead:
        words = Word("sites", "instead", {"what": _what(kind), "place": place})
    return Say(words, choices=tuple(choices), back=SITES.press)


def _what(kind: SiteKind | None) -> Word:
    return label(kind) if kind else Word("sites", "any")


def _line(turn: Turn, near: Near) -> Word:
    """Say of a site its name, how far it is, and whether it is open."""
    name, now = turn.named(near.site), _now(turn, near.site)
    if near.away is None:
        return Word("sites", "line", {"site": name, "now": now})
    away = _away(near.away)
    return Word("sites", "line_away", {"site": name, "away": away, "now": now})


def _away(kilometres: float) -> Word:
    if kilometres < 1:
        return Word("sites", "metres", {"count": max(round(kilometres * 10), 1) * 100})
    return Word("sites", "kilometres", {"count": f"{kilometres:.1f}"})


def _now(turn: Turn, site: Site) -> Word:
    """Say whether a site is open, and until or from when."""
    at = door(site.hours, turn.rules.zone, turn.now)
    if at.until is None:
        return Word("sites", "open") if at.is_open else Word("sites", "shut")
    when = {"at": _moment(turn, at.until)}
    if at.is_open:
        return Word("sites", "open_until", when)
    return Word("sites", "opens_at", when)


def _moment(turn: Turn, at: datetime) -> Text:
    """Say an hour: of today alone, of another day with its weekday."""
    midnight = at.time() == datetime.min.time()
    day = at.date() - timedelta(days=1) if midnight else at.date()
    clock = "24:00" if midnight else f"{at:%H:%M}"
    if day == turn.today:
        return clock
    return Word("sites", "on", {"day": _weekday(day.weekday()), "at": clock})


def _weekday(number: int) -> Word:
    return Word("sites", f"day_{number}")


def _ask_where(turn: Turn, kind: SiteKind | None) -> Say:
    """Ask where somebody is: their location, or a city."""
    latest = turn.latest
    own = turn.atlas.divisions.get(latest.district) if latest else None
    first = [own] if own else []
    choices = [Choice(turn.named(d), _press(d.code, kind)) for d in first]
    for city in turn.atlas.cities()[: ROWS + 1]:
        press = f"v:site_areas:{city.code}:{kind or ''}:0"
        choices.append(Choice(turn.named(city), press))
    words = Word("sites", "where", {"what": _what(kind)})
    return Say(words, choices=tuple(choices), wish="location")


def areas(turn: Turn, arg: str) -> list[Say]:
    """List the districts of a city."""
    code, kind, page = _parts(arg)
    districts = turn.atlas.children(code)
    shown, more = page_of(districts, page)
    choices = [Choice(turn.named(d), _press(d.code, kind)) for d in shown]
    if more:
        press = f"v:site_areas:{code}:{kind or ''}:"
        choices.append(next_page(press, len(districts), page))
    if not choices:
        return [_ask_where(turn, kind)]
    message = Say(Word("sites", "which_area"), back=_press("", kind))
    return [message.offering(*choices)]


def kinds(turn: Turn, arg: str) -> list[Say]:
    """Offer to look for one kind of site alone."""
    choices = [Choice(label(kind), _press(arg, kind)) for kind in SiteKind]
    choices.append(Choice(Word("sites", "all"), _press(arg, None)))
    return [say("sites", "which_kind").offering(*choices)]


def named(turn: Turn, typed: str) -> list[Say] | None:
    """Take a kind of site with a place, as in 司机之家 白云; None for anything else."""
    words, commands = plain(typed), turn.vocabulary.commands
    known = [word for word, press in commands.items() if press.startswith(PREFIX)]
    for word in sorted(known, key=len, reverse=True):
        if words != word and (words.startswith(word) or words.endswith(word)):
            rest = words.removeprefix(word).removesuffix(word)
            _, kind, _ = _parts(commands[word].removeprefix(PREFIX))
            return _in_place(turn, turn.vocabulary.bare(rest), kind)
    return None


def _in_place(turn: Turn, typed: str, kind: SiteKind | None) -> list[Say]:
    options = [_option(turn, d) for d in _divisions(turn)]
    found = exact(matching(options, typed), typed)
    if len(found) == 1:
        return sites(turn, f"{found[0].key}:{kind or ''}:0")
    if not 1 < len(found) <= ROWS + 2:
        unknown = Word("answers", "not_found", {"typed": typed[: ROWS * 4]})
        return [replace(_ask_where(turn, kind), before=unknown)]
    choices = [Choice(o.label, _press(o.key, kind)) for o in found]
    return [Say(Word("sites", "which_area")).offering(*choices)]


def _divisions(turn: Turn) -> list[Division]:
    cities = turn.atlas.cities()
    return [*cities, *(d for city in cities for d in turn.atlas.children(city.code))]


def _option(turn: Turn, division: Division) -> Option:
    short = division.name.rstrip("市区县")
    keys = f"{plain(division.name)} {plain(short)} {plain(division.name_en)}"
    return Option(division.code, turn.named(division), f"{keys} {division.pinyin}")


def site(turn: Turn, arg: str) -> list[Say]:
    """Show one site: where, open when, with what, and the way there."""
    code, _, where = arg.partition(":")
    found = site_at(turn.session, code)
    if found is None:
        return [say("sites", "gone").offering(SITES)]
    own = sites_.rating_by(turn.session, found, turn.worker.id)
    message = Say(
        Word("sites", "here"),
        title=turn.named(found),
        rows=tuple(_facts(turn, found, where)),
        link=(
            Word("sites", "map"),
            turn.rules.map_of(found.lat, found.lon, turn.named(found)),
        ),
        choices=(
            Choice(
                Word("sites", "rate_again" if own else "rate"),
                f"v:rate_site:{found.code}",
            ),
            Choice(Word("site_fault", "name"), f"f:site_fault:{found.code}"),
        ),
        back=_press(where or found.division, None),
    )
    return [message]


def _facts(turn: Turn, found: Site, where: str) -> list[tuple[Text, Text]]:
    facts: list[tuple[Text, Text]] = [
        (Word("sites", "kind"), label(found.kind)),
        (Word("sites", "address"), found.address),
    ]
    point = _POINT.fullmatch(where)
    if point:
        lat, lon = map(float, point.groups())
        away = sites_.distance(found, lat, lon)
        facts.append((Word("sites", "distance"), _away(away)))
    facts.append((Word("sites", "now"), _now(turn, found)))
    facts.append((Word("sites", "hours"), hours_text(found.hours)))
    facts += _facilities(found)
    union = turn.atlas.unions[found.union_code]
    if found.phone or union.phone:
        facts.append((Word("sites", "phone"), found.phone or union.phone))
    facts.append((Word("sites", "union"), turn.named(union)))
    mean, count = sites_.rating_of(turn.session, found)
    if count:
        said = Word("sites", "rated", {"mean": mean, "count": count})
        facts.append((Word("sites", "rating"), said))
    return facts


def _facilities(found: Site) -> Iterator[tuple[Text, Text]]:
    """Yield what a site has, apart what a driver's home gives for free."""
    free = [f for f in found.has if found.kind is SiteKind.DRIVER_HOME and f in BASICS]
    rest = [f for f in found.has if f not in free]
    if free:
        yield Word("sites", "free"), joined(*map(label, free))
    if rest:
        yield Word("sites", "also" if free else "has"), joined(*map(label, rest))


def hours_text(hours: str) -> Text:
    """Return opening hours in words."""
    if hours.strip() == ALWAYS:
        return Word("sites", "always")
    return joined(*(_span(span) for span in read_hours(hours)))


def _span(span: Span) -> Word:
    times = " ".join(f"{_clock(a)}–{_clock(b)}" for a, b in span.windows)
    first, last = _weekday(span.first), _weekday(span.last)
    if span.first == span.last:
        return Word("sites", "one_day", {"first": first, "times": times})
    return Word("sites", "days", {"first": first, "last": last, "times": times})


def _clock(at: timedelta) -> str:
    """Write a time of day; midnight at the end of a day is 24:00."""
    minutes = at // timedelta(minutes=1)
    hours = minutes // 60 if minutes <= 24 * 60 else minutes // 60 - 24
    return f"{hours:02}:{minutes % 60:02}"


def rate(turn: Turn, arg: str) -> list[Say]:
    """Ask a member how they found a site."""
    found = site_at(turn.session, arg)
    if found is None:
        return [say("sites", "gone").offering(SITES)]
    if turn.worker.member_no is None:
        words = members_only(turn, "rate")
        return [Say(words, choices=(way_in(turn),), back=f"v:site:{found.code}:")]
    name = turn.named(found)
    own = sites_.rating_by(turn.session, found, turn.worker.id)
    words = Word("sites", "how_was_it", {"site": name, "own": own or ""})
    choices = star_choices("rate_site", found.code)
    return [Say(words, choices=choices, back=f"v:site:{found.code}:")]


def rate_site(turn: Turn, arg: str) -> list[Say]:
    """Keep how a member found a site; the last word counts."""
    code, _, stars = arg.partition(".")
    found, number = site_at(turn.session, code), page_number(stars)
    if found is None or turn.worker.member_no is None or number not in STARS:
        return rate(turn, code)
    sites_.rate(turn.session, found, turn.worker.id, number, turn.now)
    again = Choice(Word("sites", "rate_again"), f"v:rate_site:{found.code}")
    done = say("sites", "thanks", site=turn.named(found), stars=number)
    return [done.offering(again, SITES)]
