"""Services in a chat: asking for one, with a slot where there are any; following it."""

from collections.abc import Iterator
from functools import cache
from typing import Any, ClassVar

from handlers.answers import Key, Words
from handlers.benefits import (
    BENEFITS,
    MY_REQUESTS,
    name_of,
    person,
    refused,
    unless_open,
)
from handlers.flow import AskAgain, Flow
from handlers.my_application import reason_text
from handlers.offers import Offer, Option, page_number
from handlers.question import Ask, Question, Submit, ask, make_question
from handlers.say import Choice, Say, Text, Word, say
from handlers.stars import star_choices, stars
from handlers.turn import Turn
from handlers.vouchers import SIZE, address, further, moment
from models import service
from models.benefit import Benefit, BenefitKind, MayNot
from models.columns import long, short
from models.message import Kind
from models.partner import Partner, partners_of
from models.place import Division
from models.service import PENDING, Served, ServiceRequest, ask_for, requests_of
from models.slot import Slot, SlotTaken, free_slots


def times(turn: Turn, benefit_code: str) -> list[Option]:
    """Offer the next times with a place left, those in one's own city first."""
    here = [place.code for place in _places(turn, benefit_code)]
    found = free_slots(turn.session, benefit_code, turn.now, first=here)
    return [Option(short(slot.id), _free(turn, slot)) for slot in found]


def _slots(turn: Turn, answers: Any) -> list[Option]:
    return times(turn, answers.subject)


def _places(turn: Turn, benefit_code: str) -> list[Partner]:
    """Return the places in the member's own city that give a benefit."""
    city = own_city(turn)
    every = partners_of(turn.session, benefit_code)
    return [place for place in every if city and city_of(turn, place) is city]


def own_city(turn: Turn) -> Division | None:
    """Return the city of somebody's union."""
    union = turn.atlas.unions.get(turn.worker.union_code or "")
    return turn.atlas.city_of(union.division) if union else None


def city_of(turn: Turn, place: Partner) -> Division | None:
    """Return the city a partner is in."""
    return turn.atlas.city_of(place.district)


def _free(turn: Turn, slot: Slot) -> Word:
    """Return when and where a slot is, and how many places are left."""
    left = {"left": slot.capacity - slot.taken}
    return Word("service", "slot", _where(turn, slot) | left)


def chosen(turn: Turn, slot: Slot) -> Word:
    """Return when and where the slot is that somebody has."""
    return Word("service", "chosen", _where(turn, slot))


def _where(turn: Turn, slot: Slot) -> dict[str, Any]:
    place = turn.session.get(Partner, slot.partner_code or "")
    city = city_of(turn, place) if place else None
    return {
        "at": moment(slot.starts_at),
        "place": turn.named(place) if place else "",
        "city": turn.named(city) if city else "",
        "address": address(turn, place) if place else "",
    }


def time_at(turn: Turn, benefit_code: str, key: str) -> Option | None:
    """Return a time of a service, whether or not a place is left."""
    slot = turn.session.get(Slot, long(key))
    fits = slot is not None and slot.benefit_code == benefit_code
    return Option(key, chosen(turn, slot)) if slot and fits else None


def _slot(turn: Turn, answers: Any, key: str) -> Option | None:
    return time_at(turn, answers.subject, key)


class AskForService(Flow):
    """Ask a social worker for a service."""

    name: ClassVar[str] = "service"
    has_subject: ClassVar[bool] = True

    sure: Submit = ask()

    @classmethod
    def refuse(cls, turn: Turn, subject: str) -> list[Say] | None:
        """Refuse who may not use this benefit now, and where no time is left."""
        instead = unless_open(turn, subject, BenefitKind.SERVICE)
        if instead is not None:
            return instead
        books = turn.session.get_one(Benefit, subject).books
        if books and not free_slots(turn.session, subject, turn.now, 1):
            return [say("services", "no_slot").offering(BENEFITS)]
        return None

    @classmethod
    def more(cls, turn: Turn, seen: dict[str, Any]) -> Iterator[Question]:
        """Ask for a time where there are times, and for what they want to say."""
        row = turn.session.get(Benefit, seen["subject"])
        if row is not None and row.books:
            yield _slot_question(away=not _places(turn, row.code))
        yield _words_question()

    @classmethod
    def title(cls, turn: Turn, subject: str, named: bool = False) -> Word:
        """Say which service."""
        return Word("service", "title", {"name": name_of(turn, subject)})

    def finish(self, turn: Turn) -> Say:
        """Send the request to the social workers of the member's union."""
        given = turn.session.get_one(Benefit, self.subject)
        slot, words = self.extras.get("slot"), self.extras.get("words")
        try:
            row = ask_for(
                turn.session,
                turn.keys,
                turn.worker,
                person(turn),
                given,
                long(slot) if slot else None,
                words or "",
                turn.now,
                turn.rules.zone,
            )
        except SlotTaken:
            raise AskAgain("slot", "slot_taken") from None
        except MayNot as may_not:
            return refused(turn, given, may_not.why)
        return _received(turn, row)


@cache
def _slot_question(away: bool) -> Question:
    how = Ask(offer=Offer(_slots, finding=_slot))
    asks = Word("service", "ask_slot", {"away": away})
    label = Word("service", "label_slot")
    return make_question("slot", Key, how, asks, label)


@cache
def _words_question() -> Question:
    how = Ask(optional=True, private=True)
    asks, label = Word("service", "ask_words"), Word("service", "label_words")
    return make_question("words", Words | None, how, asks, label)


def _received(turn: Turn, row: ServiceRequest) -> Say:
    return Say(
        Word("services", "received", _followed(turn, row)),
        title=name_of(turn, row.benefit_code),
        rows=tuple(facts(turn, row)),
        choices=(MY_REQUESTS,),
        kind=Kind.RECEIPT,
    )


def _followed(turn: Turn, row: ServiceRequest) -> dict[str, Any]:
    """Return who sees to a request, and whether it has a time, or has to have one."""
    return {
        "union": turn.named(turn.atlas.unions[row.union_code]),
        "slot": row.slot_id is not None,
        "choose": waits_for_a_time(turn, row),
    }


def facts(turn: Turn, row: ServiceRequest) -> Iterator[tuple[Text, Text]]:
    """Yield what of a request its member and who sees to it may both know."""
    yield Word("services", "label_number"), row.number
    slot = turn.session.get(Slot, row.slot_id or 0)
    if slot is not None:
        yield Word("service", "label_slot"), chosen(turn, slot)
    elif waits_for_a_time(turn, row):
        yield Word("service", "label_slot"), Word("service", "not_booked")


def requests(turn: Turn, arg: str) -> list[Say]:
    """List what this person asked for, the newest first."""
    number = page_number(arg)
    rows = requests_of(turn.session, turn.worker.id, number * SIZE, SIZE + 1)
    if not rows and number:
        return requests(turn, "0")
    if not rows:
        return [say("services", "none").offering(BENEFITS)]
    choices = [
        Choice(_line(turn, row), f"v:request:{short(row.id)}") for row in rows[:SIZE]
    ]
    choices += further(rows, f"v:requests:{number + 1}")
    return [Say(Word("services", "list"), choices=tuple(choices), back=BENEFITS.press)]


def _line(turn: Turn, row: ServiceRequest) -> Word:
    line = {
        "name": name_of(turn, row.benefit_code),
        "number": row.number,
        "standing": standing(row),
    }
    return Word("services", "line", line)


def standing(row: ServiceRequest) -> Word:
    """Return in a word where a request stands."""
    return Word("services", f"standing_{row.standing}")


def mine(turn: Turn, arg: str) -> ServiceRequest | None:
    """Return a request of this person's."""
    row = turn.session.get(ServiceRequest, long(arg))
    return row if row is not None and row.worker_id == turn.worker.id else None


def look(turn: Turn, arg: str) -> list[Say]:
    """Show where one request stands, and what can be done about it."""
    row = mine(turn, arg)
    if row is None:
        return [say("services", "not_yours").offering(MY_REQUESTS)]
    return [followed(turn, row)]


def followed(turn: Turn, row: ServiceRequest) -> Say:
    """Return a request as its member follows it."""
    rows = [*facts(turn, row), (Word("services", "label_standing"), standing(row))]
    if why := row.read(turn.keys, turn.worker, "why"):
        rows.append((Word("my_application", "reason"), reason_text(why)))
    if row.rating is not None:
        rows.append((Word("services", "label_rating"), stars(row.rating)))
    return Say(
        Word("services", f"is_{row.standing}", _followed(turn, row)),
        title=name_of(turn, row.benefit_code),
        rows=tuple(rows),
        choices=(*ways(turn, row), MY_REQUESTS),
    )


def waits_for_a_time(turn: Turn, row: ServiceRequest) -> bool:
    """Tell whether a request lacks the time that its service is booked for."""
    books = turn.session.get_one(Benefit, row.benefit_code).books
    return books and row.slot_id is None and row.standing in PENDING


def ways(turn: Turn, row: ServiceRequest) -> tuple[Choice, ...]:
    """Return what its member can do about a request."""
    key = short(row.id)
    drop = Choice(Word("services", "withdraw"), f"a:withdraw_request:{key}")
    if waits_for_a_time(turn, row):
        return Choice(Word("rebook", "name"), f"f:rebook:{key}"), drop
    if row.standing in PENDING:
        return (drop,)
    return star_choices("rate_service", key) if row.standing is Served.DONE else ()


def withdraw(turn: Turn, arg: str) -> list[Say]:
    """Take a request back: its place and its share are free again."""
    row = mine(turn, arg)
    if row is None:
        return [say("services", "not_yours").offering(MY_REQUESTS)]
    if not service.withdraw(turn.session, row, turn.now):
        return [followed(turn, row)]
    again = Choice(Word("services", "again"), f"f:service:{row.benefit_code}")
    name = name_of(turn, row.benefit_code)
    done = Say(Word("services", "withdrawn", {"name": name}), kind=Kind.RECEIPT)
    return [done.offering(again, MY_REQUESTS)]


def rate(turn: Turn, arg: str) -> list[Say]:
    """Keep how this person liked a service; another press changes it."""
    key, _, given = arg.partition(".")
    row = mine(turn, key)
    if row is None:
        return [say("services", "not_yours").offering(MY_REQUESTS)]
    number = page_number(given)
    if not service.rate(turn.session, row, number):
        return [followed(turn, row)]
    name = name_of(turn, row.benefit_code)
    return [say("services", "rated", name=name, stars=number).offering(BENEFITS)]
