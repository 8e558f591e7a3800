"""Reminders about events: before and after, a seat that came free, what changed."""

from datetime import datetime, timedelta

from sqlmodel import Session

from handlers.events import (
    EVENTS,
    MY_SIGNUPS,
    leave,
    look_at,
    seat_choices,
    time_and_place,
)
from handlers.reminders import Remind, Skip, nothing
from handlers.say import Choice, Say, Word
from handlers.stars import star_choices
from handlers.turn import Turn
from models import offering, signup
from models.chat import newest_chat
from models.columns import short
from models.event import Event, EventState, finish
from models.event_news import tell_some
from models.message import Kind
from models.preference import Topic
from models.reminder import Reminder
from models.rules import Rules
from models.signup import EXPECTED, Signup, SignupState


def _sweep(session: Session, rules: Rules, now: datetime) -> None:
    """End what is over, take back offers nobody answered, offer what is free.

    What all are told of an event is made, too, some of it at a time.
    """
    finish(session, now)
    tell_some(session)
    offering.lapse(session, now)
    offering.offer_seats(session, rules, now)


def _chat(session: Session, row: Reminder) -> int | None:
    found = session.get(Signup, int(row.subject))
    return newest_chat(session, found.worker_id) if found else None


def _about(turn: Turn, row: Reminder) -> tuple[Signup, Event]:
    found = turn.session.get_one(Signup, int(row.subject))
    return found, turn.session.get_one(Event, found.event_id)


def _say(turn: Turn, event: Event, text: Word, kind: Kind, *choices: Choice) -> Say:
    title, rows = turn.named(event), time_and_place(turn, event)
    return Say(text, title=title, rows=rows, choices=choices, kind=kind)


def _tell_soon(turn: Turn, row: Reminder) -> list[Say] | Skip:
    """Remind who has a seat; of today, tomorrow or the day."""
    found, event = _about(turn, row)
    if found.state is SignupState.ATTENDED:
        return "there_already"
    if found.state is not SignupState.IN or event.state is EventState.CANCELLED:
        return "cancelled"
    dues = [event.starts_at - timedelta(hours=hours) for hours in event.remind_hours]
    if row.due not in dues:
        return "moved"
    if row.due < found.at or turn.now >= event.starts_at:
        return "too_late"
    if any(row.due < due <= turn.now for due in dues):
        return "overtaken"
    said = {"minutes": _minutes(turn, event), "at": event.starts_at}
    text = Word("event_reminders", "soon", said)
    return [_say(turn, event, text, Kind.REMINDER, look_at(found), *leave(found))]


def _minutes(turn: Turn, event: Event) -> int:
    return (event.starts_at - turn.now) // timedelta(minutes=1)


def _tell_offered(turn: Turn, row: Reminder) -> list[Say] | Skip:
    """Tell the first who waited of the seat, and until when it is theirs."""
    found, event = _about(turn, row)
    if event.state is EventState.CANCELLED:
        return "cancelled"
    if found.state is not SignupState.OFFERED or found.offer_until is None:
        return "answered"
    if turn.now >= found.offer_until:
        return "too_late"
    text = Word("event_reminders", "offered", {"at": found.offer_until})
    return [_say(turn, event, text, Kind.RECEIPT, *seat_choices(found))]


def _tell_lapsed(turn: Turn, row: Reminder) -> list[Say] | Skip:
    found, event = _about(turn, row)
    if event.state is EventState.CANCELLED:
        return "cancelled"
    text = Word("event_reminders", "lapsed")
    return [_say(turn, event, text, Kind.REMINDER, look_at(found), EVENTS)]


def _tell_in_vain(turn: Turn, row: Reminder) -> list[Say] | Skip:
    """Tell who waited to the start that no seat came free."""
    found, event = _about(turn, row)
    if found.state is not SignupState.WAITING:
        return "waits_no_more"
    if event.state is EventState.CANCELLED:
        return "cancelled"
    if event.starts_at != row.due:
        return "moved"
    text = Word("event_reminders", "in_vain")
    return [_say(turn, event, text, Kind.REMINDER, EVENTS)]


def _tell_changed(turn: Turn, row: Reminder) -> list[Say] | Skip:
    found, event = _about(turn, row)
    if found.state not in EXPECTED or event.state is EventState.CANCELLED:
        return "cancelled"
    if turn.now >= event.ends_at:
        return "too_late"
    text = Word("event_reminders", "changed")
    ways = (look_at(found), *leave(found))
    return [_say(turn, event, text, Kind.RECEIPT, *ways, MY_SIGNUPS)]


def _tell_called_off(turn: Turn, row: Reminder) -> list[Say] | Skip:
    found, event = _about(turn, row)
    if found.state not in EXPECTED:
        return "cancelled"
    text = Word("event_reminders", "called_off")
    return [_say(turn, event, text, Kind.RECEIPT, EVENTS)]


def _tell_afterwards(turn: Turn, row: Reminder) -> list[Say] | Skip:
    """Ask who came how it was."""
    found, event = _about(turn, row)
    if event.state is EventState.CANCELLED:
        return "cancelled"
    if found.rating is not None:
        return "rated"
    text = Word("event_reminders", "afterwards")
    rate = star_choices("rate_event", short(found.id))
    return [_say(turn, event, text, Kind.REMINDER, *rate)]


def _tell_certificate(turn: Turn, row: Reminder) -> list[Say] | Skip:
    found, event = _about(turn, row)
    text = Word("event_reminders", "certificate")
    show = Choice(Word("events", "certificate"), f"v:certificate:{short(found.id)}")
    return [_say(turn, event, text, Kind.REMINDER, show)]


EVENT_REMINDERS = (
    Remind(signup.SOON, nothing, _chat, _tell_soon, brief=True, topic=Topic.EVENTS),
    Remind(signup.OFFERED, _sweep, _chat, _tell_offered),
    Remind(signup.LAPSED, nothing, _chat, _tell_lapsed),
    Remind(signup.IN_VAIN, nothing, _chat, _tell_in_vain, hurried=True),
    Remind(signup.CHANGED, nothing, _chat, _tell_changed, hurried=True),
    Remind(signup.CALLED_OFF, nothing, _chat, _tell_called_off, hurried=True),
    Remind(signup.AFTERWARDS, nothing, _chat, _tell_afterwards, topic=Topic.EVENTS),
    Remind(signup.CERTIFICATE, nothing, _chat, _tell_certificate),
)
"""All of them; the hurried ones are due at a decent hour wherever that is in time."""
