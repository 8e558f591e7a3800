"""Carrying: what one side of a talk says is kept in the case and reaches the other.

Each function returns what is to be said in which chat: a chat puts it into its turn's
`elsewhere`, a page for staff gives it to `bot.step.say_elsewhere`.  Who serves on such
a page needs no chat: a talk may hold the worker's alone.
"""

from dataclasses import replace
from datetime import datetime
from functools import partial
from typing import Any

from sqlmodel import Session

from handlers.files import enclosed, sent_words
from handlers.say import Say, Text, Word
from handlers.talk import pause
from handlers.turn import Saying, Turn
from models import live
from models.case import Case, chats_in
from models.case_entry import Side, add_entry
from models.case_file import CaseFile
from models.chat import Chat
from models.identity import mask_ids, mask_numbers
from models.sealing import Keyring
from models.staff import Staff

Elsewhere = list[tuple[int, Saying]]
"""What is to be said in which chats."""


def greet(staff: Staff, row: Case) -> Elsewhere:
    """Tell the worker that a person is there; what was open in the chat waits."""
    return [(row.chat_id, partial(_greeting, union=staff.union_code))]


def _greeting(turn: Turn, union: str) -> list[Say]:
    pause(turn)
    name = turn.named(turn.atlas.unions[union])
    return [Say(Word("live", "begun_worker", {"union": name}))]


def to_worker(
    session: Session,
    keys: Keyring,
    staff: Staff,
    row: Case,
    words: str,
    file: CaseFile | None,
    now: datetime,
) -> Elsewhere:
    """Carry what staff say to the worker."""
    sent = file.id if file else None
    add_entry(session, keys, row, Side.STAFF, words, now, staff.id, sent)
    live.said(session, row, now)
    saying = partial(
        _from_staff, union=staff.union_code, row=row, words=words, file=file
    )
    return [(chat.id, saying) for chat in held_by(session, row, row.worker_id)]


def to_staff(
    session: Session,
    keys: Keyring,
    staff: Staff,
    row: Case,
    words: str,
    file: CaseFile | None,
    now: datetime,
) -> Elsewhere:
    """Carry what the worker says to who has the case."""
    sent = file.id if file else None
    add_entry(session, keys, row, Side.WORKER, words, now, picture_id=sent)
    live.said(session, row, now)
    saying = partial(_from_worker, row=row, words=words, file=file)
    return [(chat.id, saying) for chat in held_by(session, row, staff.worker_id)]


def held_by(session: Session, row: Case, worker_id: int | None) -> list[Chat]:
    """Return the chats by which somebody is in the talk about a case: one at most."""
    chats = (session.get_one(Chat, chat_id) for chat_id in chats_in(session, row.id))
    return [chat for chat in chats if chat.worker_id == worker_id]


def _from_staff(
    turn: Turn, union: str, row: Case, words: str, file: CaseFile | None
) -> list[Say]:
    """Say to a worker what a person says."""
    name, key = turn.named(turn.atlas.unions[union]), row.open_key(turn.keys)
    said = {"union": name, "words": words or sent_words(file, key)}
    told = Word("live", "from_staff", said)
    return [Say(told, side="person", **enclosed(file, key))]


def _from_worker(turn: Turn, row: Case, words: str, file: CaseFile | None) -> list[Say]:
    """Say to staff what a worker says; masked where the channel is not trusted.

    No file goes there, nor its name, which may say anything: it lies at the desk.
    """
    key = row.open_key(turn.keys)
    if not turn.trusted:
        at_desk = Word("live", "at_desk") if file else None
        told = _heard(row, mask_numbers(words) or at_desk or "")
        return [replace(told, after=at_desk if words else None)]
    shown = mask_ids(words) or sent_words(file, key)
    return [_heard(row, shown, **enclosed(file, key))]


def _heard(row: Case, words: Text, **file: Any) -> Say:
    said = {"number": row.number, "words": words}
    told = Word("live", "from_worker", said)
    return Say(told, side="person", about=row.worker_id, **file)
