"""Reminder settings: what somebody is told of, when, and how large they read."""

from collections.abc import Callable, Iterator
from datetime import date, datetime, timedelta
from typing import ClassVar

from sqlmodel import Session

from handlers.answers import Clock
from handlers.flow import AskAgain, Flow
from handlers.my_data import LANGUAGES, PREFERENCES
from handlers.question import ask, label
from handlers.receipts import MY_DATA
from handlers.reminders import Remind, Skip
from handlers.say import Choice, Say, Text, Word, say
from handlers.turn import Turn
from models import consent, preference, reminder
from models.chat import newest_chat
from models.message import Kind
from models.preference import (
    MEAL_GROUPS,
    Preference,
    Topic,
    greetings_due,
    group_of,
    has_meals,
    keep,
    leave_room,
    next_birthday,
    preference_of,
    quiet_hours,
)
from models.reminder import Reminder
from models.rules import Rules
from models.worker import Worker

BIRTHDAY = "birthday"
SWITCHES = ("on", "off")

Rows = Iterator[tuple[Text, Text]]


def preferences(turn: Turn, arg: str) -> list[Say]:
    """Show what holds for somebody, each with the way to change it."""
    own = preference_of(turn.session, turn.worker.id)
    message = Say(
        Word("preferences", "about"),
        title=Word("preferences", "name"),
        rows=tuple(_rows(turn, own)),
        choices=tuple(_choices(turn, own)),
        back=MY_DATA.press,
    )
    return [message]


def _rows(turn: Turn, own: Preference) -> Rows:
    for topic in Topic:
        yield label(topic), _switch(getattr(own, topic))
    yield Word("preferences", "quiet"), _hours(turn, own)
    if _may_choose_meals(turn, own):
        is_on = has_meals(turn.session, turn.worker, own)
        yield Word("preferences", "meals"), _switch(is_on)
    yield Word("preferences", "large"), _switch(own.large)
    if _may_be_greeted(turn):
        yield Word("preferences", "birthday"), _switch(own.greet_at is not None)
    yield Word("my_data", "language"), LANGUAGES[turn.language]


def _switch(is_on: bool) -> Word:
    return Word("preferences", "on" if is_on else "off")


def _hours(turn: Turn, own: Preference) -> Word:
    start, end = quiet_hours(turn.rules, own)
    if start == end:
        return Word("preferences", "never")
    said = {"start": f"{start:%H:%M}", "end": f"{end:%H:%M}"}
    return Word("preferences", "from_to", said)


def _choices(turn: Turn, own: Preference) -> Iterator[Choice]:
    for topic in Topic:
        yield change_of(topic, not getattr(own, topic))
    yield Choice(Word("own_quiet", "name"), "f:own_quiet:")
    if own.quiet_start is not None:
        yield Choice(Word("preferences", "usual_quiet"), "a:usual_quiet:")
    if _may_choose_meals(turn, own):
        yield change_of("meals", not has_meals(turn.session, turn.worker, own))
    yield change_of("large", not own.large)
    if _may_be_greeted(turn):
        yield change_of(BIRTHDAY, own.greet_at is None)


def change_of(what: str, turn_on: bool) -> Choice:
    """Return the choice that switches one thing on or off."""
    word = SWITCHES[0] if turn_on else SWITCHES[1]
    return Choice(Word("preferences", f"turn_{word}_{what}"), f"a:prefer:{what}.{word}")


def _may_choose_meals(turn: Turn, own: Preference) -> bool:
    group = group_of(turn.session, turn.worker)
    return own.meals is not None or group in MEAL_GROUPS


def _may_be_greeted(turn: Turn) -> bool:
    """Tell whether greetings are on, and a birth date is known with consent."""
    worker = turn.worker
    agreed = consent.holds(turn.session, worker.id)
    return turn.rules.birthday and worker.born is not None and bool(agreed)


def prefer(turn: Turn, arg: str) -> list[Say]:
    """Switch one thing on or off; pressing twice is harmless."""
    what, _, word = arg.partition(".")
    change = CHANGES.get(what)
    if change is None or word not in SWITCHES:
        return preferences(turn, "")
    own, is_on = preference_of(turn.session, turn.worker.id), word == "on"
    if not change(turn, own, is_on):
        return [say("preferences", f"cannot_{what}").offering(PREFERENCES)]
    keep(turn.session, own)
    undo = Choice(
        Word("preferences", "undo"), f"a:prefer:{what}.{SWITCHES[int(is_on)]}"
    )
    said = Word("preferences", f"turned_{word}_{what}")
    return [Say(said, kind=Kind.RECEIPT).offering(undo, PREFERENCES)]


def _set_topic(topic: Topic) -> Callable[[Turn, Preference, bool], bool]:
    def change(turn: Turn, own: Preference, is_on: bool) -> bool:
        setattr(own, topic, is_on)
        return True

    return change


def _set_meals(turn: Turn, own: Preference, is_on: bool) -> bool:
    if not leave_room(quiet_hours(turn.rules, own), is_on):
        return False
    own.meals = is_on
    return True


def _set_large(turn: Turn, own: Preference, is_on: bool) -> bool:
    own.large = is_on
    return True


def _set_birthday(turn: Turn, own: Preference, is_on: bool) -> bool:
    if is_on and not _may_be_greeted(turn):
        return False
    born = date.fromisoformat(turn.worker.unseal(turn.keys, "born") or "2000-01-01")
    soon = next_birthday(born, turn.rules.zone, turn.now)
    own.greet_at = soon if is_on else None
    return True


CHANGES: dict[str, Callable[[Turn, Preference, bool], bool]] = {
    **{topic.value: _set_topic(topic) for topic in Topic},
    "meals": _set_meals,
    "large": _set_large,
    BIRTHDAY: _set_birthday,
}
"""What can be switched, and how."""


class OwnQuiet(Flow):
    """Choose one's own quiet hours."""

    name: ClassVar[str] = "own_quiet"
    resumable: ClassVar[bool] = False

    start: Clock = ask()
    end: Clock = ask()

    def finish(self, turn: Turn) -> Say:
        """Keep the hours, if they leave some of the day open."""
        own = preference_of(turn.session, turn.worker.id)
        meals = has_meals(turn.session, turn.worker, own)
        if not leave_room((self.start, self.end), meals):
            raise AskAgain("end", "no_room")
        own.quiet_start, own.quiet_end = self.start, self.end
        keep(turn.session, own)
        done = Say(Word("own_quiet", "done", {"hours": _hours(turn, own)}))
        usual = Choice(Word("preferences", "usual_quiet"), "a:usual_quiet:")
        return done.offering(usual, PREFERENCES)


def usual_quiet(turn: Turn, arg: str) -> list[Say]:
    """Go back to the usual quiet hours."""
    own = preference_of(turn.session, turn.worker.id)
    own.quiet_start = own.quiet_end = None
    keep(turn.session, own)
    done = say("preferences", "usual_now", hours=_hours(turn, own))
    return [done.offering(PREFERENCES)]


# The birthday, told once a year.


def _find(session: Session, rules: Rules, now: datetime) -> None:
    """Make the greetings that are due, and note when the next ones are."""
    for own in greetings_due(session, now) if rules.birthday else ():
        due = own.greet_at or now
        reminder.schedule(session, BIRTHDAY, str(own.worker_id), due)
        own.greet_at = preference.a_year_after(due, rules.zone)
        session.add(own)


def _chat(session: Session, row: Reminder) -> int | None:
    worker = session.get(Worker, int(row.subject))
    return newest_chat(session, worker.id) if worker else None


def _tell(turn: Turn, row: Reminder) -> list[Say] | Skip:
    own = preference_of(turn.session, turn.worker.id)
    if not _may_be_greeted(turn):
        return "not_allowed"
    if own.greet_at is None:
        return "opted_out"
    product = turn.rules.product(turn.language)
    stop = change_of(BIRTHDAY, turn_on=False)
    words = Word("preferences", "happy_birthday", {"product": product})
    return [Say(words, choices=(stop,), kind=Kind.REMINDER)]


GREETING = Remind(BIRTHDAY, _find, _chat, _tell, expires=timedelta(hours=12))
