"""Tampering: a press, code or link that is foreign, old, replayed or changed does
nothing to anybody else, and is answered clearly."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlmodel import Session, SQLModel, select

from bot.forms import Forms
from handlers.presses import PRESSES
from models.application import Application, Step
from models.claim import Claim
from models.link import Link
from models.link_code import ALPHABET
from models.staff import Staff, appoint, invite
from tests.adapters import LINK
from tests.databases import SEEDED, Copy
from tests.handlers.members import (
    ID,
    PIN,
    UNKNOWN,
    chat_of,
    links,
    make_member,
    set_pin,
    try_pin,
    worker_of,
)
from tests.handlers.test_coming_back import code_of, try_code
from tests.world import World

OUTSIDER = "外人"
PRIVATE = ("张三", ID, UNKNOWN, "13812345678", "+8614000000001")
SLOW = settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
EFFECTS = (Application, Step, Claim, Link, Staff)
"""The tables in which what a press does twice would show."""


@pytest.fixture(scope="module")
def busy(sqlite_copies: Copy) -> Iterator[World]:
    """Give a world in which everything there is to press was offered to somebody."""
    with sqlite_copies(SEEDED) as database:
        world = World(database)
        make_member(world)
        set_pin(world)
        world.say("换手机")
        try_pin(world, "新手机", PIN)
        world.wait(timedelta(seconds=1))
        world.do("press", "f:come_back:", "求助")
        world.say("3", "求助")
        world.say(ID, "求助")
        world.fill("district", "申请人", resident_id=UNKNOWN)
        world.fill("sure", "申请人", resident_id=UNKNOWN)
        world.tap("改一改", "申请人")
        world.say("菜单", "申请人")
        world.tap("接着填：入会申请", "申请人")
        world.say("提交", "申请人")
        world.say("我的申请", "申请人")
        world.tap("撤回申请", "申请人")
        world.fill("full_name", "填表人")
        world.say("王五", "填表人")
        world.say("取消", "填表人")
        world.fill("street", "填到一半")
        world.say("返回", "填到一半")
        for number in ("1", "2"):
            world.do("press", "v:waiting:0", "社工")
            world.say(number, "社工")
        world.do("hello", who=OUTSIDER)
        yield world


def presses(world: World) -> list[str]:
    """Return every press that was offered to anybody but the outsider."""
    found = {
        press
        for who, bodies in world.screens.items()
        for body in bodies
        for _, _, press in body.get("choices", [])
        if who != OUTSIDER
    }
    extra = {
        "w:back",
        "w:cancel",
        *(f"k:{p.split(':')[1]}" for p in found if p[0] == "q"),
    }
    return sorted(found | extra)


def others(world: World) -> dict[str, list[Any]]:
    """Return all rows but those that are of the outsider or only note what came."""
    chat = chat_of(world, OUTSIDER)
    own = {chat.id, chat.worker_id}
    left_out = {"arrival", "tries", "audit_entry"}

    def look(session: Session) -> dict[str, list[Any]]:
        return {
            table.name: [
                tuple(row)
                for row in session.execute(table.select().order_by(*table.primary_key))
                if not own & {v for v in row if isinstance(v, int)}
            ]
            for table in SQLModel.metadata.sorted_tables
            if table.name not in left_out
        }

    return world.write(look)


def rows(session: Session, table: type[SQLModel]) -> list[str]:
    """Return the rows of a table as text, in order."""
    return sorted(str(row) for row in session.exec(select(table)))


def press(world: World, value: str, who: str = OUTSIDER) -> str:
    """Press, and return what is said."""
    world.now += timedelta(seconds=10)
    return "\n".join(str(body) for body in world.do("press", value, who))


def test_every_kind_of_press_is_tried(busy: World) -> None:
    assert {p.partition(":")[0] for p in presses(busy)} == {*PRESSES}
    acts = {p.split(":")[1] for p in presses(busy) if p.startswith("a:")}
    assert {"not_me", "confirm", "deny", "pool", "withdraw", "connect"} <= acts


def test_a_foreign_press_changes_nothing_and_shows_nothing(busy: World) -> None:
    before = others(busy)
    for value in presses(busy):
        said = press(busy, value)
        assert said, value
        assert not [fact for fact in PRIVATE if fact in said], value
    assert others(busy) == before


@st.composite
def changed(draw: st.DrawFn, values: list[str]) -> str:
    """Give a press with one character changed, lost or added, or its tail replaced."""
    value = draw(st.sampled_from(values))
    at = draw(st.integers(0, len(value) - 1))
    put = draw(st.text(max_size=3) | st.sampled_from([":", "0", "zzzzzzzzzzzz", "-1"]))
    return value[:at] + put + draw(st.sampled_from([value[at:], value[at + 1 :], ""]))


@SLOW
@given(data=st.data())
def test_a_changed_press_changes_nothing_of_anybody_else_s(
    busy: World, data: st.DataObject
) -> None:
    value = data.draw(changed(presses(busy)))
    before = others(busy)
    said = press(busy, value)
    assert said, value
    assert not [fact for fact in PRIVATE if fact in said], value
    assert others(busy) == before


def test_replayed_presses_do_nothing_twice(world: World) -> None:
    make_member(world)
    set_pin(world)
    try_pin(world, "小偷", PIN)
    world.wait(timedelta(seconds=1))
    world.tap("不是我")
    world.do("press", "v:waiting:0", "社工")
    world.say("1", "社工")
    world.tap("核实了，恢复使用", "社工")

    def effects() -> list[list[str]]:
        return [world.write(lambda s, t=t: rows(s, t)) for t in EFFECTS]  # type: ignore[misc]

    before = effects()
    for who in ("工人", "社工", "小偷"):
        offered = [
            p for body in world.screens[who] for _, _, p in body.get("choices", [])
        ]
        for value in offered:
            assert press(world, value, who) or value.startswith("q:")
    assert effects() == before


@SLOW
@given(at=st.integers(0, 7), letter=st.sampled_from(ALPHABET))
def test_a_changed_connection_code_lets_nobody_in(
    busy: World, at: int, letter: str
) -> None:
    code = code_of(busy)
    wrong = code[:at] + letter + code[at + 1 :]
    before = len(links(busy))
    if wrong != code:
        assert "用过、过期了" in try_code(busy, f"外人 {at}{letter}", wrong)
        assert len(links(busy)) == before


@SLOW
@given(data=st.data())
def test_a_changed_form_link_opens_nothing(
    asked_by_link: World, data: st.DataObject
) -> None:
    world = asked_by_link
    token = world.screens["工人"][-1]["link"][1].rsplit("/", 1)[1]
    wrong = data.draw(changed([token]).filter(lambda value: value != token))
    forms = Forms(world.kit, world.cans, lambda written: None)
    assert world.write(lambda s: forms.take(s, wrong, UNKNOWN, world.now)) is None
    assert world.asked() == "resident_id"


@pytest.fixture
def asked_by_link(abroad: World) -> World:
    """Give a world in which somebody is asked for an ID number by a link."""
    abroad.fill("resident_id")
    assert abroad.adapter is LINK
    return abroad


@SLOW
@given(data=st.data())
def test_a_changed_deep_link_appoints_nobody(world: World, data: st.DataObject) -> None:
    def work(session: Session) -> str:
        return invite(
            session, appoint(session, "social_worker", "4401", world.now), world.now
        )

    code = world.write(work)
    wrong = data.draw(changed([code]).filter(lambda value: value.strip() != code))
    assert world.do("start", wrong, OUTSIDER)
    person = worker_of(world, OUTSIDER).id
    held = select(Staff).where(Staff.worker_id == person)
    assert world.write(lambda s: s.exec(held).first()) is None
