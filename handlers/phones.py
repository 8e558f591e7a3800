"""My phones: a PIN to come back with, a code for another phone, a word to object."""

from typing import Annotated, ClassVar

from pydantic import AfterValidator, ValidationInfo

from handlers.answers import Pin
from handlers.flow import Flow
from handlers.my_application import MY_APPLICATION
from handlers.question import Refused, ask
from handlers.say import Choice, Say, Word, say
from handlers.turn import Turn
from models import reminder
from models.chat import chats_of
from models.claim import Claim
from models.columns import long
from models.link import STRANGE_HOURS, Link, is_strange, may_object, object_to
from models.link_code import MINUTES, new_code
from models.message import Kind
from models.pin import is_trivial, set_pin
from models.review import who_is
from models.staff import position_of, staff_above

PHONES = Choice(Word("phones", "name"), "v:phones:")
SET_PIN = Choice(Word("set_pin", "name"), "f:set_pin:")
CONNECT = Choice(Word("phones", "connect"), "a:connect:")
JOIN = Choice(Word("join", "name"), "f:join:")
COME_BACK = Choice(Word("come_back", "name"), "f:come_back:")

LINKED, UNLINKED, OBJECTED = "linked", "unlinked", "objected"
"""The notices to the other chats, to the chat cut off, and to the social workers."""


def is_known(turn: Turn) -> bool:
    """Tell whether there is anything to come back to: an application or a position."""
    return turn.latest is not None or bool(position_of(turn.session, turn.worker.id))


def too_new(turn: Turn) -> list[Say] | None:
    """Put off what cannot be taken back, in a chat that only a PIN let in lately."""
    if not is_strange(turn.session, turn.chat, turn.now):
        return None
    return [say("phones", "too_new", hours=STRANGE_HOURS).offering(MY_APPLICATION)]


def _held_up(turn: Turn) -> list[Say] | None:
    """Return why somebody may not prepare another phone now, if so."""
    if not is_known(turn):
        return [say("phones", "unknown").offering(COME_BACK, JOIN)]
    if turn.worker.guarded_at is not None:
        return [say("phones", "guarded").offering(MY_APPLICATION)]
    return too_new(turn)


def phones(turn: Turn, arg: str) -> list[Say]:
    """Show what makes changing phones easy."""
    return _held_up(turn) or [say("phones", "phones").offering(CONNECT, SET_PIN)]


def connect(turn: Turn, arg: str) -> list[Say]:
    """Show a code that makes another phone mine, once and for a few minutes."""
    instead = _held_up(turn)
    if instead is not None:
        return instead
    code = new_code(turn.session, turn.keys, turn.worker.id, turn.now)
    message = Say(
        Word("phones", "type_code", {"minutes": MINUTES}),
        title=Word("phones", "connect"),
        rows=((Word("phones", "code"), code),),
    )
    return [message.offering(PHONES)]


def _own_pin(pin: str, info: ValidationInfo) -> str:
    turn: Turn = (info.context or {})["turn"]
    facts = who_is(turn.session, turn.keys, turn.worker)
    if is_trivial(pin, facts["id_number"], facts["mobile"], facts["born"]):
        raise Refused("pin_trivial")
    return pin


class SetPin(Flow):
    """Choose the PIN with which one comes back on a new phone."""

    name: ClassVar[str] = "set_pin"

    pin: Annotated[Pin, AfterValidator(_own_pin)] = ask(private=True, shown=False)

    @classmethod
    def refuse(cls, turn: Turn, subject: str) -> list[Say] | None:
        """Refuse who has nothing to come back to, or is guarded, or too new here."""
        return _held_up(turn)

    def finish(self, turn: Turn) -> Say:
        """Keep the PIN."""
        set_pin(turn.keys, turn.worker, self.pin)
        done = Say(Word("set_pin", "done"), kind=Kind.RECEIPT)
        return done.offering(PHONES)


def tell_others(turn: Turn, link: Link) -> None:
    """Have every other chat of a person told of a new one, with a way to object."""
    for chat in chats_of(turn.session, link.worker_id):
        if chat.id != link.chat_id:
            subject = f"{link.id}.{chat.id}"
            reminder.schedule(turn.session, LINKED, subject, turn.now)


def not_me(turn: Turn, arg: str) -> list[Say]:
    """Cut off a chat that is not this person's; pressing twice is harmless."""
    link = turn.session.get(Link, long(arg))
    if link is None or not may_object(turn.session, link, turn.chat, turn.now):
        return [say("phones", "cannot_object")]
    turn.settle()
    claim = object_to(turn.session, turn.keys, link, turn.worker, turn.chat, turn.now)
    if claim is not None:
        turn.cut.add(link.chat_id)
        reminder.schedule(turn.session, UNLINKED, str(link.id), turn.now)
        _tell_staff(turn, claim)
    return [Say(Word("phones", "objected"), kind=Kind.RECEIPT)]


def _tell_staff(turn: Turn, claim: Claim) -> None:
    """Have those told who may lift the guard: of the union, or of the next above."""
    for staff in staff_above(turn.session, claim.union_code, turn.worker.id):
        subject = f"{claim.id}.{staff.id}"
        reminder.schedule(turn.session, OBJECTED, subject, turn.now)
