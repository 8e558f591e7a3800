"""Rebooking: choosing another time where the one that was booked is called off."""

from typing import Any, ClassVar

from sqlmodel import Session

from handlers.answers import Key
from handlers.benefits import BENEFITS, MY_REQUESTS, name_of
from handlers.flow import AskAgain, Flow
from handlers.offers import Offer, Option
from handlers.question import Submit, ask
from handlers.reminders import Remind, Skip, nothing
from handlers.say import Choice, Say, Word, say
from handlers.services import followed, mine, time_at, times, waits_for_a_time, ways
from handlers.turn import Turn
from handlers.vouchers import moment
from models.application import CannotDecide
from models.booking import SLOT_OFF
from models.chat import newest_chat
from models.columns import long, short
from models.message import Kind
from models.reminder import Reminder
from models.service import ServiceRequest, rebook
from models.slot import Slot, SlotTaken, free_slots


def _times(turn: Turn, answers: Any) -> list[Option]:
    row = mine(turn, answers.subject)
    return times(turn, row.benefit_code) if row else []


def _time(turn: Turn, answers: Any, key: str) -> Option | None:
    row = mine(turn, answers.subject)
    return time_at(turn, row.benefit_code, key) if row else None


class Rebook(Flow):
    """Choose another time for a request; the subject is the request's key."""

    name: ClassVar[str] = "rebook"
    has_subject: ClassVar[bool] = True

    slot: Key = ask(offer=Offer(_times, finding=_time))
    sure: Submit = ask()

    @classmethod
    def refuse(cls, turn: Turn, subject: str) -> list[Say] | None:
        """Refuse where there is nothing to choose, or no time left."""
        row = mine(turn, subject)
        if row is None:
            return [say("services", "not_yours").offering(MY_REQUESTS)]
        if not waits_for_a_time(turn, row):
            return [followed(turn, row)]
        if not free_slots(turn.session, row.benefit_code, turn.now, 1):
            return [say("rebook", "no_time").offering(*ways(turn, row), BENEFITS)]
        return None

    @classmethod
    def title(cls, turn: Turn, subject: str, named: bool = False) -> Word:
        """Say for which service."""
        row = mine(turn, subject)
        name = name_of(turn, row.benefit_code) if row else ""
        return Word(cls.name, "title", {"name": name})

    def finish(self, turn: Turn) -> Say:
        """Take the place."""
        row = turn.session.get_one(ServiceRequest, long(self.subject))
        try:
            rebook(turn.session, row, long(self.slot), turn.now, turn.rules.zone)
        except SlotTaken:
            raise AskAgain("slot", "slot_taken") from None
        except CannotDecide:
            pass  # it was settled meanwhile: say how it stands
        return followed(turn, row)


def _request(session: Session, row: Reminder) -> ServiceRequest | None:
    return session.get(ServiceRequest, row.parts[0])


def _chat(session: Session, row: Reminder) -> int | None:
    found = _request(session, row)
    return newest_chat(session, found.worker_id) if found else None


def _tell(turn: Turn, row: Reminder) -> list[Say] | Skip:
    """Say which time is called off, and that another can be chosen."""
    asked = _request(turn.session, row)
    if asked is None or not waits_for_a_time(turn, asked):
        return "settled"
    slot = turn.session.get_one(Slot, int(row.parts[1]))
    said = {"at": moment(slot.starts_at), "name": name_of(turn, asked.benefit_code)}
    look = Choice(Word("services", "look"), f"v:request:{short(asked.id)}")
    words = Word("rebook", "called_off", said)
    return [Say(words, choices=(*ways(turn, asked), look), kind=Kind.RECEIPT)]


CALLED_OFF = Remind(SLOT_OFF, nothing, _chat, _tell, hurried=True)
