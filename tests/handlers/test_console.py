"""The way to the console: a link in the chat of staff, and out again from there."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlmodel import select

from bot.database import Database
from models.console_link import ConsoleLink
from models.staff import CONSOLE, Staff, revoke
from tests.handlers.members import PIN, make_member, set_pin, try_pin
from tests.world import World


@pytest.fixture
def world(database: Database) -> World:
    return World(database)


@pytest.mark.parametrize("role", [r for r in CONSOLE if r != "partner_clerk"])
def test_staff_get_a_link_for_minutes(world: World, role: str) -> None:
    world.appoint("4401", role=role)
    (heard,) = world.say("工作台", "社工")
    assert "10 分钟" in heard["text"]
    assert "/console/enter/" in heard["link"][1]
    link = world.write(lambda s: s.exec(select(ConsoleLink)).one())
    assert link.expires_at == world.now + timedelta(minutes=10)


def test_an_administrator_is_greeted_as_one(world: World) -> None:
    heard = world.appoint("4401", role="administrator")
    assert "管理员" in heard[0]["text"]
    assert "工作台" in str(heard[0]["choices"])
    assert "待审" not in str(heard[0]["choices"])


def test_a_clerk_gets_one_too(world: World) -> None:
    world.appoint_clerk("drug-baiyun")
    assert "link" in world.say("工作台", "收银员")[-1]


@pytest.mark.parametrize("role", ["jury", ""])
def test_nobody_else_does(world: World, role: str) -> None:
    if role:
        world.appoint("4401", "工人", role)
    assert "link" not in world.say("工作台")[-1]
    assert "工作人员" in world.do("press", "a:console_out:")[-1]["text"]


def test_who_was_revoked_does_not(world: World) -> None:
    world.appoint("4401")
    world.write(lambda s: revoke(s, s.exec(select(Staff)).one(), world.now))
    assert "link" not in world.say("工作台", "社工")[-1]


def test_there_is_nothing_to_sign_out_of(world: World) -> None:
    world.appoint("4401")
    assert "没有登录着" in world.do("press", "a:console_out:", "社工")[-1]["text"]


def test_a_phone_that_only_a_pin_let_in_gets_no_link_yet(world: World) -> None:
    make_member(world)
    set_pin(world)
    world.appoint("4401", "工人")
    try_pin(world, "新手机", PIN)
    heard = world.say("工作台", "新手机")[-1]
    assert "link" not in heard
    assert "刚用密码登录" in heard["text"]
