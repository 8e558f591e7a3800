"""Retracting: a recalled notice is taken back, copy by copy, wherever it can be.

To take a copy back twice does no harm, so nothing is claimed: what was not written down
is done again.
"""

import asyncio
import time
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Row, select, update
from sqlmodel import Session, col

from bot.channels import Channel, Refused, Stopped, Undelivered
from bot.database import read
from bot.kit import Kit, clock
from bot.pace import Pace
from bot.step import Written
from bot.words import text_of
from handlers.say import Word
from models import recipient
from models.chat import Chat
from models.message import Body, Kind, Message, seal_body
from models.worker import Worker

GROUP = 50
TRIES = 3

Taken = dict[int, bool]
"""Whose copies were asked back, and whether they are gone."""


async def retract_some(
    kit: Kit,
    channels: Mapping[str, Channel],
    paces: Mapping[str, Pace],
    notice_id: int,
    after: int,
    put: Callable[[Written], None],
) -> int | None:
    """Take back the copies that follow one; return the last, or None if there is none.

    A copy on a channel that keeps its own is deleted there; one in a chat of ours is
    overwritten.
    """
    found = await read(
        kit.database, lambda s: recipient.arrived(s, notice_id, after, GROUP)
    )
    if not found:
        return None
    there = [row for row in found if row.external_id is not None]
    gone = await asyncio.gather(*(_delete(channels, paces, row) for row in there))
    taken = {row.worker_id: done for row, done in zip(there, gone, strict=True)}
    ours = [row.worker_id for row in found if row.number is not None]
    now = clock()
    put(await kit.writer.write(lambda s: _write(s, kit, notice_id, taken, ours, now)))
    return int(found[-1].worker_id)


async def _delete(
    channels: Mapping[str, Channel], paces: Mapping[str, Pace], row: Row[Any]
) -> bool:
    """Delete a message where it is, at the channel's pace; tell whether it is gone."""
    channel = channels.get(row.channel)
    if channel is None or not channel.can.retracts:
        return False
    for _ in range(TRIES):
        await _wait(paces.get(row.channel), row.address)
        try:
            await channel.retract(row.address, row.external_id)
        except (Refused, Stopped):
            return False
        except Undelivered as error:
            await asyncio.sleep(getattr(error, "seconds", 1.0))
        else:
            return True
    return False


async def _wait(pace: Pace | None, address: str) -> None:
    """Wait for a deletion's turn: it counts like a message."""
    while pace:
        seconds = pace.wait(address, Kind.BROADCAST, time.monotonic())
        if not seconds:
            return
        await asyncio.sleep(seconds)


def _write(
    session: Session,
    kit: Kit,
    notice_id: int,
    taken: Taken,
    ours: list[int],
    now: datetime,
) -> Written:
    """Write down what is gone, and overwrite what lies in chats of ours."""
    cut = _overwrite(session, kit, notice_id, ours)
    recipient.mark_recalled(session, notice_id, {**taken, **dict.fromkeys(ours, True)})
    return Written([], cut, cut)


def _overwrite(
    session: Session, kit: Kit, notice_id: int, worker_ids: list[int]
) -> set[int]:
    """Put a mark in place of a notice's words; return the chats that lost them."""
    copies = recipient.in_chats(session, notice_id, worker_ids)
    locked = (
        select(Chat, Worker)
        .join(Worker, col(Worker.id) == col(Chat.worker_id))
        .where(col(Chat.id).in_(copies))
        .order_by(col(Chat.id))
        .with_for_update()
    )
    cut = set()
    for chat, worker in session.execute(locked).all():
        chat.edition += 1
        session.add(chat)
        mark = text_of(Word("notices", "recalled"), kit.reader(worker))
        body: Body = {"text": mark, "gone": True}
        key, number = worker.open_key(kit.keys), copies[chat.id]
        session.execute(
            update(Message)
            .where(
                col(Message.chat_id) == chat.id,
                col(Message.number) == number,
                col(Message.about_id) == worker.id,
            )
            .values(body=seal_body(key, chat.id, number, body))
        )
        cut.add(chat.id)
    return cut
