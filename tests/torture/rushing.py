"""Rushing: processes that begin together, each with the database open for itself."""

from __future__ import annotations

import multiprocessing
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from itertools import repeat
from multiprocessing.synchronize import Barrier
from typing import TypeVar

from bot.database import Database
from tests.databases import opened

PROCESSES = 8

Part = TypeVar("Part")
Done = TypeVar("Done")

_starts: list[Barrier] = []
"""Where the others of this rush are waited for; one in each of its processes."""


def rush(
    url: str, work: Callable[[Database, Part], Done], parts: Sequence[Part]
) -> list[Done]:
    """Do each part of a work in a process of its own, all at once."""
    context = multiprocessing.get_context("spawn")
    start = (context.Barrier(len(parts)),)
    with ProcessPoolExecutor(len(parts), context, _attend, start) as pool:
        return list(pool.map(_begin, repeat(url), repeat(work), parts))


def _attend(start: Barrier) -> None:
    _starts.append(start)


def _begin(url: str, work: Callable[[Database, Part], Done], part: Part) -> Done:
    with opened(url) as database:
        _starts[0].wait(timeout=120)
        return work(database, part)
