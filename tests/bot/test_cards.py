"""Checking a card: a member's own fresh code is good, and all else gets one answer."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest
import time_machine
from sqlmodel import Session, col, select, update
from starlette.applications import Starlette
from starlette.testclient import TestClient

from bot.app import App
from bot.cards import Cards, Member
from bot.database import Database, Writer
from bot.kit import Kit
from bot.sections import Card
from models.card import make_code
from models.columns import new_id
from models.sealing import Keyring
from models.worker import Worker
from tests.world import World

ENGLISH = {"Accept-Language": "en-GB,en;q=0.9"}
SORRY = "此码已失效"


@pytest.fixture
def world(sqlite: Database, numbered: None) -> World:
    """Give a world with one member, whose newest message is a card."""
    world = World(sqlite)
    world.appoint("4401")
    world.fill("sure", full_name="张小三")
    world.say("提交")
    for typed in ("待审", "1", "通过，进周转库"):
        world.say(typed, "社工")
    world.wait(timedelta(minutes=1))
    world.say("会员卡")
    return world


@pytest.fixture
def web(world: World) -> Iterator[TestClient]:
    """Give the page, at the time the world has come to."""
    cards = Cards(world.kit, lambda request: 0.0)
    with time_machine.travel(world.now, tick=False):
        yield TestClient(Starlette(routes=cards.routes()))


def code_of(world: World) -> str:
    return world.screens["工人"][-1]["drawing"][1].rpartition("/")[2]


def check(world: World, code: str, now: datetime | None = None) -> Member | None:
    cards = Cards(world.kit, lambda request: 0.0)
    return world.write(lambda s: cards.check(s, code, now or world.now, "zh-CN"))


def member(session: Session) -> Worker:
    return session.exec(select(Worker).where(col(Worker.member_no).is_not(None))).one()


def words(html: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", html.partition("<main")[2]))


def test_a_fresh_code_shows_the_member_and_no_more(world: World) -> None:
    until = world.now + timedelta(minutes=10)
    found = check(world, code_of(world))
    assert found == Member("张**", "0002", "白云区总工会", until)


def test_a_code_ends_after_its_minutes(world: World) -> None:
    code = code_of(world)
    assert check(world, code, world.now + timedelta(minutes=9, seconds=59))
    assert check(world, code, world.now + timedelta(minutes=10)) is None


def test_a_membership_that_ended_ends_the_card(world: World) -> None:
    code = code_of(world)
    assert check(world, code)
    world.write(lambda s: s.execute(update(Worker).values(member_no=None)))
    assert check(world, code) is None


def test_a_checker_sees_at_once_that_it_is_good(world: World, web: TestClient) -> None:
    answer = web.get(f"/card/{code_of(world)}")
    assert answer.status_code == 200
    assert answer.headers["Cache-Control"] == "no-store"
    seen = words(answer.text)
    day = "2026-11-23 10:"
    for part in ("✓", "有效会员", "张**", "末四位 0002", "白云区总工会", day):
        assert part in seen
    for hidden in ("张小三", "小三", "13812345678", "4401110000", "440106199003070001"):
        assert hidden not in answer.text


def test_it_speaks_english_to_who_asks_for_it(world: World, web: TestClient) -> None:
    seen = words(web.get(f"/card/{code_of(world)}", headers=ENGLISH).text)
    for part in ("Valid member", "ends in 0002", "Baiyun District Federation"):
        assert part in seen
    assert "no longer valid" in words(web.get("/card/x", headers=ENGLISH).text)


def refusals(world: World) -> dict[str, str]:
    """Give every kind of code that is not good."""
    code, later = code_of(world), world.now + timedelta(minutes=10)
    number = world.write(lambda s: member(s).id)
    nobody = world.write(
        lambda s: s.exec(select(Worker.id).where(col(Worker.member_no).is_(None))).one()
    )
    foreign = Keyring({1: b"w" * 32}, 1, {1: b"j" * 32})
    return {
        "changed": f"{code[:5]}{'B' if code[5] == 'A' else 'A'}{code[6:]}",
        "foreign": make_code(foreign, number, later),
        "old": make_code(world.kit.keys, number, world.now),
        "nobody's": make_code(world.kit.keys, new_id(), later),
        "no member's": make_code(world.kit.keys, nobody, later),
        "no code": "index.php",
        "too long": "A" * 4000,
    }


def test_every_refusal_is_the_same_page(world: World, web: TestClient) -> None:
    answers = {n: web.get(f"/card/{code}") for n, code in refusals(world).items()}
    assert {answer.status_code for answer in answers.values()} == {410}
    (text,) = {answer.text for answer in answers.values()}
    assert SORRY in words(text)
    assert "请会员刷新" in words(text)
    assert {a.headers["Cache-Control"] for a in answers.values()} == {"no-store"}


def test_a_code_opens_nothing_else(world: World, web: TestClient) -> None:
    code = code_of(world)
    assert web.post(f"/card/{code}").status_code == 405
    assert web.get(f"/card/{code}/x").status_code == 404


def test_who_asks_too_often_waits(world: World) -> None:
    config = world.kit.config.model_copy(update={"card": Card(per_minute=3)})
    kit = Kit(
        config, world.database, Writer(world.database), world.kit.keys, world.rules
    )
    web, code = TestClient(App(kit).web), code_of(world)
    with time_machine.travel(world.now, tick=False):
        answers = [web.get(f"/card/{code}") for _ in range(4)]
    kit.writer.close()
    assert [answer.status_code for answer in answers] == [200, 200, 200, 429]
    assert "查得太快了" in words(answers[-1].text)
    assert "张" not in words(answers[-1].text)
