"""Elections in a world: members who know it, an award that goes on by the clock."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from sqlmodel import Session, col, select

from models.application import Standing, record
from models.award import Award, Phase
from models.chat import Chat
from models.columns import new_id
from models.review import fill, new_member_no
from models.worker import Worker
from tests.models.cast import KEYS, apply, facts
from tests.world import World

DAY = timedelta(days=1)
NAMES = ("李一梅", "王二兰", "张三英", "陈四妹")


def make_members(world: World, *people: str, union: str = "440106") -> None:
    """Let each of these be a member for a week, with a chat of their own."""
    for who in people:
        world.do("hello", who=who)
        world.write(lambda s, who=who: _enrol(s, world, who, union))  # type: ignore[misc]


def _enrol(session: Session, world: World, who: str, union: str) -> None:
    chat = session.exec(select(Chat).where(Chat.address == who)).one()
    worker = session.get_one(Worker, chat.worker_id)
    taken = select(Worker.id).where(col(Worker.member_no).is_not(None))
    number = len(session.exec(taken).all()) + 1
    answers = {**facts(number), "full_name": NAMES[(number - 1) % len(NAMES)]}
    row = apply(session, worker, chat, number, union_code=union)
    row.keep(KEYS, worker, answers)
    record(session, KEYS, row, Standing.PLACED, world.now - 7 * DAY)
    fill(worker, KEYS, row, answers)
    worker.group, worker.union_code = "domestic_worker", union
    worker.member_no = new_member_no(session, "440106")
    worker.member_since = world.now - 7 * DAY
    session.add_all([row, worker])


def hold_election(world: World, union: str = "4401", **other: Any) -> Award:
    """Let an award begin now: a day to nominate, two to vote, one each for the rest."""
    given: dict[str, Any] = {
        "id": new_id(),
        "code": "gold",
        "name": "广州市金牌家政工",
        "name_en": "Gold-medal domestic workers of Guangzhou",
        "union_code": union,
        "groups": "domestic_worker",
        "seats": 1,
        "choices": 2,
        "vote_share": 40,
        "jury_share": 60,
        "nominating_at": world.now,
        "voting_at": world.now + DAY,
        "jury_at": world.now + 3 * DAY,
        "notice_at": world.now + 4 * DAY,
        "over_at": world.now + 5 * DAY,
        "phase": Phase.NOMINATING,
    }

    def make(session: Session) -> Award:
        award = Award(**given | other)
        award.make_key(world.kit.keys)
        session.add(award)
        return award

    return world.write(make)
