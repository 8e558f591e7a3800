"""Importing: lists of members are looked through, and written once confirmed.

The leader does it, beside all else: a file is read by a program of its own, checked in
a session that cannot write, and what came of it is written a slice at a time.
"""

import logging
from collections.abc import Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlmodel import Session

from bot.database import read
from bot.kit import Kit
from bot.sheets import reading
from models import member_import
from models.enrolling import enrol_some
from models.import_check import Checked, check
from models.import_rows import Frame, NoColumns
from models.member_import import PIECES, Course, MemberImport, Part
from models.worker import Worker

log = logging.getLogger(__name__)


async def sweep(kit: Kit, now: datetime) -> None:
    """Do what there is to do; one import that fails holds up no other."""
    for row in await read(kit.database, lambda s: member_import.past(s, now)):
        while await kit.writer.write(lambda s, r=row: member_import.forget_some(s, r)):  # type: ignore[misc]
            pass
    for row in await read(kit.database, member_import.to_do):
        try:
            await (_look if row.course is Course.SENT else _write)(kit, row, now)
        except Exception:
            log.exception("an import could not go on and will be tried again")


async def _look(kit: Kit, row: MemberImport, now: datetime) -> None:
    """Look through a file that was sent."""
    data = await read(kit.database, lambda s: member_import.file_of(s, kit.keys, row))
    try:
        lines = await reading.rows_of(data)
        found = await read(kit.database, lambda s: _checked(s, kit, row, lines, now))
    except reading.Refused as refused:
        await _refuse(kit, row, refused.reason)
    except NoColumns as lacking:
        await _refuse(kit, row, f"columns:{' '.join(lacking.args)}")
    else:
        await _keep(kit, row, found)


def _checked(
    session: Session,
    kit: Kit,
    row: MemberImport,
    lines: Sequence[Sequence[str]],
    now: datetime,
) -> Checked:
    today = now.astimezone(ZoneInfo(kit.rules.zone)).date()
    unions = frozenset(kit.atlas.branch(row.union_code))
    frame = Frame(kit.atlas, unions, row.union_code, today, kit.rules.minimum_age)
    return check(session, kit.keys, frame, lines)


async def _refuse(kit: Kit, row: MemberImport, why: str) -> None:
    await _clear(kit, row, tuple(Part))
    await kit.writer.write(lambda s: member_import.refuse(s, row, why))


async def _keep(kit: Kit, row: MemberImport, found: Checked) -> None:
    """Keep what a file holds, instead of the file; begun anew by who was killed."""
    await _clear(kit, row, (Part.GOOD, Part.BAD))
    await _put(kit, row, Part.GOOD, member_import.packed_people(found.good))
    bad = member_import.packed([one.plain() for one in found.bad], 50)
    await _put(kit, row, Part.BAD, bad)
    good, wrong = len(found.good), len(found.bad)
    await kit.writer.write(lambda s: member_import.check_done(s, row, good, wrong))
    await _clear(kit, row, (Part.FILE,))


async def _put(kit: Kit, row: MemberImport, part: Part, given: Sequence[bytes]) -> None:
    def put(session: Session, first: int) -> None:
        key = session.get_one(Worker, row.worker_id).open_key(kit.keys)
        some = given[first : first + PIECES]
        member_import.put_pieces(session, row, key, part, first, some)

    for first in range(0, len(given), PIECES):
        await kit.writer.write(lambda s, first=first: put(s, first))  # type: ignore[misc]


async def _clear(kit: Kit, row: MemberImport, parts: Sequence[Part]) -> None:
    while await kit.writer.write(lambda s: member_import.drop_pieces(s, row, parts)):
        pass


async def _write(kit: Kit, row: MemberImport, now: datetime) -> None:
    """Make members of the good rows, a few at a time."""
    done = (kit.keys, kit.atlas, kit.rules, row.id, now)
    while await kit.writer.write(lambda s: enrol_some(s, *done)):
        pass
    await kit.writer.write(lambda s: member_import.finish(s, row, now))
