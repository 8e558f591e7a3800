"""Links: a chat becomes a known person's, and their other chats may object.

Whoever held that person's chats before is told of each new one, and for seven days may
say that it is not theirs; it is then a stranger's again, with nothing left in it.
"""

from datetime import datetime, timedelta

from sqlalchemy import delete, update
from sqlmodel import Field, Session, SQLModel, col, select

from models import audit, console_session, service, transfer, voucher
from models.application import OPEN, Application, Standing, hold, latest_of, record
from models.arrival import Poison
from models.case import Case, end_talk
from models.chat import Chat
from models.claim import Asks, Claim, Claimed, file_claim
from models.columns import BigId, Utc, new_id
from models.console_link import ConsoleLink
from models.conversation import Conversation
from models.correction import Correction, Wish
from models.export_link import ExportLink
from models.form_link import FormLink
from models.link_code import end_code
from models.merging import merge
from models.message import Message
from models.sealing import Keyring
from models.staff import Staff
from models.worker import Worker, new_worker

OBJECT_DAYS = 7

STRANGE_HOURS = 24
"""How long a chat let in by a PIN alone may do nothing that cannot be taken back."""

EMPTIED = (Conversation, Poison, Message, ExportLink, ConsoleLink)
"""What goes from a chat that is cut; what hangs on a conversation goes before."""

RETURNED = (Application, Case, Correction)
"""What stays the person's, and is heard of where they are."""

LEFT = {"chat_link", "claim"}
"""Tables whose rows go on to name the chat that was cut: what came of it."""


class Link(SQLModel, table=True):
    """One chat that became a person's: when, how, and whether they objected.

    `stray_worker_id` is who they were there before: an older backup has that one still.
    """

    __tablename__ = "chat_link"

    id: int = Field(primary_key=True, sa_type=BigId)
    worker_id: int = Field(foreign_key="worker.id", sa_type=BigId, index=True)
    chat_id: int = Field(foreign_key="chat.id", sa_type=BigId, index=True)
    way: str
    at: datetime = Field(sa_type=Utc)
    staff_id: int | None = Field(default=None, foreign_key="staff.id", sa_type=BigId)
    objected_at: datetime | None = Field(default=None, sa_type=Utc)
    stray_worker_id: int = Field(sa_type=BigId)


def may_become(stray: Worker, member_id: int) -> bool:
    """Tell whether somebody may turn out to be another: not who is a member already."""
    return stray.id != member_id and stray.member_no is None


def link(
    session: Session, keys: Keyring, chat: Chat, member_id: int, way: str, now: datetime
) -> tuple[Link, Worker]:
    """Bind a chat, with all its stray worker has, to a member."""
    stray, member = _hold(session, chat.worker_id, member_id)
    stray_id = stray.id
    staff_id = merge(session, keys, stray, member, now)
    row = Link(
        id=new_id(),
        worker_id=member_id,
        chat_id=chat.id,
        way=way,
        at=now,
        staff_id=staff_id,
        stray_worker_id=stray_id,
    )
    session.add(row)
    audit.record(session, now, None, f"chat.linked_by_{way}", member_id)
    session.flush()
    return row, member


def _hold(session: Session, *worker_ids: int) -> list[Worker]:
    """Lock the stray's chats, then both persons, each by id."""
    chats = select(Chat).where(Chat.worker_id == worker_ids[0])
    session.exec(chats.order_by(col(Chat.id)).with_for_update()).all()
    both = select(Worker).where(col(Worker.id).in_(worker_ids))
    ordered = both.order_by(col(Worker.id)).with_for_update()
    found = {w.id: w for w in session.exec(ordered)}
    return [found[worker_id] for worker_id in worker_ids]


def is_strange(session: Session, chat: Chat, now: datetime) -> bool:
    """Tell whether a PIN alone made a chat its person's, and only lately.

    The other chats have been told, and need time to object.
    """
    lately = now - timedelta(hours=STRANGE_HOURS)
    found = select(Link.id).where(
        Link.chat_id == chat.id,
        Link.worker_id == chat.worker_id,  # after an objection it is another's
        Link.way == "pin",
        Link.at > lately,
    )
    return session.exec(found).first() is not None


def may_object(session: Session, link: Link, chat: Chat, now: datetime) -> bool:
    """Tell whether a chat may say that a link is not its person's doing.

    It must have been theirs before; else who came in by stealth could throw them out.
    """
    later = select(Link.id).where(
        Link.chat_id == chat.id, Link.worker_id == link.worker_id, Link.at >= link.at
    )
    return (
        chat.worker_id == link.worker_id
        and chat.id != link.chat_id
        and now - link.at <= timedelta(days=OBJECT_DAYS)
        and session.exec(later).first() is None
    )


def object_to(
    session: Session,
    keys: Keyring,
    link: Link,
    member: Worker,
    chat: Chat,
    now: datetime,
) -> Claim | None:
    """Cut a link, and guard its person until a social worker confirms; once only."""
    session.refresh(link, with_for_update=True)
    if link.objected_at is not None:
        return None
    link.objected_at = now
    linked = session.get_one(Chat, link.chat_id, with_for_update=True)
    if linked.worker_id == member.id:
        _cut(session, keys, link, linked, member, chat, now)
    member.pin, member.guarded_at = None, now
    end_code(session, member.id)
    audit.record(session, now, None, "chat.objected", member.id)
    latest = latest_of(session, member.id)
    union = member.union_code or (latest.union_code if latest else None)
    return file_claim(session, Asks.OBJECTION, chat.id, member.id, union, now)


def _cut(
    session: Session,
    keys: Keyring,
    link: Link,
    linked: Chat,
    member: Worker,
    chat: Chat,
    now: datetime,
) -> None:
    """Make a chat a stranger's; whatever was said in it goes."""
    stranger = new_worker(keys, member.language, now)
    session.add(stranger)
    session.flush()
    _take_back(session, keys, linked.id, chat.id, now)
    _end_begun(session, member.id, link.at, now)
    linked.worker_id, linked.conversation_id, linked.screen = stranger.id, None, None
    if linked.case_id is not None:
        end_talk(session, linked.case_id)
    linked.edition += 1
    _empty(session, linked.id, now)
    if link.staff_id is not None:
        theirs = update(Staff).where(
            col(Staff.id) == link.staff_id, col(Staff.worker_id) == member.id
        )
        session.execute(theirs.values(worker_id=stranger.id))


def _take_back(
    session: Session, keys: Keyring, cut_id: int, chat_id: int, now: datetime
) -> None:
    """Withdraw what was asked for in a chat; the rest is heard of in another."""
    session.flush()
    sent = select(Application).where(
        Application.chat_id == cut_id, col(Application.standing).in_(OPEN)
    )
    for row in session.exec(sent).all():
        hold(session, row)
        record(session, keys, row, Standing.WITHDRAWN, now)
    wished = update(Correction).where(
        col(Correction.chat_id) == cut_id, col(Correction.standing) == Wish.WAITING
    )
    session.execute(wished.values(standing=Wish.DROPPED, settled_at=now))
    session.flush()
    for table in RETURNED:
        there = update(table).where(col(table.chat_id) == cut_id)
        session.execute(there.values(chat_id=chat_id))


def _end_begun(
    session: Session, member_id: int, since: datetime, now: datetime
) -> None:
    """End what was begun in a person's name; of open vouchers the codes were seen."""
    voucher.cancel_all(session, member_id, now)
    service.withdraw_since(session, member_id, since, now)
    transfer.end_begun(session, member_id, since, now)
    console_session.end_begun(session, member_id, since)


def _empty(session: Session, chat_id: int, now: datetime) -> None:
    talks = select(Conversation.id).where(Conversation.chat_id == chat_id)
    session.flush()
    forms = delete(FormLink).where(col(FormLink.conversation_id).in_(talks))
    session.execute(forms)
    for table in EMPTIED:
        session.execute(delete(table).where(col(table.chat_id) == chat_id))
    waiting = update(Claim).where(
        col(Claim.chat_id) == chat_id, col(Claim.standing) == Claimed.WAITING
    )
    session.execute(waiting.values(standing=Claimed.OVER, decided_at=now))
