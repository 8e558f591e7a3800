"""Unheard: officers are reminded of an objection until one of them settles it."""

from __future__ import annotations

from datetime import timedelta

import pytest

from models.award import Award, Phase
from models.columns import short
from tests.electing import DAY, hold_election, make_members
from tests.handlers.members import ended
from tests.handlers.test_awards import change, contested, fill_form, press
from tests.world import World

TICK = timedelta(minutes=1)


@pytest.fixture
def award(world: World) -> Award:
    """Let there be an award, and members."""
    make_members(world, "甲", "乙")
    return hold_election(world)


def told(world: World, days: int, who: str = "主管") -> list[list[str]]:
    """Return what an officer hears of objections on each of so many days."""
    every = []
    for _ in range(days):
        heard = world.wait(DAY).get(who, [])
        every.append([body["text"] for body in heard if "评选异议" in body["text"]])
    return every


def test_officers_are_reminded_every_other_working_day_until_it_is_settled(
    world: World, award: Award
) -> None:
    row = contested(world, award)  # on a Friday
    world.appoint("4401", "主管", "officer")
    sat, sun, mon, tue, wed, thu, fri = told(world, 7)
    assert [sat, sun, mon, tue, thu] == [[]] * 5
    assert "已经等了 5 天，还没有处理。处理完之前，评选结果不能定下来" in wed[0]
    assert "等了 7 天" in fri[0]
    press(world, "f:settle", row, "主管")
    fill_form(world, "1", "没有问题", "确定", who="主管")
    assert told(world, 5) == [[]] * 5


def test_one_tap_leads_to_the_objection(world: World, award: Award) -> None:
    row = contested(world, award)
    world.appoint("4401", "主管", "officer")
    heard = world.wait(6 * DAY)["主管"][-1]
    assert heard["choices"][0][2] == f"v:objection:{short(row)}"
    assert "不属实" in world.tap(heard["choices"][0][1], "主管")[0]["text"]


def test_without_an_officer_the_reminder_is_skipped(world: World, award: Award) -> None:
    contested(world, award)
    world.wait(6 * DAY)
    assert ended(world, "unheard") == [("skipped", "no_chat")]


def test_who_was_settled_with_in_the_night_reminds_nobody(
    world: World, award: Award
) -> None:
    row = contested(world, award)
    world.appoint("4401", "主管", "officer")
    world.now += timedelta(days=4, hours=14, minutes=30)  # after midnight, still quiet
    world.wait(TICK)
    press(world, "f:settle", row, "主管")
    fill_form(world, "1", "没有问题", "确定", who="主管")
    world.wait(DAY / 2)
    assert ended(world, "unheard") == [("skipped", "settled")]


def test_an_award_called_off_reminds_nobody(world: World, award: Award) -> None:
    contested(world, award)
    world.appoint("4401", "主管", "officer")
    world.now += timedelta(days=4, hours=14, minutes=30)
    world.wait(TICK)
    change(world, Award, award.id, phase=Phase.CANCELLED)
    world.wait(DAY / 2)
    assert ended(world, "unheard") == [("skipped", "over")]


def test_an_officer_who_won_is_not_asked_about_it(world: World, award: Award) -> None:
    contested(world, award)
    world.appoint("4401", "乙", "officer")
    world.wait(6 * DAY)
    assert ended(world, "unheard") == [("skipped", "not_theirs")]
