"""The console's lists among many members: how long a page of them takes, and a search.

The rows are laid down the short way; what is measured is a request to the real site, by
somebody of staff who is signed in, of the whole city and of one small union.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from statistics import median
from typing import Any

from pytest import MonkeyPatch
from sqlalchemy import Select, insert, literal, select
from sqlmodel import Session, col

from bot.database import Database, in_transaction
from models.audit import AuditEntry
from models.columns import Utc, new_id
from models.place import read_atlas
from models.sealing import Keyring, seal
from models.worker import Worker
from tests.bot.console.house import Colleague, House, house_of
from tests.world import World

AT_ONCE = 5_000
TIMES = 7
"""How often each page is asked for; the middle one counts."""

MEMBERS, ACTS = "/console/members", "/console/deeds"
SMALL = "440111-logistics"
"""A union of which there are few."""

FEW = 500
"""One of so many members is of the small union."""

NEXT = re.compile(r'rel="next" href="([^"]+)"')


@dataclass(frozen=True)
class Asked:
    """One thing asked of the console, and how long each answer took, in ms."""

    name: str
    spent: list[float]

    @property
    def middle(self) -> float:
        """The middle of them."""
        return median(self.spent)


def fill(database: Database, keys: Keyring, house: House, members: int) -> str:
    """Lay members down, one a minute, over all unions of a city; return a number."""
    with Session(database.reading) as session:
        atlas = read_atlas(session)
    unions = sorted(atlas.branch("4401") - {SMALL})
    groups = sorted(atlas.groups)
    number = ""
    for first in range(0, members, AT_ONCE):
        rows = [
            _member(keys, house, n, unions, groups)
            for n in range(first, min(members, first + AT_ONCE))
        ]
        number = rows[-1]["member_no"]
        in_transaction(
            database,
            lambda s, rows=rows: s.connection().execute(insert(Worker), rows),  # type: ignore[misc]
        )
    return number


def _member(
    keys: Keyring, house: House, n: int, unions: list[str], groups: list[str]
) -> dict[str, Any]:
    number, key = new_id(), n.to_bytes(32, "big")
    values = {"name": f"张{n}", "mobile": f"+86140{n:08}", "id_number": f"P{n:09}"}
    place = f"worker.key|{number}"
    sealed = {
        name: seal(key, f"worker.{name}|{number}", text.encode())
        for name, text in values.items()
    }
    return {
        "id": number,
        "key": keys.wrap(place, key),
        "language": "zh-CN",
        "created_at": house.world.now,
        **sealed,
        "name_tag": keys.tag("name", values["name"]),
        "mobile_tag": keys.tag("mobile", values["mobile"]),
        "id_tag": keys.tag("id_number", values["id_number"]),
        "tag_key": keys.current_index,
        "id_type": "passport",
        "sex": "female",
        "group": groups[n % len(groups)],
        "member_no": f"B{n:011}",
        "member_since": house.world.now - timedelta(minutes=n),
        "union_code": SMALL if n % FEW == 0 else unions[n % len(unions)],
        "in_pool": n % 50 == 0,
    }


def measure(database: Database, members: int) -> list[Asked]:
    """Ask for each page some times, and return how long that took."""
    with MonkeyPatch.context() as patch, house_of(World(database), patch) as house:
        keys = house.world.kit.keys
        number = fill(database, keys, house, members)
        city = house.appoint("officer", "4401", "市级")
        few = house.appoint("officer", SMALL, "小工会")
        in_transaction(database, lambda s: _note_looks(s, house))
        return [*_asked(city, few, number), *_asked_of_acts(city, few)]


def _note_looks(session: Session, house: House) -> None:
    """Write down that each member was looked at, one after another."""
    entry = {
        "at": literal(house.world.now, Utc),
        "actor_id": literal(0),
        "action": literal("member.read"),
        "subject_id": col(Worker.id),
        "detail": literal(""),
    }
    every: Select[Any] = select(*entry.values()).where(  # type: ignore[call-overload]
        col(Worker.member_no).is_not(None)
    )
    looks = every.order_by(col(Worker.member_no))
    session.execute(insert(AuditEntry).from_select([*entry], looks))


def _asked_of_acts(city: Colleague, few: Colleague) -> Iterator[Asked]:
    yield _timed("acts, a city", lambda: city.get(ACTS))
    deep = _next(city, ACTS, 20)
    yield _timed("acts, twenty pages on", lambda: city.get(ACTS + deep))
    yield _timed("acts of a kind that was not", lambda: city.get(f"{ACTS}?noun=site"))
    yield _timed("acts, a small union's staff", lambda: few.get(ACTS))


def _asked(city: Colleague, few: Colleague, number: str) -> Iterator[Asked]:
    get = city.get
    yield _timed("first page, a city", lambda: get(MEMBERS))
    yield _timed("next page", lambda: get(MEMBERS + _next(city, MEMBERS, 1)))
    deep = _next(city, MEMBERS, 20)
    yield _timed("twenty pages on", lambda: get(MEMBERS + deep))
    yield _timed("an occupation", lambda: get(f"{MEMBERS}?group=courier"))
    yield _timed("a small union", lambda: get(f"{MEMBERS}?union={SMALL}"))
    both = f"{MEMBERS}?union={SMALL}&group=courier&pool=pool"
    yield _timed("three filters that fit nobody", lambda: get(both))
    yield _timed("in the pool", lambda: get(f"{MEMBERS}?pool=pool"))
    yield _timed("first page, a small union's staff", lambda: few.get(MEMBERS))
    drawn = iter([city.key() for _ in range(TIMES + 1)])
    yield _timed("search", lambda: city.send(f"{MEMBERS}/find", next(drawn), q=number))
    yield _timed("today", lambda: get("/console/today"))


def _next(browser: Colleague, path: str, pages: int) -> str:
    """Return the address of a later page."""
    query = ""
    for _ in range(pages):
        found = NEXT.search(browser.get(path + query).text)
        query = found[1].replace("&amp;", "&") if found else query
    return query


def _timed(name: str, ask: Callable[[], Any]) -> Asked:
    ask()
    return Asked(name, [_once(ask) for _ in range(TIMES)])


def _once(ask: Callable[[], Any]) -> float:
    began = time.perf_counter()
    answer = ask()
    assert answer.status_code < 400, answer.status_code
    return (time.perf_counter() - began) * 1000
