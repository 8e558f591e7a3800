"""Whatever people do, in whatever order, the bot never fails and always answers."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.words import vocabulary
from models.message import Body
from tests.adapters import ADAPTERS
from tests.databases import SEEDED, Copy
from tests.runs import examples
from tests.world import ANSWERS, PAUSE, World

STEPS = 50
SILENT = {"hello", "stop", "return"}

Step = tuple[str, str, int]
"""What is done: its kind, a text, and a number that chooses among presses."""

WORDS = [*vocabulary().commands, *ANSWERS.values(), "1", "2", "3", "0", "改 姓名"]

STEPS_OF_ALL_KINDS = st.one_of(
    st.tuples(st.just("text"), st.text(max_size=30), st.just(0)),
    st.tuples(st.just("text"), st.sampled_from(WORDS), st.just(0)),
    st.tuples(st.just("answer"), st.just(""), st.just(0)),
    st.tuples(st.just("press"), st.just(""), st.integers(0, 400)),
    st.tuples(st.just("tampered"), st.text(max_size=12), st.integers(0, 400)),
    st.tuples(
        st.sampled_from(
            ["photo", "location", "contact", "start", "hello", "other", "group"]
        ),
        st.sampled_from(["", "baiyun-drivers", "s-none", "13812345678"]),
        st.integers(0, 2),
    ),
    st.tuples(st.sampled_from(["stop", "return", "wait"]), st.just(""), st.just(1)),
)
WALKS = st.lists(STEPS_OF_ALL_KINDS, min_size=1, max_size=STEPS)


def presses(world: World) -> Iterator[str]:
    """Yield every press anybody was ever shown, the newest first."""
    for body in reversed(world.screens.get("工人", [])):
        yield from (str(press) for _, _, press in body.get("choices", []))


def take(world: World, step: Step) -> list[Body] | None:
    """Take one step; None where there is nothing to answer."""
    kind, text, number = step
    world.now += PAUSE
    if kind == "wait":
        world.wait(timedelta(days=number))
        return None
    if kind == "answer":
        return world.say(ANSWERS.get(_asked(world) or "", "1"))
    if kind in ("press", "tampered"):
        known = [*presses(world)] or ["v:menu:"]
        press = known[number % len(known)]
        return world.do("press", press if kind == "press" else _bent(press, text))
    data = b"picture" if number else b""
    where: dict[str, Any] = {"lat": 23.27, "lon": 113.3} if number == 1 else {}
    return world.do(kind, text, data=data, mime="image/jpeg", **where)


def _asked(world: World) -> str | None:
    rows = world.conversations()
    return rows[-1].asked if rows else None


def _bent(press: str, text: str) -> str:
    """Return a press with its last part changed."""
    return press.rpartition(":")[0] + ":" + text


def guest(world: World) -> None:
    """Leave somebody met for the first time."""


def applicant(world: World) -> None:
    world.fill("sure")
    world.say("提交")


def member(world: World) -> None:
    world.appoint("4401")
    applicant(world)
    for typed in ("待审", "1", "通过，进周转库"):
        world.say(typed, "社工")
    world.wait(timedelta(minutes=1))


def staff(world: World) -> None:
    world.appoint("4401", who="工人")
    for who in ("甲", "乙"):
        world.fill("sure", who)
        world.say("提交", who)


@pytest.mark.parametrize("channel", ["page", "link"])
@pytest.mark.parametrize("begin", [guest, applicant, member, staff])
def test_nothing_fails_and_everything_is_answered(
    begin: Callable[[World], None], channel: str, sqlite_copies: Copy
) -> None:
    @given(WALKS)
    @examples(6)
    def walk(steps: list[Step]) -> None:
        with sqlite_copies(SEEDED) as database:
            world = World(database, ADAPTERS[channel])
            begin(world)
            for step in steps:
                said = take(world, step)
                assert said or said is None or step[0] in SILENT, step

    walk()
