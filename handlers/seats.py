"""Seats: giving one up, answering the offer of one, and how it was to be there."""

from handlers.events import EVENTS, MY_SIGNUPS, look_at, time_and_place, unknown
from handlers.offers import page_number
from handlers.say import Choice, Say, Word, say
from handlers.stars import star_choices
from handlers.turn import Turn
from models.attendance import rate
from models.columns import long, short
from models.event import Event
from models.message import Kind
from models.offering import accept, decline
from models.preference import Topic, wants
from models.signup import Signup, SignupState, ahead_of, cancel


def mine(turn: Turn, arg: str) -> Signup | None:
    """Return the sign-up with this id, if it is this person's."""
    row = turn.session.get(Signup, long(arg))
    return row if row and row.worker_id == turn.worker.id else None


def cancel_signup(turn: Turn, arg: str) -> list[Say]:
    """Give up a seat or a place in the queue; asks once whether that is meant."""
    key, _, sure = arg.partition(".")
    row = mine(turn, key)
    if row is None or row.state not in (SignupState.IN, SignupState.WAITING):
        return [say("events", "nothing_to_cancel").offering(MY_SIGNUPS, EVENTS)]
    event = turn.session.get_one(Event, row.event_id)
    about = {
        "name": turn.named(event),
        "waits": row.state is SignupState.WAITING,
    }
    if not sure:
        do = Choice(Word("events", "cancel_sure"), f"a:cancel_signup:{key}.sure")
        keep = Choice(Word("events", "cancel_not"), f"v:event:{short(event.id)}")
        asks = Word("events", "cancel_ask", about)
        return [Say(asks, choices=(keep, do))]
    if turn.now >= event.ends_at or not cancel(turn.session, row):
        return [say("events", "nothing_to_cancel").offering(MY_SIGNUPS, EVENTS)]
    return [_receipt(Word("events", "cancelled", about)).offering(look_at(row), EVENTS)]


def _receipt(text: Word) -> Say:
    return Say(text, kind=Kind.RECEIPT)


def accept_seat(turn: Turn, arg: str) -> list[Say]:
    """Take the seat that was offered."""
    row = mine(turn, arg)
    if row is None:
        return [unknown()]
    if not accept(turn.session, row, turn.now) and row.state is not SignupState.IN:
        return [say("events", "offer_over").offering(look_at(row), EVENTS)]
    event = turn.session.get_one(Event, row.event_id)
    return [signed_up(turn, event, row)]


def decline_seat(turn: Turn, arg: str) -> list[Say]:
    """Leave the seat that was offered to the next."""
    row = mine(turn, arg)
    if row is None or not decline(turn.session, row):
        return [say("events", "offer_over").offering(MY_SIGNUPS, EVENTS)]
    return [_receipt(Word("events", "declined")).offering(EVENTS)]


def signed_up(turn: Turn, event: Event, row: Signup) -> Say:
    """Say that somebody has a seat, or which number they wait under."""
    said = {
        "number": ahead_of(turn.session, row) + 1,
        "reminded": wants(turn.session, turn.worker.id, Topic.EVENTS),
    }
    message = Say(
        Word("events", f"done_{row.state}", said),
        title=turn.named(event),
        rows=time_and_place(turn, event),
        link=(Word("events", "calendar"), f"/event/{event.code}.ics"),
        kind=Kind.RECEIPT,
    )
    return message.offering(look_at(row), MY_SIGNUPS)


def rating(turn: Turn, arg: str) -> list[Say]:
    """Ask how it was."""
    row = mine(turn, arg)
    if row is None or row.state is not SignupState.ATTENDED:
        return [say("events", "cannot_rate").offering(MY_SIGNUPS)]
    event = turn.session.get_one(Event, row.event_id)
    words = say("events", "how_was_it", name=turn.named(event))
    return [words.offering(*star_choices("rate_event", short(row.id)))]


def rate_(turn: Turn, arg: str) -> list[Say]:
    """Keep how somebody liked it; the last word counts."""
    key, _, given = arg.partition(".")
    row, stars = mine(turn, key), page_number(given)
    if row is None or not rate(turn.session, row, stars):
        return [say("events", "cannot_rate").offering(MY_SIGNUPS)]
    again = Choice(Word("events", "rate_again"), f"v:rating:{key}")
    name = turn.named(turn.session.get_one(Event, row.event_id))
    done = Word("events", "rated", {"name": name, "stars": stars})
    return [_receipt(done).offering(again, EVENTS)]
