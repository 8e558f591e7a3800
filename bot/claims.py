"""Claims: who sends which message until when, and what became of each.

Synchronous and inside a transaction; `bot.outbox` does the sending.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import bindparam, update
from sqlmodel import Session, col, or_, select

from bot.channels import Outgoing
from bot.kit import Kit
from bot.step import LEASE_SECONDS
from models import reminder
from models.chat import Chat
from models.message import AGAIN, Fate, Message, unseal_body
from models.worker import Worker

UNSEEN_SECONDS = 2
"""A row younger than this may be on its way from the writer's thread into memory."""


@dataclass(frozen=True)
class Settled:
    """What became of a message."""

    chat_id: int
    number: int
    fate: Fate
    reason: str = ""
    external_id: str | None = None


def lease() -> timedelta:
    """Return how long a message being sent belongs to its process."""
    return timedelta(seconds=LEASE_SECONDS)


_SETTLE = (
    update(Message)
    .where(
        col(Message.chat_id) == bindparam("at_chat"),
        col(Message.number) == bindparam("at_number"),
    )
    .values(
        fate=bindparam("to_fate"),
        reason=bindparam("to_reason"),
        external_id=bindparam("to_external_id"),
        lease_until=None,
    )
)


def settle(session: Session, batch: list[Settled]) -> None:
    """Write down what became of messages, and of the reminders they were."""
    session.connection().execute(
        _SETTLE,
        [
            {
                "at_chat": s.chat_id,
                "at_number": s.number,
                "to_fate": s.fate,
                "to_reason": s.reason,
                "to_external_id": s.external_id,
            }
            for s in batch
        ],
    )
    lost = [s for s in batch if s.fate is not Fate.SENT]
    reminder.follow(session, [(s.chat_id, s.number, s.fate, s.reason) for s in lost])


def write_attempt(
    session: Session, kit: Kit, message: Outgoing, until: datetime
) -> bool:
    """Write an attempt down before its request leaves; tell whether it still may.

    It may not once its row was skipped, sent, taken over or erased in the meantime.
    """
    key = (message.chat_id, message.number)
    row = session.get(Message, key, with_for_update=True)
    if row is None or row.fate is not Fate.WAITING or row.holder != kit.process:
        return False
    row.attempt, row.lease_until = message.attempt, until
    session.add(row)
    return True


def stop_chat(session: Session, chat_id: int, number: int, now: datetime) -> set[int]:
    """Mark a chat as closed to us, and skip what waits for it.

    Return the numbers that wait no more; what is written afterwards is not among them.
    """
    stopped = update(Chat).where(col(Chat.id) == chat_id)
    session.execute(stopped.values(stopped_at=now))
    its = update(Message).where(col(Message.chat_id) == chat_id)
    failed = its.where(col(Message.number) == number)
    session.execute(failed.values(fate=Fate.FAILED, reason="stopped"))
    waiting = its.where(col(Message.fate) == Fate.WAITING)
    skipped = waiting.values(fate=Fate.SKIPPED, reason="stopped")
    found = session.execute(skipped.returning(col(Message.number)))
    over = {number, *found.scalars()}
    ends = dict.fromkeys(over, (Fate.SKIPPED, "stopped"))
    ends[number] = (Fate.FAILED, "stopped")
    reminder.follow(session, [(chat_id, n, *end) for n, end in ends.items()])
    return over


def take_back(session: Session, kit: Kit, now: datetime) -> list[Outgoing]:
    """Claim what this process was sending when it was killed.

    What was begun and must not be doubled becomes uncertain instead.
    """
    rows = session.exec(
        select(Message)
        .where(Message.fate == Fate.WAITING, Message.holder == kit.process)
        .order_by(col(Message.chat_id), col(Message.number))
        .with_for_update()
    ).all()
    return [m for row in rows if (m := _take(session, kit, row, now))]


def _take(session: Session, kit: Kit, row: Message, now: datetime) -> Outgoing | None:
    session.add(row)
    if row.attempt and row.kind not in AGAIN:
        _over(session, row, Fate.UNCERTAIN, "interrupted")
        return None
    row.holder, row.lease_until = kit.process, now + lease()
    row.attempt += 1
    chat = session.get_one(Chat, row.chat_id)
    about = session.get_one(Worker, row.about_id)
    key = about.open_key(kit.keys)
    body = unseal_body(key, row.chat_id, row.number, row.body)
    if body.get("gone"):
        _over(session, row, Fate.SKIPPED, "erased")
        return None
    return Outgoing(
        channel=chat.channel,
        address=chat.address,
        chat_id=row.chat_id,
        number=row.number,
        kind=row.kind,
        body=body,
        attempt=row.attempt,
    )


def _over(session: Session, row: Message, fate: Fate, reason: str) -> None:
    """End a message that is not sent any more, and the reminder it was."""
    row.fate, row.reason = fate, reason
    reminder.follow(session, [(row.chat_id, row.number, fate, reason)])


def sweep(
    session: Session, kit: Kit, known: set[tuple[int, int]], now: datetime
) -> list[Outgoing]:
    """Renew the leases of what this process holds, and claim what nobody has."""
    ours = update(Message).where(
        col(Message.holder) == kit.process, col(Message.fate) == Fate.WAITING
    )
    session.execute(ours.values(lease_until=now + lease()))
    expired = col(Message.lease_until) <= now
    rows = session.exec(
        select(Message)
        .where(
            Message.fate == Fate.WAITING,
            Message.at <= now - timedelta(seconds=UNSEEN_SECONDS),
            or_(col(Message.holder) == kit.process, expired),
        )
        .order_by(col(Message.chat_id), col(Message.number))
        .with_for_update(skip_locked=True)
    ).all()
    lost = [row for row in rows if (row.chat_id, row.number) not in known]
    return [m for row in lost if (m := _take(session, kit, row, now))]


def give_back(session: Session, process: str, now: datetime) -> None:
    """Let go of what was not sent, so that whoever comes next need not wait."""
    ours = update(Message).where(
        col(Message.holder) == process, col(Message.fate) == Fate.WAITING
    )
    session.execute(ours.values(lease_until=now))
