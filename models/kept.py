"""What is kept about one person, opened: every row that erasure would delete.

Values are plain and fit JSON.  Left out is what says nothing to anybody (keys, hashes)
and what is of others: the work a social worker does in their own chat.
"""

import json
from collections.abc import Callable, Collection
from datetime import date, datetime
from enum import Enum
from typing import Any

from sqlalchemy import Column, LargeBinary, RowMapping, Table, select
from sqlmodel import Session, col, func
from sqlmodel import select as pick

from models import recipient
from models.attachment import Attachment
from models.award import Award, Phase
from models.case import Case
from models.case_entry import Side
from models.case_file import CaseFile
from models.chat import Chat
from models.columns import short
from models.erasure import belongings
from models.message import Message, unseal_body
from models.nominee import Nominee
from models.notice import Notice
from models.sealed import CASE, holder_of
from models.sealing import Keyring, unseal
from models.staff import Invitation, Staff
from models.worker import Worker

SLICE = 200
"""How many messages are read at a time, so that few wait in memory for a slow net."""

APART = {
    *("message", "form_link", "export_link", "link_code", "console_link"),
    *("member_import", "import_piece", "file_piece"),
}
"""Tables not given as rows: messages and files come by themselves, of links we keep
hashes, and what a social worker imports is of others.
"""

LEFT_OUT = {
    *("worker.key", "worker.pin", "chat.screen"),
    *("attachment.data", "case_file.data"),
    *("credential.password", "credential.secret", "credential.last_step"),
    *("case.key", "case.tag_key", "case.chased", "case.warned", "case.last_entry"),
    *("claim.worker_id", "claim.union_code", "claim.standing", "claim.decided_at"),
    "chat_link.stray_worker_id",
}
"""The person's own key; what lets them in; choices that messages have too; pictures,
which are files; whom somebody claimed to be, and whether there is such a member.
"""

SPOKEN = ("title", "rows", "text", "image", "document")
"""What of a message's body is given: what was said, without buttons and links."""

Rows = list[dict[str, Any]]


def kept_about(
    session: Session, keys: Keyring, worker: Worker, flows: Collection[str]
) -> dict[str, Rows]:
    """Return a person's rows by table; of drafts those of flows about themselves."""
    found: dict[str, Rows] = {}
    for table, theirs in belongings(worker.id).items():
        if table.name not in APART:
            rows = session.execute(select(table).where(theirs)).mappings()
            key_of = _key_of(session, keys, table, worker)
            found[str(table.name)] = [_opened(table, row, key_of) for row in rows]
    found["conversation"] = [r for r in found["conversation"] if r["flow"] in flows]
    # What staff note among themselves is their work.
    entries = found["case_entry"]
    found["case_entry"] = [row for row in entries if row["side"] != Side.NOTE]
    # A chat that was cut is a stranger's; how it had been linked, is not.
    links = found["chat_link"]
    found["chat_link"] = [r for r in links if r["worker_id"] == worker.id]
    known = set(session.exec(_results_known(worker.id)))
    found["score"] = [r for r in found["score"] if r["nominee_id"] in known]
    found["notice_recipient"] = _told(session, worker)
    since = work_since(session, worker.id)
    if since is not None:
        found["poison"] = [r for r in found["poison"] if r["at"] < since.isoformat()]
    return found


def _results_known(worker_id: int) -> Any:
    """Select in which awards somebody may know what the jury gave."""
    return (
        pick(Nominee.id)
        .join(Award, col(Award.id) == Nominee.award_id)
        .where(
            Nominee.worker_id == worker_id,
            col(Award.phase).in_((Phase.NOTICE, Phase.OVER)),
        )
    )


def _told(session: Session, worker: Worker) -> Rows:
    """Return the notices somebody was sent, as they were written for everybody."""
    return [
        {
            "at": copy.at.isoformat(),
            "fate": copy.fate.value,
            "reason": copy.reason,
            **dict(zip(("title", "text"), written.words(worker.language), strict=True)),
        }
        for copy in recipient.of_worker(session, worker.id)
        for written in [session.get_one(Notice, copy.notice_id).content]
    ]


def is_given(column: Column[Any]) -> bool:
    """Tell whether a column says something about the person it is given to."""
    is_hash = column.name.endswith(("_tag", "_hash"))
    return not is_hash and column.name != "staff_id" and str(column) not in LEFT_OUT


def _key_of(
    session: Session, keys: Keyring, table: Table, worker: Worker
) -> Callable[[RowMapping], bytes]:
    """Return how the key is found that seals a row: the person's, or their case's."""
    if holder_of(table) is not CASE:
        return lambda row: worker.open_key(keys)
    name = "id" if table is CASE else "case_id"
    return lambda row: session.get_one(Case, row[name]).open_key(keys)


def _opened(
    table: Table, row: RowMapping, key_of: Callable[[RowMapping], bytes]
) -> dict[str, Any]:
    """Return a row's values, those that are sealed in plain."""
    place = "|".join(str(row[key.name]) for key in table.primary_key.columns)
    found = {}
    for column in filter(is_given, table.columns):
        value = row[column.name]
        if value and isinstance(column.type, LargeBinary):
            value = _read(unseal(key_of(row), f"{column}|{place}", value).decode())
        found[str(column.name)] = _plain(value)
    return found


def _read(text: str) -> Any:
    """Read what was sealed as JSON; anything else is somebody's own words."""
    if text[:1] not in ("{", "["):
        return text
    try:
        return json.loads(text)
    except ValueError:
        return text


def _plain(value: Any) -> Any:
    if isinstance(value, bytes):  # an empty one: what was there is erased
        return None
    if isinstance(value, date):
        return value.isoformat()
    return value.value if isinstance(value, Enum) else value


def files_about(session: Session, worker_id: int) -> list[tuple[int, str]]:
    """Return id and type of the pictures and documents of a person and their cases."""
    sent = pick(Attachment.id, Attachment.mime, Attachment.at).where(
        Attachment.worker_id == worker_id
    )
    told = (
        pick(CaseFile.id, CaseFile.mime, CaseFile.at)
        .join(Case, col(Case.id) == CaseFile.case_id)
        .where(Case.worker_id == worker_id)
    )
    found = [*session.exec(sent), *session.exec(told)]
    return [(number, mime) for number, mime, _ in sorted(found, key=lambda row: row[2])]


def messages_about(
    session: Session, keys: Keyring, worker: Worker, chat_id: int, after: int
) -> Rows:
    """Return a slice of what was said in one of a person's chats, both sides."""
    chosen = pick(Message).where(
        Message.chat_id == chat_id,
        Message.number > after,
        Message.about_id == worker.id,
    )
    since = work_since(session, worker.id)
    if since is not None:
        chosen = chosen.where(Message.at < since)
    found = session.exec(chosen.order_by(col(Message.number)).limit(SLICE))
    return [_spoken(row, worker.open_key(keys)) for row in found]


def _spoken(row: Message, key: bytes) -> dict[str, Any]:
    body = unseal_body(key, row.chat_id, row.number, row.body)
    return {
        "chat": short(row.chat_id),
        "number": row.number,
        "at": row.at.isoformat(),
        "side": row.side,
        "kind": row.kind.value,
        "fate": row.fate.value,
        **{part: body[part] for part in SPOKEN if part in body},  # type: ignore[literal-required]
    }


def work_since(session: Session, worker_id: int) -> datetime | None:
    """Return since when a person's chats are a social worker's tool, if they are.

    From then on they hold what is of others: lists, decisions and their reasons.
    """
    accepted = (
        pick(func.min(Invitation.used_at))
        .join(Staff, col(Staff.id) == Invitation.staff_id)
        .where(Staff.worker_id == worker_id)
    )
    of_others = (
        pick(func.min(Message.at))
        .join(Chat, col(Chat.id) == Message.chat_id)
        .where(
            Chat.worker_id == worker_id,
            Message.about_id != worker_id,
            # What voters read of nominees is no work.
            col(Message.about_id).not_in(pick(Nominee.worker_id)),
        )
    )
    found = [session.exec(first).one() for first in (accepted, of_others)]
    return min((at for at in found if at is not None), default=None)
