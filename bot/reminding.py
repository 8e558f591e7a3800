"""Reminding: what is due is said; each reminder ends as sent, skipped or failed."""

import logging
from collections.abc import AsyncIterator
from datetime import datetime, timedelta

from sqlmodel import Session, col, select

from bot.channels import Can
from bot.database import is_outage, read
from bot.kit import Kit
from bot.step import Ledger, Written
from handlers import REMINDERS
from handlers.reminders import Remind, nothing, opening
from models import reminder
from models.chat import Chat
from models.message import Fate
from models.preference import next_open, wants
from models.reminder import Reminder
from models.worker import Worker

HURRIED = [remind.kind for remind in REMINDERS.values() if remind.hurried]
"""The kinds that quiet hours do not hold; they come before all others."""

OTHERS = [remind.kind for remind in REMINDERS.values() if not remind.hurried]

FINDING = [remind for remind in REMINDERS.values() if remind.find is not nothing]
"""The kinds of which rows are made when they fall due."""

AT_ONCE = 50
"""How many reminders are said before it is looked again what is due."""

SILENT = timedelta(minutes=1)
"""After how long it is seen whether a person still holds a chat."""

log = logging.getLogger(__name__)


def find_due(session: Session, now: datetime) -> list[int]:
    """Return the ids of what is to be said; a kind nobody knows here waits."""
    hurried = reminder.due(session, now, HURRIED, AT_ONCE)
    return hurried + reminder.due(session, now, OTHERS, AT_ONCE - len(hurried))


def _is_held(session: Session, kit: Kit, row: Reminder, now: datetime) -> bool:
    """Tell whether quiet hours, or a person in the chat, hold it; note until when."""
    remind = REMINDERS[row.kind]
    if remind.hurried:
        return False
    chat = session.get(Chat, remind.chat(session, row) or 0)
    talks = chat is not None and chat.case_id is not None
    row.next_at = now + SILENT if talks else _opening(session, kit, remind, row, now)
    session.add(row)
    return row.next_at > now


def _opening(
    session: Session, kit: Kit, remind: Remind, row: Reminder, at: datetime
) -> datetime:
    """Return the first moment at which its reader may be told something."""
    chat = session.get(Chat, remind.chat(session, row) or 0)
    worker = session.get(Worker, chat.worker_id) if chat else None
    if remind.hurried:
        return at
    if worker is None:
        return opening(kit.rules, at)
    return next_open(session, kit.rules, worker, at, remind.brief)


def tell(
    session: Session, kit: Kit, cans: dict[str, Can], reminder_id: int, now: datetime
) -> Written:
    """Say one reminder, or write down why not; one in quiet hours goes on waiting."""
    row = session.exec(
        select(Reminder).where(col(Reminder.id) == reminder_id).with_for_update()
    ).first()
    if row is None:  # erased with its person
        return Written([], set())
    remind = REMINDERS[row.kind]
    ledger = Ledger(session, kit, now)
    session.add(row)
    if row.fate is not Fate.WAITING or _is_held(session, kit, row, now):
        return ledger.close()
    fate, reason = _say(session, kit, cans, ledger, row, remind, now)
    reminder.end(row, fate, reason, now)
    return ledger.close()


def _say(
    session: Session,
    kit: Kit,
    cans: dict[str, Can],
    ledger: Ledger,
    row: Reminder,
    remind: Remind,
    now: datetime,
) -> tuple[Fate, str]:
    chat = _chat(session, remind.chat(session, row))
    if chat is None or chat.channel not in cans:
        return Fate.SKIPPED, "no_chat"
    if chat.stopped_at is not None:
        return Fate.SKIPPED, "stopped"
    worker = session.get_one(Worker, chat.worker_id)
    if not wants(session, worker.id, remind.topic):
        return Fate.SKIPPED, "opted_out"
    if _is_too_late(session, kit, remind, row, now):
        return Fate.SKIPPED, "too_late"
    can = cans[chat.channel]
    turn = kit.turn(session, chat, worker, now, can.trusted)
    said = remind.tell(turn, row)
    if isinstance(said, str):
        ledger.say(turn, can, [])
        return Fate.SKIPPED, said
    ledger.mind([chat])
    ledger.say(turn, can, said)
    row.chat_id, row.number = chat.id, chat.last_number
    return Fate.SENT, ""


def _is_too_late(
    session: Session, kit: Kit, remind: Remind, row: Reminder, now: datetime
) -> bool:
    """Tell whether a reminder is good no more, counted from when it could be told."""
    if remind.expires is None:
        return False
    return now > _opening(session, kit, remind, row, row.due) + remind.expires


def _chat(session: Session, chat_id: int | None) -> Chat | None:
    return session.exec(
        select(Chat).where(col(Chat.id) == chat_id).with_for_update()
    ).first()


def fail(session: Session, reminder_id: int, now: datetime) -> None:
    """End a reminder whose telling raised an error."""
    row = session.get(Reminder, reminder_id)
    if row is not None:
        reminder.end(row, Fate.FAILED, "error", now)


async def _find(kit: Kit, remind: Remind, now: datetime) -> None:
    """Make the rows of one kind; where that fails the other kinds are said."""
    try:
        await kit.writer.write(lambda s: remind.find(s, kit.rules, now))
    except Exception as error:
        if is_outage(error):
            raise
        log.exception("what is due of one kind could not be found")


async def sweep(
    kit: Kit, cans: dict[str, Can], now: datetime
) -> AsyncIterator[Written]:
    """Say all that is due, one transaction each; an error ends one and no other."""
    for remind in FINDING:
        await _find(kit, remind, now)
    for reminder_id in await read(kit.database, lambda s: find_due(s, now)):
        try:
            written = await kit.writer.write(
                lambda s, at=reminder_id: tell(s, kit, cans, at, now)  # type: ignore[misc]
            )
        except Exception as error:
            if is_outage(error):
                raise  # it is due again at the next tick
            log.exception("a reminder could not be said")
            await kit.writer.write(lambda s, at=reminder_id: fail(s, at, now))  # type: ignore[misc]
        else:
            yield written
