"""Killing the program and a rotation of its keys in turn, while a crowd joins.

The embedded database keeps its keys in a file, which the rotation itself replaces; with
PostgreSQL they come from the environment, where an operator changes them.
"""

from __future__ import annotations

import asyncio
import random
from collections import Counter
from dataclasses import dataclass, field, replace

from sqlmodel import Session, col, select

from bot.key_file import KEY_FILE, encoded, read_key_file, replace_key_file
from models.application import Application
from models.rotation import behind
from models.sealed import openings, sealed_columns
from models.sealing import Keyring, new_key
from models.worker import Worker, member_with_id
from tests.databases import opened
from tests.models.cast import NOW, meet
from tests.programs import KEYRING, Program, ours_at_work
from tests.torture.checking import Verdict, check
from tests.torture.joining import FIRST_CHAT, Lived, id_of, name_of
from tests.torture.killing import (
    SENDERS,
    Ordeal,
    Plan,
    settled,
    spoil,
)

MEMBERS = 2000
FIRST_MEMBER = 100_000
KILLED = -9
WAITS = 2
NO_NEWER = "no newer wrapping or index key is given"
"""The status of a rotation that asks for a newer key, or for a process to have it."""


@dataclass
class Turmoil(Ordeal):
    """An ordeal in which keys rotate, and the rotation is killed as well."""

    rotator: Program = field(kw_only=True)
    keys: Keyring = KEYRING
    killed_rotations: int = 0
    rotations: int = 0
    statuses: Counter[int] = field(default_factory=Counter)
    refusals: list[str] = field(default_factory=list)

    @property
    def in_file(self) -> bool:
        """Tell whether the keys lie in a file."""
        return self.rotator.database.startswith("sqlite")

    async def kill(self) -> None:
        """Kill the program or the rotation at seeded moments, each as often."""
        chance = random.Random(self.plan.seed)
        while self.kills < self.plan.kills:
            await asyncio.sleep(chance.uniform(0, 2.5 * self.start_seconds))
            if self.kills % 2:
                self.process.kill()
                self.process.start()
            elif self.rotator.is_running:
                self.rotator.kill()
                self.killed_rotations += 1
            else:
                continue
            self.kills += 1

    async def rotate(self) -> None:
        """Rotate again and again; finish the last rotation in peace."""
        self._give_newer()
        while True:
            self.rotator.log.write_text("")
            self.rotator.start("keys", "rotate")
            status = await self.rotator.ended()
            self.statuses[status] += 1
            if status not in (0, KILLED, WAITS):
                self.refusals.append(self.rotator.output)
            if status == 0 or self._was_over(status):
                self.rotations += 1
                if self.over:
                    return
                self._give_newer()

    def _was_over(self, status: int) -> bool:
        """Tell whether the rotation killed last had done all but say so."""
        return status == WAITS and NO_NEWER in self.rotator.output

    def _give_newer(self) -> None:
        """Do what an operator does who gives keys in the environment."""
        if self.in_file:
            return
        self.keys = _with_newer(self.keys)
        for one in (self.process, self.rotator):
            one.environment |= _variables(self.keys)
        if self.process.is_running:
            self.process.kill()
            self.process.start()

    def last_keys(self) -> Keyring:
        """Return the keys that must do in the end: the newest alone."""
        if self.in_file:
            return read_key_file(self.rotator.folder / KEY_FILE)
        return _newest(self.keys)


def _with_newer(keys: Keyring) -> Keyring:
    """Put new keys before the newest; the older ones were retired and are gone."""
    newest = _newest(keys)
    number = newest.current + 1
    return replace(
        newest,
        wrapping={number: new_key()} | newest.wrapping,
        index={number: new_key()} | newest.index,
        current=number,
        current_index=number,
    )


def _newest(keys: Keyring) -> Keyring:
    wrapping, index = max(keys.wrapping), max(keys.index)
    return Keyring(
        {wrapping: keys.wrapping[wrapping]}, wrapping, {index: keys.index[index]}, index
    )


def _variables(keys: Keyring) -> dict[str, str]:
    def line(held: dict[int, bytes]) -> str:
        return ",".join(f"{number}:{encoded(key)}" for number, key in held.items())

    return {
        "ZHIGONG_KEYS__WRAPPING": line(keys.wrapping),
        "ZHIGONG_KEYS__INDEX": line(keys.index),
    }


@dataclass
class Kept:
    """What is left of values and members after all the kills."""

    values: int = 0
    unreadable: int = 0
    found_by_id: int = 0
    found_by_mobile: int = 0
    members: int = 0
    behind: int = 0

    @property
    def is_whole(self) -> bool:
        """Tell whether every value opens and everybody is found."""
        everybody = {self.found_by_id, self.found_by_mobile} == {self.members}
        return everybody and self.values > 0 and not (self.unreadable or self.behind)


async def torture_rotation(
    plan: Plan, database: str = "", members: int = MEMBERS
) -> tuple[Turmoil, Verdict, Kept]:
    """Rotate keys under load and kill both sides; check what is left."""
    from_file = {} if database else {"keys__wrapping": "", "keys__index": ""}
    at_work = ours_at_work(database, plan.seed, telegram__senders=SENDERS, **from_file)
    async with at_work as (server, ours):
        if plan.faults:
            spoil(server)
        if not database:
            replace_key_file(ours.folder / KEY_FILE, KEYRING)
        await asyncio.to_thread(_enrol, ours.database, members)
        turmoil = Turmoil(plan, server, ours, rotator=_rotator(ours))
        await turmoil.begin()
        try:
            await asyncio.gather(turmoil.kill(), turmoil.people(), turmoil.rotate())
        finally:
            turmoil.rotator.kill()
        server.faults.clear()
        await settled(ours, server, plan.patience)
        verdict, kept = await asyncio.to_thread(_judge, ours, turmoil, members)
    return turmoil, verdict, kept


def _rotator(ours: Program) -> Program:
    """Give the same program again, to be started with other words."""
    made = Program(ours.folder)
    made.database, made.environment = ours.database, dict(ours.environment)
    made.log = ours.folder / "rotation.log"
    return made


def _enrol(url: str, members: int) -> None:
    """Let there be members before anything begins."""
    with opened(url) as database, Session(database.writing) as session:
        for number in range(FIRST_MEMBER, FIRST_MEMBER + members):
            worker, _ = meet(session, f"member {number}")
            for column, value in _identity(number).items():
                setattr(worker, column, worker.seal(KEYRING, column, value))
            worker.tag(KEYRING)
            worker.id_type, worker.member_no = "resident", f"440106{number:08}"
            worker.member_since = NOW
        session.commit()


def _identity(number: int) -> dict[str, str]:
    return {
        "name": name_of(number),
        "mobile": f"+86138{number:08d}",
        "id_number": id_of(number),
    }


def _judge(ours: Program, turmoil: Turmoil, members: int) -> tuple[Verdict, Kept]:
    """Stop the program; read everything with the newest keys alone."""
    status, keys = ours.stop(), turmoil.last_keys()
    with opened(ours.database) as database, Session(database.reading) as session:
        verdict = check(session, turmoil.server, turmoil.lives, FIRST_CHAT, keys)
        kept = _kept(session, keys, turmoil.lives, members)
    verdict.note("stopped badly", f"exit status {status}", int(status != 0))
    verdict.note("tracebacks", ours.output[-2000:], ours.output.count("Traceback"))
    for refusal in turmoil.refusals:
        verdict.note("rotations failed", refusal[-2000:])
    return verdict, kept


def _kept(session: Session, keys: Keyring, lives: list[Lived], members: int) -> Kept:
    kept = Kept(members=members + len(lives), behind=behind(session, keys))
    for table in sealed_columns():
        for _, opens in openings(session, keys, table):
            kept.values += 1
            kept.unreadable += not opens
    for number in range(FIRST_MEMBER, FIRST_MEMBER + members):
        who = _identity(number)
        tags = keys.tags("id_number", who["id_number"])
        kept.found_by_id += member_with_id(session, "resident", tags) is not None
        by_mobile = keys.tag("mobile", who["mobile"])
        same = select(Worker.id).where(col(Worker.mobile_tag) == by_mobile)
        kept.found_by_mobile += len(session.exec(same).all())
    for life in lives:
        by_id = keys.tag("id_number", id_of(life.number))
        by_mobile = keys.tag("mobile", f"+86138{life.number:08d}")
        rows = select(Application.id)
        same_id = rows.where(col(Application.id_tag) == by_id)
        same_mobile = rows.where(col(Application.mobile_tag) == by_mobile)
        kept.found_by_id += len(session.exec(same_id).all())
        kept.found_by_mobile += len(session.exec(same_mobile).all())
    return kept
