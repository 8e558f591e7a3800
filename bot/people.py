"""People: which updates are new, whose they are, and their rows locked in order."""

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Session, col, select

from bot.kit import Kit
from handlers.turn import Incoming
from models.arrival import Arrival
from models.chat import Chat
from models.columns import new_id
from models.conversation import Conversation
from models.worker import Worker, new_worker

Place = tuple[str, str, str]
"""Channel, bot and address: where a chat is."""

INSERTS: dict[str, Callable[..., Any]] = {
    "sqlite": sqlite.insert,
    "postgresql": postgresql.insert,
}


def place_of(incoming: Incoming) -> Place:
    """Return where an update came from."""
    return incoming.channel, incoming.bot, incoming.address


def first_seen(
    session: Session, batch: list[Incoming], now: datetime
) -> list[Incoming]:
    """Write the updates' keys down, sorted; return those nobody had, in their order."""
    by_key = {(i.channel, i.bot, i.key): i for i in reversed(batch)}
    new = INSERTS[session.get_bind().dialect.name](Arrival)
    statement = new.on_conflict_do_nothing().returning(
        Arrival.channel, Arrival.bot, Arrival.key
    )
    rows = [
        {"channel": channel, "bot": bot, "key": key, "at": now}
        for channel, bot, key in sorted(by_key)
    ]
    fresh = {tuple(r) for r in session.execute(statement, rows)}
    return [
        i
        for i in batch
        if by_key.get((i.channel, i.bot, i.key)) is i
        and (i.channel, i.bot, i.key) in fresh
    ]


def people_of(
    session: Session, kit: Kit, batch: list[Incoming], now: datetime
) -> dict[Place, tuple[Chat, Worker]]:
    """Return each update's chat and person, locked by id; make those met first."""
    chats = {c.place: c for c in _chats(session, batch)}
    workers = {w.id: w for w in _workers(session, chats.values())}
    found = {place: (c, workers[c.worker_id]) for place, c in chats.items()}
    new = {place_of(i): _meet(kit, i, now) for i in batch if place_of(i) not in found}
    for rows in ([w for _, w in new.values()], [c for c, _ in new.values()]):
        session.add_all(rows)  # workers before the chats that refer to them
        session.flush()
    return found | new


def _chats(session: Session, batch: list[Incoming]) -> list[Chat]:
    found: list[Chat] = []
    for channel, bot in sorted({(i.channel, i.bot) for i in batch}):
        addresses = {i.address for i in batch if (i.channel, i.bot) == (channel, bot)}
        found += session.exec(
            select(Chat)
            .where(
                Chat.channel == channel,
                Chat.bot == bot,
                col(Chat.address).in_(addresses),
            )
            .order_by(col(Chat.id))
            .with_for_update()
        ).all()
    return found


def _workers(session: Session, chats: Iterable[Chat]) -> Sequence[Worker]:
    ids = {c.worker_id for c in chats}
    return session.exec(
        select(Worker)
        .where(col(Worker.id).in_(ids))
        .order_by(col(Worker.id))
        .with_for_update()
    ).all()


def conversations_of(
    session: Session, people: dict[Place, tuple[Chat, Worker]]
) -> Sequence[Conversation]:
    """Read the open conversations of all these chats together."""
    ids = {c.conversation_id for c, _ in people.values() if c.conversation_id}
    if not ids:
        return []
    return session.exec(select(Conversation).where(col(Conversation.id).in_(ids))).all()


def _meet(kit: Kit, incoming: Incoming, now: datetime) -> tuple[Chat, Worker]:
    """Make the worker and the chat of somebody we hear from for the first time."""
    language = incoming.language or kit.rules.language
    worker = new_worker(kit.keys, language, now)
    chat = Chat(
        id=new_id(),
        channel=incoming.channel,
        bot=incoming.bot,
        address=incoming.address,
        worker_id=worker.id,
        created_at=now,
    )
    return chat, worker
