"""People: which updates are new, whose they are, and their rows locked in order."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import bindparam
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

_NEW = {
    dialect: insert(Arrival)
    .on_conflict_do_nothing()
    .returning(col(Arrival.channel), col(Arrival.bot), col(Arrival.key))
    for dialect, insert in (
        ("sqlite", sqlite.insert),
        ("postgresql", postgresql.insert),
    )
}
"""Write updates' keys down and give back those that are new, by database."""


def place_of(incoming: Incoming) -> Place:
    """Return where an update came from."""
    return incoming.channel, incoming.bot, incoming.address


_AT = select(Chat).where(
    Chat.channel == bindparam("channel"),
    Chat.bot == bindparam("bot"),
    Chat.address == bindparam("address"),
)


def chat_at(session: Session, place: Place) -> Chat | None:
    """Return the chat at a place."""
    at = dict(zip(("channel", "bot", "address"), place, strict=True))
    return session.exec(_AT, params=at).first()


def has_come(session: Session, incoming: Incoming) -> bool:
    """Tell whether an update was taken before, perhaps by another process."""
    key = (incoming.channel, incoming.bot, incoming.key)
    return session.get(Arrival, key) is not None


def first_seen(
    session: Session, batch: list[Incoming], now: datetime
) -> list[Incoming]:
    """Write the updates' keys down, sorted; return those nobody had, in their order."""
    by_key = {(i.channel, i.bot, i.key): i for i in reversed(batch)}
    new = _NEW[session.get_bind().dialect.name]
    rows = [
        {"channel": channel, "bot": bot, "key": key, "at": now}
        for channel, bot, key in sorted(by_key)
    ]
    fresh = {tuple(r) for r in session.execute(new, rows)}
    return [
        i
        for i in batch
        if by_key.get((i.channel, i.bot, i.key)) is i
        and (i.channel, i.bot, i.key) in fresh
    ]


def people_of(
    session: Session, kit: Kit, batch: list[Incoming], now: datetime
) -> dict[Place, tuple[Chat, Worker]]:
    """Return each update's chat and person, locked in order; make those met first."""
    found = {chat.place: (chat, worker) for chat, worker in _known(session, batch)}
    new = {place_of(i): _meet(kit, i, now) for i in batch if place_of(i) not in found}
    for rows in ([w for _, w in new.values()], [c for c, _ in new.values()]):
        session.add_all(rows)  # workers before the chats that refer to them
        session.flush()
    return found | new


_KNOWN = (
    select(Chat, Worker)
    .join(Worker, col(Worker.id) == Chat.worker_id)
    .where(
        Chat.channel == bindparam("channel"),
        Chat.bot == bindparam("bot"),
        col(Chat.address).in_(bindparam("addresses", expanding=True)),
    )
    .order_by(col(Chat.id))
    .with_for_update()
)


def _known(session: Session, batch: list[Incoming]) -> list[tuple[Chat, Worker]]:
    found: list[tuple[Chat, Worker]] = []
    for channel, bot in sorted({(i.channel, i.bot) for i in batch}):
        addresses = {i.address for i in batch if (i.channel, i.bot) == (channel, bot)}
        places = {"channel": channel, "bot": bot, "addresses": list(addresses)}
        found += session.exec(_KNOWN, params=places).all()
    return found


_OPEN = select(Conversation).where(
    col(Conversation.id).in_(bindparam("ids", expanding=True))
)


def conversations_of(
    session: Session, people: dict[Place, tuple[Chat, Worker]]
) -> Sequence[Conversation]:
    """Read the open conversations of all these chats together."""
    ids = {c.conversation_id for c, _ in people.values() if c.conversation_id}
    return session.exec(_OPEN, params={"ids": list(ids)}).all() if ids else []


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
