"""How fast a notice finds its people: a quarter of a million among a million."""

from __future__ import annotations

import random
import secrets
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import islice
from typing import Any, TypeVar

from sqlalchemy import make_url, text
from sqlmodel import Session, col, insert, select

from bot.console.listing import page_of
from bot.console.member_list import ORDER
from bot.database import Database, in_transaction
from handlers.reports import Period
from handlers.reports.members import members
from models import audience, notice_course
from models.audience import Audience
from models.chat import Chat
from models.columns import new_id
from models.letter import Letter, write_letter
from models.notice import Notice, NoticeState
from models.place import Atlas, read_atlas
from models.preference import Preference, Topic
from models.rules import Rules
from models.staff import appoint
from models.worker import Worker
from tests.databases import administer, opened

NOW = datetime(2026, 11, 20, 8, tzinfo=UTC)
CITY = "4401"
TEXT = "明天上午停水，请提前接水。"
SLICE = 5000

PERIOD = Period(NOW, NOW)

TABLES = (Worker, Chat, Preference)

T = TypeVar("T")


@dataclass
class Choice:
    """What it took, in seconds."""

    members: int
    chosen: int = 0
    pages: int = 50
    seconds: dict[str, float] = field(default_factory=dict)
    longest: float = 0.0

    def time(self, what: str, deed: Callable[[], T]) -> T:
        """Do something and note how long it took."""
        began = time.perf_counter()
        done = deed()
        self.seconds[what] = time.perf_counter() - began
        return done


def choose(url: str, many: int) -> Choice:
    """Fill a seeded database with members; count, survey and queue a quarter."""
    figures = Choice(many)
    with opened(url) as database:
        atlas = in_transaction(database, read_atlas)
        here = sorted(atlas.branch(CITY))
        elsewhere = sorted(atlas.unions.keys() - {*here})
        fill(database, atlas, many, (here, elsewhere))
        _gather_statistics(database)
        whom = Audience(union_code=CITY, groups=tuple(sorted(atlas.groups))[::2])
        with Session(database.reading) as session:
            session.execute(text("SELECT 1"))
            figures.chosen = figures.time(
                "count", lambda: audience.count(session, atlas, whom, NOW)
            )
            figures.time(
                "count again", lambda: audience.count(session, atlas, whom, NOW)
            )
            figures.time("sample", lambda: audience.sample(session, atlas, whom, NOW))
            about = (Rules(), whom, Topic.NOTICES, False, NOW)
            figures.time(
                "who not, who later", lambda: audience.survey(session, atlas, *about)
            )
            figures.time("report", lambda: members(session, atlas, PERIOD, "zh-CN"))
            figures.time("next page", lambda: _page(session, figures.pages))
        row = in_transaction(database, lambda s: due_notice(s, whom))
        in_transaction(
            database, lambda s: notice_course.begin(s, row.id, figures.chosen)
        )
        figures.time("queue", lambda: _queue(database, atlas, row.id, figures))
    return figures


def _page(session: Session, pages: int) -> None:
    """Turn so many pages of the members, one after another."""
    every = select(Worker).where(col(Worker.member_no).is_not(None))
    after: str | None = ""
    for _ in range(pages):
        _, after = page_of(session, every, ORDER, after or "", newest_first=True)


def fill(
    database: Database, atlas: Atlas, members: int, unions: Sequence[Sequence[str]]
) -> None:
    """Make so many members in these unions, each with a chat."""
    made = _members(atlas, random.Random(1), unions)
    left = members
    while left:
        some = list(islice(made, min(left, SLICE)))
        left -= len(some)
        in_transaction(database, lambda s: _insert(s, some))  # noqa: B023 - at once


def _insert(session: Session, some: list[tuple[dict[str, Any], ...]]) -> None:
    for table, rows in zip(TABLES, zip(*some, strict=True), strict=True):
        kept = [row for row in rows if row]
        if kept:
            session.connection().execute(insert(table), kept)


def _members(
    atlas: Atlas, draw: random.Random, unions: Sequence[Sequence[str]]
) -> Iterator[tuple[dict[str, Any], ...]]:
    """Give a worker, a chat and perhaps preferences, one person after another."""
    groups = sorted(atlas.groups)
    number = 0
    while True:
        number += 1
        worker_id = new_id()
        worker = {
            "id": worker_id,
            "key": secrets.token_bytes(61),
            "language": "zh-CN",
            "created_at": NOW,
            "name": secrets.token_bytes(40),
            "group": draw.choice(groups),
            "member_no": f"{number:010d}",
            "member_since": NOW,
            "union_code": draw.choice(draw.choice(unions)),
            "in_pool": number % 50 == 0,
        }
        chat = {
            "id": new_id(),
            "channel": "telegram",
            "bot": "",
            "address": str(number),
            "worker_id": worker_id,
            "created_at": NOW,
            "last_number": 0,
            "seen_number": 0,
            "edition": 0,
            "stopped_at": NOW if number % 50 == 0 else None,
        }
        own = {
            "worker_id": worker_id,
            **{topic.value: True for topic in Topic},
            "notices": number % 20 != 0,
            "large": False,
        }
        yield worker, chat, own if number % 10 == 0 else {}


def _gather_statistics(database: Database) -> None:
    """Do what the database does by itself, sooner or later."""
    if database.is_sqlite:
        with database.writing.connect() as connection:
            connection.execute(text("ANALYZE"))
            connection.commit()
    else:
        url = make_url(database.writing.url)
        administer(url, "VACUUM ANALYZE")


def due_notice(session: Session, whom: Audience, now: datetime = NOW) -> Notice:
    """Make a notice whose time has come.

    It is urgent, so that whoever runs this at lunch time waits for no courier's meal.
    """
    staff = appoint(session, "social_worker", whom.union_code, NOW)
    letter = Letter(
        topic=Topic.NOTICES, audience=whom, title="通知", text=TEXT, urgent="停水"
    )
    row = Notice(
        id=new_id(),
        union_code=whom.union_code,
        topic=letter.topic,
        letter=write_letter(letter),
        state=NoticeState.SCHEDULED,
        author_id=staff.id,
        created_at=NOW,
        changed_at=NOW,
        send_at=now,
        expires_at=now + letter.lasts,
    )
    session.add(row)
    session.flush()
    return row


def _queue(database: Database, atlas: Atlas, notice_id: int, figures: Choice) -> None:
    def one(session: Session) -> bool:
        row = session.get_one(Notice, notice_id)
        return notice_course.queue_slice(session, atlas, row, NOW)

    went_on = True
    while went_on:
        began = time.perf_counter()
        went_on = in_transaction(database, one)
        figures.longest = max(figures.longest, time.perf_counter() - began)
