"""Reminding: what is due is said; each reminder ends as sent, skipped or failed."""

import logging
from collections.abc import AsyncIterator
from datetime import datetime

from sqlmodel import Session, col, select

from bot.channels import Can
from bot.database import is_outage
from bot.kit import Kit
from bot.step import Ledger, Written
from handlers import REMINDERS
from handlers.reminders import Remind, opening
from models import reminder
from models.chat import Chat
from models.message import Fate
from models.reminder import Reminder
from models.worker import Worker

log = logging.getLogger(__name__)


def find_due(session: Session, kit: Kit, now: datetime) -> list[int]:
    """Make the rows of what fell due by itself; return the ids of all that is due."""
    for remind in REMINDERS.values():
        remind.find(session, kit.rules, now)
    held = [r.kind for r in REMINDERS.values() if is_too_early(kit, r, now)]
    return [row.id for row in reminder.due(session, now, held=held)]


def tell(
    session: Session, kit: Kit, cans: dict[str, Can], reminder_id: int, now: datetime
) -> Written:
    """Say one reminder, or write down why not; one in quiet hours goes on waiting."""
    row = session.exec(
        select(Reminder).where(col(Reminder.id) == reminder_id).with_for_update()
    ).first()
    if row is None:  # erased with its person
        return Written([], set())
    remind = REMINDERS.get(row.kind)
    ledger = Ledger(session, kit, now)
    session.add(row)
    if row.fate is not Fate.WAITING or (remind and is_too_early(kit, remind, now)):
        return ledger.close()
    fate, reason = _say(session, kit, cans, ledger, row, remind, now)
    reminder.end(row, fate, reason, now)
    return ledger.close()


def is_too_early(kit: Kit, remind: Remind, now: datetime) -> bool:
    """Tell whether quiet hours hold this reminder back."""
    return not remind.hurried and opening(kit.rules, now) > now


def _say(
    session: Session,
    kit: Kit,
    cans: dict[str, Can],
    ledger: Ledger,
    row: Reminder,
    remind: Remind | None,
    now: datetime,
) -> tuple[Fate, str]:
    if remind is None:
        return Fate.FAILED, "unknown_kind"
    chat = _chat(session, remind.chat(session, row))
    if chat is None or chat.channel not in cans:
        return Fate.SKIPPED, "no_chat"
    if chat.stopped_at is not None:
        return Fate.SKIPPED, "stopped"
    worker = session.get_one(Worker, chat.worker_id)
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


def _chat(session: Session, chat_id: int | None) -> Chat | None:
    return session.exec(
        select(Chat).where(col(Chat.id) == chat_id).with_for_update()
    ).first()


def fail(session: Session, reminder_id: int, now: datetime) -> None:
    """End a reminder whose telling raised an error."""
    row = session.get(Reminder, reminder_id)
    if row is not None:
        reminder.end(row, Fate.FAILED, "error", now)


async def sweep(
    kit: Kit, cans: dict[str, Can], now: datetime
) -> AsyncIterator[Written]:
    """Say all that is due, one transaction each; an error ends one and no other."""
    for reminder_id in await kit.writer.write(lambda s: find_due(s, kit, now)):
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
