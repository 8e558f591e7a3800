"""Erasure: everything that belongs to one person goes, whatever table it is in.

What belongs to whom is read from the foreign keys: a row that must refer to a worker,
or to a row of theirs, is the worker's and is deleted; where it only may refer to one,
as a staff position does, the link is cut.  Audit entries name random ids and stay.
"""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ForeignKey, Table, and_, delete, inspect, or_, select, update
from sqlmodel import Field, Session, SQLModel, col

from models import notice_total, result, service, signup, voucher
from models.application import latest_of
from models.chat import Chat
from models.columns import BigId, new_id, short
from models.conversation import Conversation, State
from models.message import Message
from models.reminder import Reminder
from models.sealing import Keyring
from models.tries import Tries
from models.worker import Worker, new_worker

WORKER: Table = SQLModel.metadata.tables["worker"]

Ids = dict[Table, set[int]]
"""The ids of the rows that are one person's, by table."""

PAIRED = (
    *("application", "case", "chat_link", "claim"),
    *("objection", "service_request", "transfer", "worker"),
)
"""The tables of which a reminder may name a row and one of another person's."""


class Erasure(SQLModel, table=True):
    """That somebody was erased: an anonymous count, once the list has the random id.

    The list is a file outside the database and its backups: a database brought back
    from an older backup is told by it who must not come back.  One that does not count
    is who somebody erased had been in a chat before it was known to be theirs.
    """

    id: int = Field(primary_key=True, sa_type=BigId)
    worker_id: int | None = Field(default=None, sa_type=BigId, index=True)
    day: date
    union_code: str | None = None
    group: str | None = None
    was_member: bool = False
    counts: bool = True


@dataclass(frozen=True)
class Stranger:
    """Who a chat belongs to after an erasure, and the chats that lost messages."""

    worker: Worker
    chat: Chat
    cut: set[int]


def erase(
    session: Session,
    keys: Keyring,
    worker: Worker,
    chat: Chat,
    now: datetime,
    today: date,
) -> Stranger:
    """Forget a person and count that; the chat they asked in goes on as a stranger's.

    It keeps its id and goes on counting its messages, so that no number comes twice.
    """
    _hold(session, worker)
    fresh = new_worker(keys, worker.language, now)
    goes_on = Chat(
        id=chat.id,
        channel=chat.channel,
        bot=chat.bot,
        address=chat.address,
        worker_id=fresh.id,
        created_at=now,
        last_number=chat.last_number,
        seen_number=chat.seen_number,
        stopped_at=chat.stopped_at,
        edition=chat.edition + 1,
    )
    _return_benefits(session, worker.id, now)
    session.add(_counted(session, worker, today))
    session.add_all(_strays(session, worker.id, today))
    cut = forget(session, worker.id)
    for row in (fresh, goes_on):
        session.add(row)
        session.flush()
    return Stranger(fresh, goes_on, cut)


def _hold(session: Session, worker: Worker) -> None:
    """Lock a person's chats and the person: whoever else writes there takes turns."""
    chats = select(col(Chat.id)).where(col(Chat.worker_id) == worker.id)
    session.execute(chats.order_by(col(Chat.id)).with_for_update()).all()
    session.refresh(worker, with_for_update=True)


def _return_benefits(session: Session, worker_id: int, now: datetime) -> None:
    """Give back what a person has open and will not use: others may."""
    voucher.cancel_all(session, worker_id, now)
    service.withdraw_all(session, worker_id, now)
    session.flush()


def _counted(session: Session, worker: Worker, today: date) -> Erasure:
    latest = latest_of(session, worker.id)
    return Erasure(
        id=new_id(),
        worker_id=worker.id,
        day=today,
        union_code=worker.union_code or (latest.union_code if latest else None),
        group=worker.group or (latest.group if latest else None),
        was_member=worker.member_no is not None,
    )


def _strays(session: Session, worker_id: int, today: date) -> list[Erasure]:
    """Return rows for the list of those a person had been in chats now theirs."""
    links = SQLModel.metadata.tables["chat_link"].c
    theirs = select(links.stray_worker_id).where(
        links.worker_id == worker_id, links.objected_at.is_(None)
    )
    strays = session.execute(theirs).scalars()
    return [Erasure(id=new_id(), worker_id=s, day=today, counts=False) for s in strays]


def unlisted(session: Session) -> list[int]:
    """Return the ids of the erased that the list outside the database may not have."""
    waiting = select(col(Erasure.worker_id)).where(col(Erasure.worker_id).is_not(None))
    return list(session.execute(waiting).scalars())


def strike(session: Session, worker_ids: list[int]) -> None:
    """Take ids that the list has out of the database; what stays is a count."""
    listed = col(Erasure.worker_id).in_(worker_ids)
    session.execute(delete(Erasure).where(listed, ~col(Erasure.counts)))
    session.execute(update(Erasure).where(listed).values(worker_id=None))


def forget(session: Session, worker_id: int) -> set[int]:
    """Delete a worker and all that is theirs; nothing happens where there is none.

    Return the chats that are gone or lost messages, theirs and other people's.
    """
    session.flush()
    notice_total.forget(session, worker_id)
    theirs = _theirs(worker_id)
    tables = SQLModel.metadata.sorted_tables
    ids = _ids(session, theirs)
    for noun in (signup, voucher, service, result):
        noun.let_go(session, worker_id)
    _end_what_is_about(session, ids)
    cut = _cut_others(session, worker_id, ids) | ids[_table(Chat)]
    session.execute(delete(Tries).where(col(Tries.worker_id) == worker_id))
    for table in tables:
        for key in _links(table, theirs):
            unlink = update(table).where(_refers(key, theirs))
            session.execute(unlink.values({key.parent.name: None}))
    for table in reversed(tables):
        if table in theirs:
            session.execute(delete(table).where(theirs[table]))
    _let_go(session, ids)
    return cut


def _theirs(worker_id: int) -> dict[Table, Any]:
    """Return, by table, the condition that a row is the worker's."""
    theirs: dict[Table, Any] = {WORKER: WORKER.c.id == worker_id}
    for table in SQLModel.metadata.sorted_tables:
        owners = [
            _refers(key, theirs)
            for key in table.foreign_keys
            if key.column.table in theirs and not key.parent.nullable
        ]
        if owners:
            theirs[table] = or_(*owners)
    return theirs


def _links(table: Table, theirs: dict[Table, Any]) -> list[ForeignKey]:
    """Return the references to a worker's rows that a row can do without."""
    return [
        key
        for key in table.foreign_keys
        if key.column.table in theirs and key.parent.nullable
    ]


def _refers(key: ForeignKey, theirs: dict[Table, Any]) -> Any:
    """Tell in SQL whether a row refers to one of the worker's."""
    return key.parent.in_(select(key.column).where(theirs[key.column.table]))


def belongings(worker_id: int) -> dict[Table, Any]:
    """Return, by table, the condition that a row is a worker's: what erasure deletes.

    An export gives the same, so that neither forgets a table the other knows.
    """
    return _theirs(worker_id)


def _ids(session: Session, theirs: dict[Table, Any]) -> Ids:
    """Read the ids of a worker's rows, of all tables whose rows have one."""
    return {
        table: {*session.execute(select(table.c.id).where(theirs[table])).scalars()}
        for table in theirs
        if "id" in table.c
    }


def _cut_others(session: Session, worker_id: int, ids: Ids) -> set[int]:
    """Note in other people's chats that messages about the worker go from there."""
    about = select(col(Message.chat_id)).where(col(Message.about_id) == worker_id)
    others = {*session.execute(about.distinct()).scalars()} - ids[_table(Chat)]
    chats = update(Chat).where(col(Chat.id).in_(others))
    # What is on the screen may say whose application was just shown.
    session.execute(chats.values(edition=Chat.edition + 1, screen=None))
    return others


def _end_what_is_about(session: Session, ids: Ids) -> None:
    """Drop reminders of a worker's rows, and what others were writing about them."""
    every = set().union(*ids.values())
    subject = col(Reminder.subject)
    # Some are about one of their rows and one of another's: "row.other".
    paired = (SQLModel.metadata.tables[name] for name in PAIRED)
    pairs = [
        and_(subject >= f"{row}.", subject < f"{row}/")
        for table in paired
        for row in ids[table]
    ]
    session.execute(delete(Reminder).where(or_(subject.in_(map(str, every)), *pairs)))
    forms = select(col(Conversation.id), col(Conversation.chat_id)).where(
        col(Conversation.state).in_((State.OPEN, State.PAUSED)),
        col(Conversation.subject).in_(map(short, every)),
    )
    open_ = {row.id: row.chat_id for row in session.execute(forms)}
    ended = update(Conversation).where(col(Conversation.id).in_(open_))
    session.execute(ended.values(state=State.CANCELLED, draft=None, asked=None))
    chats = update(Chat).where(
        col(Chat.id).in_(open_.values()), col(Chat.conversation_id).in_(open_)
    )
    session.execute(chats.values(conversation_id=None))


def _let_go(session: Session, ids: Ids) -> None:
    """Take rows that are gone out of the session; the others are read again."""
    for row in list(session):
        state: Any = inspect(row)
        if state.key and state.key[1][0] in ids.get(state.mapper.local_table, ()):
            session.expunge(row)
    session.expire_all()


def _table(model: type[SQLModel]) -> Table:
    return SQLModel.metadata.tables[str(model.__tablename__)]
