"""Alarms: what a person's chats hear when somebody comes, or tries to come, as them."""

from datetime import datetime

from sqlmodel import Session

from handlers.coming_back import UNCONFIRMED
from handlers.my_application import MY_APPLICATION
from handlers.phones import COME_BACK, LINKED, OBJECTED, PHONES, UNLINKED
from handlers.recalling import chat_of_staff
from handlers.reminders import Remind, Skip, nothing
from handlers.say import Choice, Say, Word
from handlers.turn import Turn
from models import reminder, tries
from models.chat import Chat, chats_of
from models.claim import Claim, Claimed
from models.columns import short
from models.confirmation import CONFIRMED
from models.link import Link
from models.message import Kind
from models.reminder import Reminder
from models.rules import Rules

CLOSED = "closed"
"""The notice that somebody tried too often."""


def _find_closed(session: Session, rules: Rules, now: datetime) -> None:
    """Have the chats told of whoever was meant; for nobody there is nothing to do."""
    for row in tries.newly_closed(session):
        row.told = True
        for chat in chats_of(session, row.worker_id or 0):
            reminder.schedule(session, CLOSED, str(chat.id), row.closed_at or now)


def _chat_named(session: Session, row: Reminder) -> int | None:
    chat = session.get(Chat, int(row.subject))
    return chat.id if chat else None


def _tell_closed(turn: Turn, row: Reminder) -> list[Say] | Skip:
    return [_alarm(Word("alarms", "closed"), PHONES)]


def _alarm(words: Word, *choices: Choice) -> Say:
    return Say(words, choices=choices, kind=Kind.RECEIPT)


def _other_chat(session: Session, row: Reminder) -> int | None:
    """Return the chat to be told of a link, while it is that person's."""
    link_id, whom = row.parts
    link, chat = session.get(Link, link_id), session.get(Chat, int(whom or 0))
    if link is None or chat is None or chat.worker_id != link.worker_id:
        return None
    return chat.id


def _tell_linked(turn: Turn, row: Reminder) -> list[Say] | Skip:
    link = turn.session.get_one(Link, row.parts[0])
    if link.objected_at is not None:
        return "objected"
    not_me = Choice(Word("alarms", "not_me"), f"a:not_me:{short(link.id)}")
    return [_alarm(Word("alarms", f"linked_by_{link.way}"), not_me)]


def _cut_chat(session: Session, row: Reminder) -> int | None:
    link = session.get(Link, int(row.subject))
    return link.chat_id if link else None


def _tell_unlinked(turn: Turn, row: Reminder) -> list[Say] | Skip:
    return [_alarm(Word("alarms", "unlinked"), COME_BACK)]


def _asking_chat(session: Session, row: Reminder) -> int | None:
    claim = session.get(Claim, int(row.subject))
    return claim.chat_id if claim else None


def _tell_confirmed(turn: Turn, row: Reminder) -> list[Say] | Skip:
    claim = turn.session.get_one(Claim, int(row.subject))
    words = Word("alarms", f"confirmed_{claim.asks}")
    return [_alarm(words, MY_APPLICATION, PHONES)]


def _tell_unconfirmed(turn: Turn, row: Reminder) -> list[Say] | Skip:
    """Say the same to who was refused, was not looked at, or is not known at all."""
    claim = turn.session.get_one(Claim, int(row.subject))
    if claim.standing in (Claimed.APPROVED, Claimed.OVER):
        return str(claim.standing)
    claim.standing, claim.decided_at = Claimed.OVER, turn.now
    return [_alarm(Word("alarms", "unconfirmed"), COME_BACK)]


def _staff_chat(session: Session, row: Reminder) -> int | None:
    claim = session.get(Claim, row.parts[0])
    return chat_of_staff(session, row) if claim else None


def _tell_objected(turn: Turn, row: Reminder) -> list[Say] | Skip:
    claim = turn.session.get_one(Claim, row.parts[0])
    if claim.standing is not Claimed.WAITING:
        return "decided"
    look = Choice(Word("alarms", "look"), f"v:claim:{short(claim.id)}")
    return [_alarm(Word("alarms", "objected"), look)]


ALARMS = (
    Remind(CLOSED, _find_closed, _chat_named, _tell_closed, hurried=True),
    Remind(LINKED, nothing, _other_chat, _tell_linked, hurried=True),
    Remind(UNLINKED, nothing, _cut_chat, _tell_unlinked, hurried=True),
    Remind(CONFIRMED, nothing, _asking_chat, _tell_confirmed, hurried=True),
    Remind(UNCONFIRMED, nothing, _asking_chat, _tell_unconfirmed),
    Remind(OBJECTED, nothing, _staff_chat, _tell_objected, hurried=True),
)
