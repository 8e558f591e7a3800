"""Reading: a file from outside becomes rows of text, or is refused with a reason."""

import asyncio
import sys
from pathlib import Path

import orjson

CHILD = Path(__file__).with_name("child.py")
PATIENCE = 20.0
"""How many seconds a file may take; the child's own limit is less, of the processor."""

REASONS = ("empty", "rows", "columns", "kind", "bursts", "refers", "formula")
UNREADABLE = "unreadable"


class Refused(Exception):
    """A file that is not read; `reason` is one of REASONS or UNREADABLE (permanent)."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


async def rows_of(data: bytes) -> list[list[str]]:
    """Return the rows of a file; raises Refused. It is read by a program of its own."""
    child = await asyncio.create_subprocess_exec(
        *(sys.executable, "-I", str(CHILD)),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
        env={},
        cwd="/",
    )
    try:
        said, _ = await asyncio.wait_for(child.communicate(data), PATIENCE)
    except TimeoutError:
        raise Refused(UNREADABLE) from None
    finally:
        if child.returncode is None:
            child.kill()
            await child.wait()
    if child.returncode != 0:  # it burst its limits
        raise Refused(UNREADABLE)
    answer = await asyncio.to_thread(orjson.loads, said)
    if reason := answer.get("refused"):
        raise Refused(reason if reason in REASONS else UNREADABLE)
    rows: list[list[str]] = answer["rows"]
    return rows
