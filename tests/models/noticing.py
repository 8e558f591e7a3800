"""Who gets notices in these tests: members with chats, and staff who write to them."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from sqlmodel import Session

from models import notice, notice_course, notice_list
from models.audience import Audience
from models.chat import Chat
from models.columns import new_id
from models.letter import Letter
from models.notice import Notice
from models.place import Atlas
from models.preference import Topic
from models.recipient import Recipient
from models.rules import Rules
from models.sealing import Keyring
from models.staff import Staff
from models.worker import Worker, new_worker
from tests.models.cast import KEYS, NOW

UNION = "440106"
RULES = Rules()


def letter(**facts: Any) -> Letter:
    """Write a letter to a union's members."""
    whom = Audience(union_code=facts.pop("union_code", UNION), **facts.pop("whom", {}))
    said = {"title": "停水通知", "text": "明天停水，请提前接水。"}
    return Letter(**{"topic": Topic.NOTICES, "audience": whom, **said, **facts})


def member(
    session: Session,
    address: str = "",
    channel: str = "post",
    keys: Keyring = KEYS,
    now: datetime = NOW,
    **columns: Any,
) -> Worker:
    """Enrol a member; one without an address has no chat."""
    worker = new_worker(keys, "zh-CN", now)
    worker.member_no, worker.union_code = str(worker.id), UNION
    worker.name = worker.seal(keys, "name", "张三")
    for name, value in columns.items():
        setattr(worker, name, value)
    session.add(worker)
    session.flush()
    if address:
        chat(session, worker, address, channel, now)
    return worker


def chat(
    session: Session, worker: Worker, address: str, channel: str, now: datetime
) -> Chat:
    """Give somebody a chat."""
    row = Chat(
        id=new_id(),
        channel=channel,
        bot="",
        address=address,
        worker_id=worker.id,
        created_at=now,
    )
    session.add(row)
    session.flush()
    return row


def scheduled(
    session: Session,
    atlas: Atlas,
    staff: Staff,
    now: datetime = NOW,
    rules: Rules = RULES,
    **facts: Any,
) -> Notice:
    """Write a notice, try it out and hand it in for now."""
    row = notice.write(session, atlas, staff, letter(**facts), now)
    notice.try_out(session, atlas, staff, row, now)
    notice.hand_in(session, atlas, rules, staff, row, now, now)
    return row


def begun(
    session: Session, atlas: Atlas, staff: Staff, now: datetime = NOW, **facts: Any
) -> Notice:
    """Take a notice as far as its recipients."""
    row = scheduled(session, atlas, staff, now, **facts)
    notice_course.begin(session, row.id, row.counted)
    session.refresh(row)
    while notice_course.queue_slice(session, atlas, row, now):
        pass
    return row


def copy_of(session: Session, row: Notice, worker: Worker) -> Recipient:
    """Give somebody's copy as it is now."""
    session.expire_all()
    return session.get_one(Recipient, (row.id, worker.id))


def fates(session: Session, row: Notice) -> dict[str, int]:
    """Count a notice's copies by fate, those that are any."""
    found = notice_list.progress(session, row)
    return {fate.value: many for fate, many in found.items() if many}


LATER = NOW + timedelta(hours=1)
