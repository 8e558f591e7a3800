"""Checking a certificate: its own code shows what it says; all else gets one answer."""

from __future__ import annotations

import pytest
from sqlmodel import Session, select
from starlette.applications import Starlette
from starlette.testclient import TestClient

from bot.certificates import Certificate, Certificates
from bot.database import Database
from models.columns import short
from models.event import Event
from models.signup import Signup
from tests.handlers.hosts import hold_event
from tests.handlers.members import make_member
from tests.world import World

ENGLISH = {"Accept-Language": "en-GB,en;q=0.9"}


@pytest.fixture
def world(sqlite: Database, numbered: None) -> World:
    """Give a world in which a member has signed up for a class."""
    world = World(sqlite)
    make_member(world)
    hold_event(world, "培训班")
    for typed in ("活动", "1", "报名", "确定"):
        world.say(typed)
    return world


@pytest.fixture
def web(world: World) -> TestClient:
    """Give the page."""
    certificates = Certificates(world.kit, lambda request: 0.0)
    return TestClient(Starlette(routes=certificates.routes()))


def certify(world: World) -> str:
    """Give the member a certificate; return the code on it."""

    def work(session: Session) -> str:
        row = session.exec(select(Signup)).one()
        row.certificate_no = "K7M2P9-0001"
        session.add(row)
        return short(row.id)

    return world.write(work)


def test_a_certificate_shows_what_it_says_with_the_name_masked(
    world: World, web: TestClient
) -> None:
    code = certify(world)
    certificates = Certificates(world.kit, lambda request: 0.0)
    event = world.write(lambda s: s.exec(select(Event)).one())
    assert world.write(lambda s: certificates.check(s, code, "zh-CN")) == Certificate(
        "张*", "培训班", f"{event.starts_at:%Y-%m-%d}", "广州市总工会", "K7M2P9-0001"
    )
    answer = web.get(f"/certificate/{code}")
    assert answer.status_code == 200
    assert "证明属实" in answer.text
    assert (
        "Genuine certificate" in web.get(f"/certificate/{code}", headers=ENGLISH).text
    )


def test_whatever_is_no_certificate_gets_one_answer(
    world: World, web: TestClient
) -> None:
    signed_up = world.write(lambda s: short(s.exec(select(Signup)).one().id))
    answers = [web.get(f"/certificate/{code}") for code in (signed_up, "0", "-", "张")]
    assert {answer.status_code for answer in answers} == {410}
    assert len({answer.text for answer in answers}) == 1
    assert "查不到这份证明" in answers[0].text


def test_who_is_erased_leaves_no_certificate_to_check(
    world: World, web: TestClient
) -> None:
    code = certify(world)
    for typed in ("删除我的全部资料", "删除"):
        world.say(typed)
    assert web.get(f"/certificate/{code}").status_code == 410


def test_who_checks_too_often_waits(world: World) -> None:
    certificates = Certificates(world.kit, lambda request: 1.0)
    web = TestClient(Starlette(routes=certificates.routes()))
    answer = web.get(f"/certificate/{certify(world)}")
    assert answer.status_code == 429
    assert "查得太快了" in answer.text
