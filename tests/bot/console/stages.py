"""Stages of the walk: somebody of a role has come in, and a noun's rows are there.

Each is made once; who enters gets a copy, which takes a hundredth of the time.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from copy import copy, deepcopy
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from bot.console.noun import Noun
from bot.database import Database
from models.staff import PARTNER_CLERK
from tests.databases import SEEDED, Copy, opened
from tests.world import World

from .house import COOKIE, Colleague, House, house_of
from .matter_rows import MATTERS
from .rows import ROWS, UNION, Rows

PARTNER, NOBODY = "yuekang-xiangqiao", "zzzz"
MAKING = {**ROWS, **MATTERS}
"""What makes the rows of each noun that has pages about one."""


@dataclass(frozen=True)
class Stage:
    """Where somebody has come in, and the keys of a noun's rows."""

    house: House
    browser: Colleague
    rows: Rows


Enter = Callable[[Noun, str], Stage]


@dataclass(frozen=True)
class Kept:
    """What a stage is besides its database."""

    world: World
    cookie: str
    rows: Rows


class Stages:
    """The stages made so far; each database is a file of the folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.kept: dict[str, Kept] = {}

    @contextmanager
    def enter(
        self, noun: Noun, role: str, copies: Copy, monkeypatch: pytest.MonkeyPatch
    ) -> Iterator[Stage]:
        """Give a copy of a stage, made first where there is none."""
        name = f"{noun.name}-{role}"
        if name not in self.kept:
            self.kept[name] = self._make(name, noun, role)
        kept = self.kept[name]
        with (
            copies(name) as database,
            house_of(moved(kept.world, database), monkeypatch) as house,
        ):
            browser = house.browser()
            browser.client.cookies.set(COOKIE, kept.cookie)
            yield Stage(house, browser, kept.rows)

    def _make(self, name: str, noun: Noun, role: str) -> Kept:
        shutil.copyfile(self.folder / SEEDED, self.folder / name)
        with (
            opened(f"sqlite:///{self.folder / name}") as database,
            pytest.MonkeyPatch.context() as monkeypatch,
            house_of(World(database), monkeypatch) as house,
        ):
            browser = came(house, role)
            rows = (
                MAKING[noun.name](house, role) if has_rows(noun) else Rows("", NOBODY)
            )
            cookie = browser.client.cookies[COOKIE]
            return Kept(house.world, cookie, rows)


def has_rows(noun: Noun) -> bool:
    """Tell whether a noun has pages about a row; then rows.py says which there are."""
    return any("{key}" in page.path for page in noun.pages)


def came(house: House, role: str) -> Colleague:
    """Let somebody of a role in."""
    if role == PARTNER_CLERK:
        house.world.appoint_clerk(PARTNER, role)
        return house.enter(role)
    return house.appoint(role, UNION, role)


def moved(world: World, database: Database) -> World:
    """Return the same world over a copy of its database."""
    other = copy(world)
    other.database, other.screens = database, deepcopy(world.screens)
    other.cans, other.kit = dict(world.cans), replace(world.kit, database=database)
    return other
