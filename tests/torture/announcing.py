"""Announcing: the program is killed again and again while a notice goes out.

In the end nobody has got it twice, everybody is accounted for, and who may have got it
or not is among those whom a killed program had claimed.
"""

from __future__ import annotations

import asyncio
import random
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory

from sqlmodel import Session, col, select

from bot.channels import IN_BULK
from bot.database import Database
from models import notice_list
from models.chat import Chat
from models.message import Fate
from models.notice import Notice, NoticeState
from models.recipient import Recipient
from tests.bench.broadcasting import prepare, server_for, settings_of
from tests.bench.watching import Way, told
from tests.databases import opened
from tests.databases import seed as seed_database
from tests.programs import Program
from tests.telegram_server import PAID, TelegramServer

LONGEST = 240.0
"""How many seconds the end may take; what a kill claimed is given up in a minute."""


@dataclass(frozen=True)
class Din:
    """To how many people, and how often it is killed."""

    people: int = 5000
    kills: int = 20
    seed: int = 1


@dataclass
class Heard:
    """What came of it."""

    kills: int = 0
    counts: dict[str, int] = field(default_factory=dict)
    twice: int = 0
    faults: list[str] = field(default_factory=list)


async def announce(din: Din, database: str = "") -> Heard:
    """Kill the program while it sends; let it finish; compare all that is known."""
    way = Way(din.people, PAID.overall, PAID, delay_ms=20)
    with TemporaryDirectory(prefix="announce-") as folder:
        async with server_for(way) as server:
            program = Program(Path(folder), database, **settings_of(server, way))
            seed_database(program.database)
            with opened(program.database) as made:
                notice_id = prepare(made, way)
                try:
                    kills = await _din(din, server, program, made, notice_id)
                finally:
                    program.kill()
                heard = _check(made, server, notice_id, din)
    heard.kills = kills
    return heard


async def _din(
    din: Din, server: TelegramServer, program: Program, made: Database, notice_id: int
) -> int:
    """Kill it at so many moments, drawn by chance, and start it again each time."""
    draw = random.Random(din.seed)
    moments = sorted(draw.randrange(1, din.people * 9 // 10) for _ in range(din.kills))
    program.start()
    kills = 0
    async with asyncio.timeout(LONGEST + 10 * din.kills):
        while not await asyncio.to_thread(_is_over, made, notice_id):
            await asyncio.sleep(draw.uniform(0.005, 0.05))
            if moments and len(server.telegram.effects) >= moments[0]:
                passed = len(server.telegram.effects)
                moments = [at for at in moments if at > passed]
                await asyncio.to_thread(program.kill)
                program.start()
                kills += 1
    await asyncio.to_thread(program.stop)
    return kills


def _is_over(made: Database, notice_id: int) -> bool:
    with Session(made.reading) as session:
        return session.get_one(Notice, notice_id).state is NoticeState.DONE


def _check(made: Database, server: TelegramServer, notice_id: int, din: Din) -> Heard:
    got: Counter[str] = Counter(
        {str(chat): many for chat, many in told(server).items()}
    )
    with Session(made.reading) as session:
        row = session.get_one(Notice, notice_id)
        found = notice_list.progress(session, row)
        sent = _addresses(session, notice_id, Fate.SENT)
        doubtful = _addresses(session, notice_id, Fate.UNCERTAIN)
    twice = sum(many > 1 for many in got.values())
    checks = {
        f"{twice} got it twice": twice > 0,
        f"{sum(found.values())} are accounted for": sum(found.values()) != din.people,
        f"{row.queued} were queued": row.queued != din.people,
        f"{len(sent - got.keys())} are said to have got it and did not": bool(
            sent - got.keys()
        ),
        f"{len(got.keys() - sent - doubtful)} got it and nobody knows": bool(
            got.keys() - sent - doubtful
        ),
        f"{len(doubtful)} are uncertain": len(doubtful) > din.kills * IN_BULK,
        f"{found[Fate.WAITING]} wait": found[Fate.WAITING] > 0,
        f"{len(server.gate.violations)} sent inside a wait": bool(
            server.gate.violations
        ),
    }
    counts = {fate.value: many for fate, many in found.items()}
    counts["uncertain that had arrived"] = len(got.keys() & doubtful)
    return Heard(0, counts, twice, [fault for fault, is_so in checks.items() if is_so])


def _addresses(session: Session, notice_id: int, fate: Fate) -> set[str]:
    found = (
        select(Chat.address)
        .join(Recipient, col(Recipient.worker_id) == Chat.worker_id)
        .where(Recipient.notice_id == notice_id, Recipient.fate == fate)
    )
    return set(session.exec(found))
