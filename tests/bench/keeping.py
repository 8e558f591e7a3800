"""Keeping and bringing back: how fast a backup and a restore are, and how big."""

from __future__ import annotations

import os
import resource
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import psutil
from sqlmodel import insert

from bot.kit import clock
from models.chat import Chat
from models.columns import new_id
from models.message import Fate, Kind, Message
from models.sealing import new_key
from models.worker import Worker
from tests.databases import opened
from tests.programs import KEYRING, ROOT, Program, program

MESSAGES = 18
"""How many messages a person has."""
BODY = 300
"""How long a sealed message is, in bytes."""
SLICE = 1000


@dataclass
class Spent:
    """What a command took."""

    seconds: float
    cpu: float
    memory_mb: float


@dataclass
class Figures:
    """What a backup and a restore took with one kind of database."""

    backup: Spent
    restore: Spent
    file_mb: float


def there_and_back(made: Program, database: str) -> Figures:
    """Restore into an empty database, and back that one up again."""
    with TemporaryDirectory(prefix="backups-") as folder, nothing_yet(database) as new:
        first, second = f"{folder}/first", f"{folder}/second"
        measured(made, "backup", first)
        restore = measured(new, "restore", first, "--without-erased-list")
        backup = measured(new, "backup", second)
        return Figures(backup, restore, Path(second).stat().st_size / 1e6)


@contextmanager
def filled(rows: int) -> Iterator[Program]:
    """Give a product with an embedded database of so many rows."""
    with program() as made, opened(made.database) as database:
        people = max(1, rows // (MESSAGES + 2))
        with database.writing.begin() as connection:
            for begun in range(0, people, SLICE):
                count = min(SLICE, people - begun)
                pairs = [(new_id(), new_id()) for _ in range(count)]
                connection.execute(insert(Worker), [_worker(w) for w, _ in pairs])
                connection.execute(insert(Chat), [_chat(w, c) for w, c in pairs])
                said = [m for w, c in pairs for m in _messages(w, c)]
                connection.execute(insert(Message), said)
        yield made


def _worker(worker_id: int) -> dict[str, Any]:
    key = KEYRING.wrap(f"worker.key|{worker_id}", new_key())
    return {"id": worker_id, "key": key, "created_at": clock()}


def _chat(worker_id: int, chat_id: int) -> dict[str, Any]:
    place = {"channel": "page", "bot": "", "address": str(chat_id)}
    return {"id": chat_id, "worker_id": worker_id, "created_at": clock(), **place}


def _messages(worker_id: int, chat_id: int) -> Iterator[dict[str, Any]]:
    for number in range(1, MESSAGES + 1):
        yield {
            "chat_id": chat_id,
            "number": number,
            "about_id": worker_id,
            "side": "bot",
            "kind": Kind.REPLY,
            "fate": Fate.SENT,
            "body": os.urandom(BODY),
            "at": clock(),
        }


@contextmanager
def nothing_yet(database: str) -> Iterator[Program]:
    """Give a product that has no database yet, or an empty one at an address."""
    with TemporaryDirectory(prefix="zhigong-") as folder:
        yield Program(Path(folder), database)


def measured(made: Program, *words: str) -> Spent:
    """Run a command of the product to its end."""
    begun, before, memory = time.monotonic(), _cpu(), 0.0
    command, quiet = made.command_of(*words), subprocess.DEVNULL
    with subprocess.Popen(
        command, cwd=ROOT, env=made.environment, stdout=quiet
    ) as process:
        while process.poll() is None:
            memory = max(memory, _memory(process.pid))
            time.sleep(0.05)
    assert process.returncode == 0
    return Spent(time.monotonic() - begun, _cpu() - before, memory)


def _cpu() -> float:
    """Give the processor time of all children that ended."""
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


def _memory(pid: int) -> float:
    """Give the megabytes of a process; its ru_maxrss would begin with ours."""
    with suppress(psutil.NoSuchProcess):
        return float(psutil.Process(pid).memory_info().rss / 2**20)
    return 0.0
