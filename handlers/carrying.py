"""Carrying: what one side of a talk says is kept in the case and reaches the other.

Each function returns what is to be said in which chat: a chat puts it into its turn's
`elsewhere`, a page for staff gives it to `bot.step.say_elsewhere`.  Who serves on such
a page needs no chat: a talk may hold the worker's alone.
"""

from datetime import datetime
from functools import partial

from sqlmodel import Session

from handlers.say import Say, Word
from handlers.talk import pause
from handlers.turn import Saying, Turn
from models import live
from models.case import Case, chats_in
from models.case_entry import Side, add_entry
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
    picture_id: int | None,
    now: datetime,
) -> Elsewhere:
    """Carry what staff say to the worker."""
    add_entry(session, keys, row, Side.STAFF, words, now, staff.id, picture_id)
    live.said(session, row, now)
    saying = partial(
        _from_staff, union=staff.union_code, words=words, picture=picture_id
    )
    return [(chat.id, saying) for chat in held_by(session, row, row.worker_id)]


def to_staff(
    session: Session,
    keys: Keyring,
    staff: Staff,
    row: Case,
    words: str,
    picture_id: int | None,
    now: datetime,
) -> Elsewhere:
    """Carry what the worker says to who has the case."""
    add_entry(session, keys, row, Side.WORKER, words, now, picture_id=picture_id)
    live.said(session, row, now)
    saying = partial(_from_worker, row=row, words=words, picture=picture_id)
    return [(chat.id, saying) for chat in held_by(session, row, staff.worker_id)]


def held_by(session: Session, row: Case, worker_id: int | None) -> list[Chat]:
    """Return the chats by which somebody is in the talk about a case: one at most."""
    chats = (session.get_one(Chat, chat_id) for chat_id in chats_in(session, row.id))
    return [chat for chat in chats if chat.worker_id == worker_id]


def _from_staff(turn: Turn, union: str, words: str, picture: int | None) -> list[Say]:
    """Say to a worker what a person says."""
    name = turn.named(turn.atlas.unions[union])
    said = {"union": name, "words": words or Word("common", "sent_photo")}
    return [Say(Word("live", "from_staff", said), side="person", image=picture)]


def _from_worker(turn: Turn, row: Case, words: str, picture: int | None) -> list[Say]:
    """Say to staff what a worker says; masked where the channel is not trusted."""
    masked = mask_ids(words) if turn.trusted else mask_numbers(words)
    said = {"number": row.number, "words": masked or Word("common", "sent_photo")}
    message = Say(
        Word("live", "from_worker", said),
        side="person",
        image=picture if turn.trusted else None,
        about=row.worker_id,
    )
    return [message]
